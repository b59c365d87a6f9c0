"""kill -9 at random: what the file says afterwards is what the streams hold, no more and no less."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import duckdb

from prosa.contracts.events import Event
from prosa.contracts.identity import ContactKey
from prosa.contracts.inbound import Inbound
from prosa.jetstream.connection import JetStream
from tests.support.analytics import Analytics, at_random, tell
from tests.support.nats import provisioned
from tests.support.records import EVT, IN, a_message, a_sent, a_status, a_turn

TURNS = 1_500
KILLS = 6


def conversation() -> Iterator[tuple[Event | Inbound, ...]]:
    """Let forty contacts write in turn; each is answered, and reads the answer."""
    for number in range(1, TURNS + 1):
        contact = ContactKey(f"p55119{number % 40:08d}")
        answer = f"{contact}-{number}-0/0"
        yield (
            a_message(contact, number),
            a_turn(contact, number, {"kind": "asked", "subject": "modelo", "flow": "buscar"}, messages=1),
            a_sent(answer),
            a_status(answer, "delivered"),
            a_status(answer, "read"),
        )


async def talk(jetstream: JetStream) -> None:
    for records in conversation():
        await tell(jetstream, *records)


async def test_killed_at_random_it_counts_what_the_streams_hold(tmp_path: Path) -> None:
    chance = at_random(7)
    async with provisioned(tmp_path) as (server, jetstream):
        running = Analytics(tmp_path, server)
        async with asyncio.TaskGroup() as group:
            talking = group.create_task(talk(jetstream))
            for _ in range(KILLS):
                await running.start()
                await asyncio.sleep(chance.uniform(0.5, 3.0))
                await running.kill()
            await talking
        await running.start()
        try:
            await _caught_up(running, jetstream)
        finally:
            assert await running.stop() == 0

    with duckdb.connect(running.file, read_only=True) as file:
        counted = file.execute(
            "select (select count(*) from messages where direction = 'in'),"
            " (select count(*) from messages where status = 'read'),"
            " (select count(*) from turns), (select count(*) from steps),"
            " (select count(*) from statuses), (select sum(turns) from sessions),"
            " (select sum(taken) from progress), (select count(*) from oddities)"
        ).fetchone()
    assert counted == (TURNS, TURNS, TURNS, TURNS, 2 * TURNS, TURNS, 5 * TURNS, 0)


async def _caught_up(running: Analytics, jetstream: JetStream) -> None:
    last = {stream: (await jetstream.stream_state(stream)).last_sequence for stream in (EVT, IN)}
    assert last[EVT] == 4 * TURNS
    await _until_lag_is_gone(running)


async def _until_lag_is_gone(running: Analytics) -> None:
    from tests.support.eventually import eventually  # noqa: PLC0415

    async def gone() -> bool:
        return await running.is_ready() and await running.metric("prosa_analytics_lag") == 0

    await eventually(gone, within=120)
