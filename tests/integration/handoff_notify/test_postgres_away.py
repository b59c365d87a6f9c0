"""PostgreSQL goes away for a while: what was delivered meanwhile is not told again."""

import asyncio
from pathlib import Path

from prosa.jetstream.connection import JetStream
from prosa.postgres import pool
from tests.integration.handoff_notify.office import Office, Pigeon, migrated
from tests.support.eventually import eventually
from tests.support.postgres import a_server
from tests.unit.handoff_notify.builders import a_handoff


async def test_a_database_that_is_away_and_back_loses_and_doubles_nothing(
    jetstream: JetStream, tmp_path: Path
) -> None:
    pigeon = Pigeon(marks=False)
    pigeon.gate = asyncio.Event()
    async with a_server(tmp_path / "own") as server, pool.connect(server.url, "handoff") as table:
        await migrated(table)
        office = Office(table, jetstream)
        await office.opened()
        await office.opened(a_handoff(ticket="t-2"))
        async with office.notifier(pigeon):
            await eventually(lambda: office.are("claimed", "claimed"))
            server.stop()
            pigeon.gate.set()
            await eventually(lambda: len(pigeon.carried) == 2)
            await server.start()
            await eventually(lambda: office.are("delivered", "delivered"))

    assert len(pigeon.carried) == 2
