"""A sender between a real nats-server and the real simulator, and what tests do with it.

    async with a_world(tmp_path) as world, world.sender():
        await world.knows(ANA)
        await world.queue(an_outbound(ANA, Text(body="oi")))
        await eventually(lambda: world.said_to(ANA))

The world keeps the one duty of ingress that a sender depends on: statuses come to EVT.
"""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import yaml
from aiohttp import web

from prosa import chatbots
from prosa.clock import SystemClock
from prosa.contracts import subjects
from prosa.contracts.contact import Contact
from prosa.contracts.events import (
    Event,
    MessageSent,
    SendFailed,
    StatusError,
    StatusReceived,
)
from prosa.contracts.identity import Address, ContactKey, contact_key
from prosa.contracts.inbound import Inbound
from prosa.contracts.outbound import Message, Outbound, OutboundId
from prosa.contracts.sends import Progress, Sends
from prosa.jetstream.buckets import Bucket
from prosa.jetstream.connection import JetStream, connect
from prosa.jetstream.dead_letters import DeadLetters, Parked
from prosa.service import Part
from prosa.telemetry.metrics import Registry
from services.sender.__main__ import build
from services.sender.channel import session
from services.sender.metrics import SenderMetrics
from services.sender.settings import SenderSettings
from tests.support.nats import BOT, NatsServer, provisioned
from tests.support.simulator import (
    ACCESS_TOKEN,
    NUMBER_ID,
    ROOT,
    VERIFY_TOKEN,
    WABA_ID,
    Simulator,
    simulator,
)

_numbers = count(1)

ANY_HOUR: Mapping[str, Any] = {"sendWindow": "00:00-24:00"}
"""`spec.frequency` for tests that run at any time of the day."""

QUICK: Mapping[str, Any] = {"status_wait": "1500ms", "doubt_wait": "500ms", "retry_pause": "500ms"}


def key_of(who: str) -> ContactKey:
    """Give the contact key of a phone."""
    return contact_key(Address(phone=who.lstrip("+")))


def an_outbound(who: str, *messages: Message, **details: Any) -> Outbound:
    """Build a bot's outbound to a phone."""
    key = key_of(who)
    return Outbound(
        **{
            "id": OutboundId(f"{key}-{next(_numbers)}-0"),
            "contact": key,
            "address": Address(phone=who.lstrip("+")),
            "phone_number_id": NUMBER_ID,
            "messages": messages,
            "author": "bot",
            "owner_revision": 0,
            "created_at_ms": now_ms(),
            **details,
        }
    )


def a_campaigns_message(who: str, message: Message, **details: Any) -> Outbound:
    """Build a campaign's outbound to a phone; one campaign, one occasion, unless said."""
    campaigns = {
        "author": "campaign",
        "category": "marketing",
        "priority": "low",
        "campaign": "volta",
        "occasion": "1",
    }
    return an_outbound(who, message, **{**campaigns, **details})


def now_ms() -> int:
    """Give the time."""
    return time.time_ns() // 1_000_000


class World:
    """NATS, Meta, one Chatbot, and its outbounds."""

    def __init__(
        self, folder: Path, server: NatsServer, jetstream: JetStream, meta: Simulator
    ) -> None:
        self.folder = folder
        self.server = server
        self.jetstream = jetstream
        self.meta = meta
        self.contacts = Bucket(jetstream, subjects.bucket(BOT, "contacts"), Contact)
        self.sends = Bucket(jetstream, subjects.bucket(BOT, "sends"), Sends)
        self.letters = DeadLetters(jetstream, BOT)

    # --- before

    def write_chatbot(self, **spec: Any) -> None:
        """Write the Chatbot's folder, as `prosa up` does; `spec` is merged into its spec."""
        folder = self.folder / "chatbots" / BOT
        (folder / "whatsapp").mkdir(parents=True, exist_ok=True)
        whatsapp = {
            "phoneNumberId": NUMBER_ID,
            "businessAccountId": WABA_ID,
            "credentialsSecretRef": {"name": "test-whatsapp"},
            "graphUrl": self.meta.graph,
            "limits": {"messagesPerSecond": 1000},
            **spec.pop("whatsapp", {}),
        }
        chatbot = {
            "apiVersion": "prosa.dev/v1alpha1",
            "kind": "Chatbot",
            "metadata": {"name": "test", "namespace": "bots"},
            "spec": {"whatsapp": whatsapp, "dialogue": {"inline": "{}"}, **spec},
        }
        (folder / "chatbot.yaml").write_text(yaml.safe_dump(chatbot))
        self.write_token(ACCESS_TOKEN)

    def write_token(self, token: str) -> None:
        """Write the access token of the number's Secret."""
        (self.folder / "chatbots" / BOT / "whatsapp" / "access-token").write_text(token)

    async def knows(self, who: str, *, wrote: bool = True, **details: Any) -> None:
        """Make a contact document; unless `wrote` is false, she has just written to us."""
        key = key_of(who)
        if wrote:
            await self.meta.customer_says(who, "oi")
        details.setdefault("last_inbound_at_ms", now_ms() if wrote else 0)
        details.setdefault("address", Address(phone=who.lstrip("+")))
        await self.contacts.put(key, Contact(key=key, **details))

    async def queue(self, *outbounds: Outbound) -> None:
        """Put outbounds into the queue, in this order."""
        for outbound in outbounds:
            await self.jetstream.publish(
                subjects.outbound(BOT, outbound.priority, outbound.contact),
                msgspec.json.encode(outbound),
            )

    # --- the sender

    @asynccontextmanager
    async def sender(self, **settings: Any) -> AsyncIterator[SenderMetrics]:
        """Run the sender's parts in this process, on a connection of its own."""
        own = SenderSettings(chatbots=self.folder / "chatbots", **{**QUICK, **settings})
        (bot,) = chatbots.load(own.chatbots, needs=("access-token",))
        metrics = SenderMetrics(Registry())
        async with (
            connect(self.server.settings, "sender") as jetstream,
            session(
                connect_seconds=own.connect_timeout.total_seconds(),
                answer_seconds=own.answer_timeout.total_seconds(),
                connections=own.in_flight,
            ) as meta,
            aiohttp.ClientSession() as files,
            asyncio.TaskGroup() as tasks,
        ):
            consumers, helpers = build(
                bot,
                own,
                jetstream=jetstream,
                meta=meta,
                files=files,
                metrics=metrics,
                clock=SystemClock(),
            )
            running: list[tuple[Part, asyncio.Task[None]]] = [
                (part, tasks.create_task(part.run())) for part in (*consumers, *helpers)
            ]
            try:
                yield metrics
            finally:
                for part, task in running:
                    part.stop()
                    await task

    @asynccontextmanager
    async def sender_process(self, **settings: str) -> AsyncIterator[asyncio.subprocess.Process]:
        """Run the sender as it is deployed; killed in the end."""
        told = {
            "PROSA_NATS_URL": self.server.url,
            "PROSA_CHATBOTS": str(self.folder / "chatbots"),
            "PROSA_HEALTH_PORT": "0",
            **{f"PROSA_{name.upper()}": value for name, value in {**QUICK, **settings}.items()},
        }
        with (self.folder / f"sender-{next(_numbers)}.log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "services.sender",
                cwd=ROOT,
                env={**os.environ, **told},
                stdout=log,
                stderr=log,
            )
            try:
                yield process
            finally:
                if process.returncode is None:
                    process.kill()
                await process.wait()

    # --- after

    async def said_to(self, who: str) -> list[str]:
        """Read what she got, in the order of her screen."""
        return await self.meta.said_to(who)

    async def posted(self) -> list[dict[str, Any]]:
        """Read the bodies that Meta accepted, in order."""
        return [each["body"] for each in await self.meta.requests() if each.get("wamids")]

    async def events(self, kind: str) -> list[Event]:
        """Read the facts of a kind."""
        stored = await self.jetstream.read(
            subjects.evt_stream(BOT), subjects.event(BOT, kind, "*"), limit=256
        )
        return [msgspec.json.decode(each.payload, type=Event) for each in stored]

    async def sent(self) -> list[MessageSent]:
        """Read what was told as sent."""
        return [each for each in await self.events("sent") if isinstance(each, MessageSent)]

    async def failures(self) -> list[SendFailed]:
        """Read what was told as failed."""
        return [each for each in await self.events("failed") if isinstance(each, SendFailed)]

    async def mailbox(self, who: str) -> list[Inbound]:
        """Read the facts in a contact's mailbox."""
        stored = await self.jetstream.read(
            subjects.in_stream(BOT), subjects.inbound(BOT, key_of(who)), limit=64
        )
        return [msgspec.json.decode(each.payload, type=Inbound) for each in stored]

    async def dead_letters(self) -> list[Parked]:
        """Read the dead letters."""
        return [parked async for parked in self.letters.walk()]

    async def queued(self) -> int:
        """Count what is still to be sent."""
        return (await self.jetstream.stream_state(subjects.out_stream(BOT))).messages

    async def done(self) -> bool:
        """Tell whether nothing is left to send."""
        return await self.queued() == 0

    async def progress(self, outbound: Outbound) -> Progress | None:
        """Read what is written about an outbound."""
        entry = await self.sends.get(outbound.contact)
        return entry.value.outbounds.get(outbound.id) if entry else None


@asynccontextmanager
async def a_world(
    folder: Path, *, meta: Mapping[str, Any] | None = None, **spec: Any
) -> AsyncIterator[World]:
    """Start NATS, the simulator and the way of statuses; write the Chatbot."""
    async with (
        provisioned(folder) as (server, jetstream),
        a_world_on(server, jetstream, folder, meta=meta, **spec) as world,
    ):
        yield world


@asynccontextmanager
async def a_world_on(
    server: NatsServer,
    jetstream: JetStream,
    folder: Path,
    *,
    meta: Mapping[str, Any] | None = None,
    **spec: Any,
) -> AsyncIterator[World]:
    """Start the rest of a world on a server that has been provisioned."""
    async with (
        _statuses_to_evt(jetstream) as webhook,
        simulator(meta, webhook=webhook) as own,
    ):
        world = World(folder, server, jetstream, own)
        world.write_chatbot(**spec)
        yield world


@asynccontextmanager
async def _statuses_to_evt(jetstream: JetStream) -> AsyncIterator[str]:
    async def verify(request: web.Request) -> web.Response:
        assert request.query["hub.verify_token"] == VERIFY_TOKEN
        return web.Response(text=request.query["hub.challenge"])

    async def receive(request: web.Request) -> web.Response:
        document = msgspec.json.decode(await request.read())
        for entry in document["entry"]:
            for change in entry["changes"]:
                for status in change["value"].get("statuses", ()):
                    event = _status(status)
                    await jetstream.publish(
                        subjects.event(BOT, "status", event.contact),
                        msgspec.json.encode(event),
                        message_id=event.id,
                    )
        return web.Response()

    app = web.Application(client_max_size=4 * 1024 * 1024)
    app.router.add_get("/", verify)
    app.router.add_post("/", receive)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


def _status(status: Mapping[str, Any]) -> StatusReceived:
    return StatusReceived(
        id=f"{status['id']}:{status['status']}",
        contact=contact_key(Address(phone=status.get("recipient_id"))),
        at_ms=int(status["timestamp"]) * 1000,
        wamid=status["id"],
        status=status["status"],
        tracker=status.get("biz_opaque_callback_data", ""),
        errors=tuple(
            StatusError(error["code"], error.get("title", "")) for error in status.get("errors", ())
        ),
    )
