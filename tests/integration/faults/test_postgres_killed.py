"""PostgreSQL is killed: it holds records, and no message waits for it."""

import asyncio
import json
import os
import signal
from pathlib import Path

from tests.integration.faults.conftest import crowded
from tests.support.eventually import eventually
from tests.support.laptop import Laptop


def postgres(running: Laptop) -> int:
    """Give the process id of PostgreSQL, 0 while there is none."""
    remembered = json.loads((running.data / "running.json").read_bytes())
    pid: int = remembered["running"]["pids"].get("postgres", 0)
    return pid


async def test_customers_are_answered_while_postgresql_is_away(tmp_path: Path) -> None:
    async with crowded(tmp_path, 6) as (running, crowd):
        before = postgres(running)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(crowd.writes(60))
            os.kill(before, signal.SIGKILL)

        await crowd.assert_answered_once_in_order()
        await eventually(lambda: postgres(running) not in (0, before), within=60)
