"""A full disk, a stream made anew, PostgreSQL and NATS away: nothing is lost, and it is told."""

import json
from functools import partial
from pathlib import Path

import duckdb

from prosa.contracts import subjects
from prosa.contracts.topology import topology
from prosa.jetstream.connection import JetStream
from prosa.jetstream.provision import provision_stream
from tests.support.analytics import Analytics, analytics, tell
from tests.support.eventually import eventually
from tests.support.nats import BOT, provisioned
from tests.support.records import ANA, EVT, a_message, a_sent

LIMIT = 4_000_000
"""Bytes that a file may grow to: a full disk, as far as DuckDB can tell."""


async def write(jetstream: JetStream, first: int, count: int, size: int = 2_000) -> None:
    for number in range(first, first + count, 50):
        await tell(
            jetstream,
            *(
                a_sent(f"{ANA}-{n}-0/0", f"{n} " + _noise(n, size))
                for n in range(number, number + 50)
            ),
        )


def _noise(seed: int, size: int) -> str:
    """Give text that no compression shortens."""
    state, letters = seed + 1, []
    for _ in range(size):
        state = state * 6_364_136_223_846_793_005 % 2**64
        letters.append(chr(97 + (state >> 40) % 26))
    return "".join(letters)


def counted(running: Analytics) -> int:
    with duckdb.connect(running.file, read_only=True) as file:
        ((count,),) = file.execute("select count(*) from messages").fetchall()
    return int(count)


async def took(running: Analytics, count: int) -> bool:
    return await running.metric("prosa_analytics_taken_total") == count


async def caught_up(running: Analytics) -> bool:
    return await running.is_ready() and await running.metric("prosa_analytics_lag") == 0


async def test_on_a_full_disk_it_says_why_ends_and_loses_nothing(tmp_path: Path) -> None:
    """The limit is `prlimit --fsize`: what it refuses, DuckDB takes as a full disk."""
    async with provisioned(tmp_path) as (server, jetstream):
        running = Analytics(tmp_path, server)
        await running.start("prlimit", f"--fsize={LIMIT}")
        await eventually(running.is_ready, within=60)
        await write(jetstream, 1, 3_000)

        async def told() -> bool:
            said = await running.says("/livez")
            return bool(said and any("full" in reason for reason in said["reasons"].values()))

        await eventually(told, within=60)
        assert await running.ends() == 1
        assert "records_broken" in running.log.read_text()

        await running.start()
        await eventually(partial(caught_up, running), within=120)
        assert await running.stop() == 0
    assert counted(running) == 3_000


async def test_a_stream_made_anew_is_read_from_its_beginning(tmp_path: Path) -> None:
    async with (
        provisioned(tmp_path) as (server, jetstream),
        analytics(tmp_path, server) as running,
    ):
        await write(jetstream, 1, 100, 10)
        await eventually(partial(took, running, 100))
        await jetstream.api(f"STREAM.DELETE.{EVT}")
        (evt,) = (s for s in topology(BOT).streams if s.name == subjects.evt_stream(BOT))
        await provision_stream(jetstream, evt)
        await write(jetstream, 1_001, 50, 10)

        await eventually(partial(took, running, 150))
        assert await running.stop() == 0
    assert counted(running) == 150
    lines = [json.loads(line)["event"] for line in running.log.read_text().splitlines()]
    assert "stream_made_anew" in lines


async def test_nats_killed_is_waited_for(tmp_path: Path) -> None:
    async with (
        provisioned(tmp_path) as (server, jetstream),
        analytics(tmp_path, server) as running,
    ):
        await tell(jetstream, a_message(ANA, 1))
        await eventually(partial(took, running, 1))
        await server.kill()
        await server.start()
        await eventually(lambda: jetstream.connected)
        await tell(jetstream, a_message(ANA, 2))
        await eventually(partial(took, running, 2), within=60)
        assert await running.stop() == 0
    assert counted(running) == 2
