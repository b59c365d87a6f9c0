"""Commands that look at the streams and act on them, against a real NATS server."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner, Result

from prosa.cli.commands import app
from prosa.contracts import subjects
from prosa.contracts.contact import Contact
from prosa.contracts.dead_letter import DeadLetter
from prosa.contracts.events import MessageSent, SendFailed
from prosa.contracts.identity import Address, ContactKey
from prosa.contracts.outbound import Outbound
from prosa.jetstream.buckets import Bucket
from prosa.jetstream.connection import JetStream
from prosa.jetstream.dead_letters import DeadLetters
from tests.support.eventually import eventually
from tests.support.nats import BOT, NatsServer, provisioned

ANA = ContactKey("p5519999990001")


class World:
    """A server with the streams of one bot, and the command line beside it."""

    def __init__(self, server: NatsServer, jetstream: JetStream) -> None:
        self.jetstream = jetstream
        self.letters = DeadLetters(jetstream, BOT)
        self._where = ["--nats", server.url, "--bot", BOT]

    async def prosa(self, *arguments: str, types: str = "") -> Result:
        line = [*arguments, *self._where]
        return await asyncio.to_thread(CliRunner().invoke, app, line, input=types)

    async def json(self, *arguments: str) -> Any:
        return json.loads((await self.prosa(*arguments, "--json")).stdout)

    async def numbers(self) -> list[int]:
        return [parked.number async for parked in self.letters.walk()]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with provisioned(tmp_path) as (server, jetstream):
        yield World(server, jetstream)


def a_letter(name: str, reason: str = "poison") -> DeadLetter:
    return DeadLetter(
        id=name,
        service="conversation",
        contact=ANA,
        reason=reason,
        origin_subject=subjects.inbound(BOT, ANA),
        origin_stream=subjects.in_stream(BOT),
        origin_sequence=1,
        at_ms=1_795_000_000_000,
        payload=b'{"id": "wamid.1"}',
        attempts=5,
    )


async def test_dead_letters_are_listed_with_reason_attempts_and_origin(world: World) -> None:
    await world.letters.park(a_letter("a"))
    (row,) = await world.json("dlq", "list")

    assert (row["number"], row["reason"], row["attempts"]) == (1, "poison", 5)
    assert row["origin"] == f"{subjects.inbound(BOT, ANA)} ({subjects.in_stream(BOT)} 1)"
    assert "poison" in (await world.prosa("dlq", "list")).output


async def test_a_dead_letter_is_shown_whole(world: World) -> None:
    await world.letters.park(a_letter("a"))

    assert (await world.json("dlq", "show", "1"))["payload"] == {"id": "wamid.1"}


async def test_a_replay_puts_the_message_back_and_takes_the_letter_off(world: World) -> None:
    await world.letters.park(a_letter("a"))
    result = await world.prosa("dlq", "replay", "1", types="y\n")

    (back,) = await world.jetstream.read(subjects.in_stream(BOT), subjects.inbound(BOT, ANA))
    assert "replayed 1" in result.output
    assert json.loads(back.payload) == {"id": "wamid.1", "replay": 1}
    assert await world.numbers() == []


async def test_who_says_no_keeps_everything(world: World) -> None:
    await world.letters.park(a_letter("a"))
    result = await world.prosa("dlq", "drop", "--all", types="n\n")

    assert result.exit_code == 1
    assert await world.numbers() == [1]


async def test_letters_are_dropped_by_reason(world: World) -> None:
    for name, reason in (("a", "poison"), ("b", "meta_132000"), ("c", "poison")):
        await world.letters.park(a_letter(name, reason))
    await world.prosa("dlq", "drop", "--reason", "poison", "--yes")

    assert await world.numbers() == [2]


async def test_an_unknown_number_is_told(world: World) -> None:
    result = await world.prosa("dlq", "replay", "7", "--yes")

    assert result.exit_code == 1
    assert "there is no dead letter 7" in result.output


async def test_what_waits_is_counted(world: World) -> None:
    await world.jetstream.publish(subjects.inbound(BOT, ANA), b"{}")
    state = {stream["name"]: stream for stream in (await world.json("streams"))[BOT]}
    inbound = state[subjects.in_stream(BOT)]

    assert inbound["messages"] == 1
    assert inbound["consumers"][0] == {
        "name": "conversation",
        "pending": 1,
        "in_hand": 0,
        "redelivered": 0,
        "waiting_pulls": 0,
    }


async def test_a_contact_is_found_by_her_phone(world: World) -> None:
    key = ContactKey("uBR_1")
    aliases = Bucket(world.jetstream, subjects.bucket(BOT, "aliases"), str)
    await aliases.put("p551999990001", key)
    contacts = Bucket(world.jetstream, subjects.bucket(BOT, "contacts"), Contact)
    await contacts.put(key, Contact(key=key, name="Ana", owner="human"))

    shown = await world.json("contacts", "show", "+55 19 99999-0001")
    assert (shown["contact"]["name"], shown["contact"]["owner"]) == ("Ana", "human")


async def queued(world: World) -> Outbound:
    async def look() -> Outbound | None:
        found = await world.jetstream.read_last(
            subjects.out_stream(BOT), subjects.outbound(BOT, "high", ANA)
        )
        return msgspec.json.decode(found.payload, type=Outbound) if found else None

    found: Outbound | None = await eventually(look)
    assert found is not None
    return found


async def test_a_sent_text_is_told_with_its_wamid(world: World) -> None:
    sending = asyncio.ensure_future(world.json("send", "+5519999990001", "oi", "--number", "9"))
    outbound = await queued(world)
    event = MessageSent(
        id="e",
        contact=ANA,
        at_ms=1,
        outbound=outbound.id,
        index=0,
        wamid="wamid.7",
        message="text",
        author="platform",
        category="service",
    )
    await world.jetstream.publish(subjects.event(BOT, "sent", ANA), msgspec.json.encode(event))

    assert outbound.address == Address(phone="5519999990001")
    assert (await sending)["wamid"] == "wamid.7"


async def test_a_refused_text_is_told_with_its_reason(world: World) -> None:
    sending = asyncio.ensure_future(world.prosa("send", "+5519999990001", "oi", "--number", "9"))
    outbound = await queued(world)
    event = SendFailed(
        id="e", contact=ANA, at_ms=1, outbound=outbound.id, index=0, reason="window_closed"
    )
    await world.jetstream.publish(subjects.event(BOT, "failed", ANA), msgspec.json.encode(event))
    result = await sending

    assert result.exit_code == 1
    assert "not sent: window_closed" in result.output
