"""kill -9 at random: what the file says afterwards is what the streams hold, no more, no less."""

import asyncio
from functools import partial
from pathlib import Path

import duckdb

from prosa.contracts.events import Event
from prosa.contracts.identity import ContactKey
from prosa.contracts.inbound import Inbound
from prosa.jetstream.connection import JetStream
from tests.support.analytics import Analytics, at_random, tell
from tests.support.eventually import eventually
from tests.support.nats import provisioned
from tests.support.records import a_message, a_sent, a_status, a_turn

KILLS = 4


async def test_killed_at_random_it_counts_what_the_streams_hold(tmp_path: Path) -> None:
    chance = at_random(7)
    silence = asyncio.Event()
    async with provisioned(tmp_path) as (server, jetstream):
        running = Analytics(tmp_path, server)
        async with asyncio.TaskGroup() as group:
            talking = group.create_task(talk(jetstream, silence))
            for _ in range(KILLS):
                await running.start()
                await eventually(partial(running.metric, "prosa_analytics_taken_total"), within=60)
                await asyncio.sleep(chance.uniform(0.0, 0.4))
                await running.kill()
            silence.set()
        turns = talking.result()
        await running.start()
        await eventually(partial(caught_up, running), within=120)
        assert await running.stop() == 0

    assert counted(running.file) == (turns, turns, turns, turns, 2 * turns, turns, 5 * turns, 0)


async def talk(jetstream: JetStream, silence: asyncio.Event) -> int:
    """Let forty contacts write in turn until told to be silent; gives the number of turns."""
    number = 0
    while not silence.is_set():
        number += 1
        await tell(jetstream, *a_turn_of(ContactKey(f"p55119{number % 40:08d}"), number))
        await asyncio.sleep(0.01)
    return number


def a_turn_of(contact: ContactKey, number: int) -> tuple[Event | Inbound, ...]:
    """Let her write; she is answered, and reads the answer."""
    answer = f"{contact}-{number}-0/0"
    asked = {"kind": "asked", "subject": "modelo", "flow": "buscar"}
    return (
        a_message(contact, number),
        a_turn(contact, number, asked, messages=1),
        a_sent(answer),
        a_status(answer, "delivered"),
        a_status(answer, "read"),
    )


async def caught_up(running: Analytics) -> bool:
    return await running.is_ready() and await running.metric("prosa_analytics_lag") == 0


def counted(file: Path) -> tuple[int, ...]:
    with duckdb.connect(file, read_only=True) as records:
        (row,) = records.execute(
            "select (select count(*) from messages where direction = 'in'),"
            " (select count(*) from messages where status = 'read'),"
            " (select count(*) from turns), (select count(*) from steps),"
            " (select count(*) from statuses), (select sum(turns) from sessions),"
            " (select sum(taken) from progress), (select count(*) from oddities)"
        ).fetchall()
    return tuple(map(int, row))
