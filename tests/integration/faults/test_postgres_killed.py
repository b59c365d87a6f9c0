"""PostgreSQL breaks: it holds records, no message waits for it, and nothing needs a restart."""

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import psutil

from tests.integration.faults.conftest import crowded
from tests.support.eventually import eventually
from tests.support.laptop import Laptop, a_bot, laptop

ASKS_FOR_PEOPLE = """\
dialogue: v1
locale: pt-BR
flows:
  gente:
    title: falar com gente
    start: {first: true}
    steps:
      - {handoff: vendas, say: "Já chamo alguém."}
handoff: {teams: {vendas: {title: Vendas}}, team: vendas}
"""


def pids(running: Laptop) -> dict[str, int]:
    """Give the process ids of now."""
    remembered = json.loads((running.data / "running.json").read_bytes())
    found: dict[str, int] = remembered["running"]["pids"]
    return found


def postgres(running: Laptop) -> int:
    """Give the process id of PostgreSQL, 0 while there is none."""
    return pids(running).get("postgres", 0)


async def test_customers_are_answered_while_postgresql_is_away(tmp_path: Path) -> None:
    async with crowded(tmp_path, 6, records=True) as (running, crowd):
        before = postgres(running)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(crowd.writes(60))
            os.kill(before, signal.SIGKILL)

        await crowd.assert_answered_once_in_order()
        await eventually(lambda: postgres(running) not in (0, before), within=60)


async def test_who_asked_for_a_person_meanwhile_is_in_the_queue_afterwards(tmp_path: Path) -> None:
    bot = a_bot(
        tmp_path / "bot", {"handoff": {"teams": [{"name": "vendas"}]}}, dialogue=ASKS_FOR_PEOPLE
    )
    async with laptop(bot, tmp_path / "data", records=True) as running:
        services = {name: pids(running)[name] for name in ("handoff", "analytics", "conversation")}
        async with held_still(postgres(running)):
            await running.simulator.customer_says("5519999990001", "oi")
            await eventually(lambda: running.simulator.said_to("5519999990001"), within=60)
            await asyncio.sleep(6)  # long enough for calls to time out and to be made again

        tickets = "select count(*) from handoff.tickets where status = 'queue'"
        counted = "select count(*) from analytics.contacts"
        await eventually(lambda: is_one(running, tickets), within=60)
        await eventually(lambda: is_one(running, counted), within=60)
        assert services.items() <= pids(running).items()  # nobody had to be started again


@contextlib.asynccontextmanager
async def held_still(pid: int) -> AsyncIterator[None]:
    """Let PostgreSQL answer nobody: worse than being away, because connections stay open."""
    server = psutil.Process(pid)
    frozen = [server, *server.children(recursive=True)]
    for process in frozen:
        process.suspend()
    try:
        yield
    finally:
        for process in frozen:
            process.resume()


async def is_one(running: Laptop, question: str) -> bool:
    url = (running.data / "postgres" / "url").read_text()
    connection = await asyncpg.connect(url, timeout=10)
    try:
        return bool(await connection.fetchval(question) == 1)
    finally:
        await connection.close()
