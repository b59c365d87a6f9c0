"""A message that cannot be handled: parked with its story, the customer told, brought back."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import msgspec

from prosa.clock import SystemClock
from prosa.contracts import subjects
from prosa.contracts.contact import Contact
from prosa.contracts.identity import ContactKey, bot_token
from prosa.contracts.inbound import Inbound, Return
from prosa.contracts.session import Frame
from prosa.jetstream.buckets import Bucket
from prosa.jetstream.connection import JetStream, connect
from prosa.settings import NatsSettings
from tests.support.eventually import eventually
from tests.support.laptop import Laptop, a_bot, laptop
from tests.support.simulator import ANA

BOT = bot_token("bots", "eco")


async def prosa(running: Laptop, *words: str) -> str:
    """Run the command line against the platform."""
    command = [sys.executable, "-m", "prosa.cli", *words, "--data", str(running.data)]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    return out.decode()


async def letters(running: Laptop) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(await prosa(running, "dlq", "list", "--json"))
    return found


async def break_her_session(jetstream: JetStream) -> ContactKey:
    """Leave a document behind that no turn can go on from, as a fault of ours might."""
    contacts = Bucket(jetstream, subjects.bucket(BOT, "contacts"), Contact)
    (key,) = [key async for key, _ in contacts.entries()]
    entry = await contacts.get(key)
    assert entry is not None
    assert entry.value.session is not None
    session = msgspec.structs.replace(entry.value.session, stack=(Frame("no_such_flow"),))
    broken = msgspec.structs.replace(entry.value, session=session, outbox=())
    await contacts.update(key, broken, entry.revision)
    return ContactKey(key)


async def give_back(jetstream: JetStream, key: ContactKey) -> None:
    """Let an agent return the conversation, which clears what it was in the middle of."""
    now_ms = SystemClock().now_ms()
    returned = Inbound(
        id=f"return-{now_ms}",
        contact=key,
        phone_number_id="106540352242922",
        at_ms=now_ms,
        received_at_ms=now_ms,
        body=Return("ze"),
    )
    await jetstream.publish(subjects.inbound(BOT, key), msgspec.json.encode(returned))


async def test_poison_is_parked_told_and_replayed(tmp_path: Path) -> None:
    async with laptop(a_bot(tmp_path / "bot"), tmp_path / "data") as running:
        meta = running.simulator
        await meta.customer_says(ANA, "oi")
        await eventually(lambda: meta.said_to(ANA))
        cli = NatsSettings(
            url=running.ready["nats"], credentials=running.data / "credentials" / "cli"
        )
        async with connect(cli, "cli") as jetstream:
            key = await break_her_session(jetstream)
            await running.kill("conversation")  # or its memory would know better
            wamid = await meta.customer_says(ANA, "m1")

            (letter,) = await eventually(lambda: letters(running), within=90)
            assert letter["reason"] == "poison"
            assert letter["attempts"] > 1
            assert letter["origin"].startswith(subjects.inbound(BOT, key))
            shown = await prosa(running, "dlq", "show", str(letter["number"]), "--json")
            assert wamid in shown
            (_, told) = await eventually(lambda: said(running, 2))
            assert told.startswith("Tive um problema")

            await give_back(jetstream, key)
            await prosa(running, "dlq", "replay", str(letter["number"]), "--yes")
            await eventually(lambda: said(running, 3))
        assert await letters(running) == []


async def said(running: Laptop, count: int) -> list[str]:
    """Give what she was told, once it is that many messages."""
    texts = await running.simulator.said_to(ANA)
    return texts if len(texts) >= count else []
