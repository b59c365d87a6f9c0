"""Handoff in the test's own process, between a real nats-server, PostgreSQL and HTTP.

    async with a_world(tmp_path) as world, world.handoff() as inbox:
        ticket = await world.a_ticket(inbox, world.somebody())
        agent = await inbox.agent()
        status, body = await agent.post(f"conversations/{ticket}/claim")

`world.handoff()` may be entered again, and twice at once: replicas share what the world holds.
"""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import yaml
from pydantic import SecretStr

from prosa import chatbots, signin
from prosa.clock import SystemClock
from prosa.contracts import events, inbound, subjects
from prosa.contracts.contact import Contact
from prosa.contracts.events import Event, HandoffRequested, MessageSent
from prosa.contracts.identity import Address, BotToken, ContactKey, contact_key
from prosa.contracts.inbound import CustomerBody, FactBody, Inbound
from prosa.contracts.outbound import Outbound
from prosa.jetstream.buckets import Bucket
from prosa.jetstream.connection import JetStream, connect
from prosa.postgres.database import Database
from prosa.service import Part
from prosa.signin.people import Role
from prosa.telemetry.metrics import Registry
from prosa.web.pages import Shell
from prosa.webserver import WebServer
from services.handoff.api.app import app
from services.handoff.bot import Joined, Shared, join
from services.handoff.metrics import HandoffMetrics
from services.handoff.notify import parts as notify
from services.handoff.notify.metrics import NotificationMetrics
from services.handoff.notify.settings import NotifySettings, SmtpSettings
from services.handoff.postgres.database import open_database
from services.handoff.threads import ticket_id
from tests.support.eventually import eventually
from tests.support.nats import BOT, NatsServer, provisioned
from tests.support.postgres import a_postgres
from tests.support.signin import SignedIn, signed_in

NUMBER = "106540352242922"

_numbers = count(1)


def key_of(phone: str) -> ContactKey:
    """Give the contact key of a phone."""
    return contact_key(Address(phone=phone))


def a_chatbot(
    folder: Path, *, graph: str = "", spec: Mapping[str, Any] | None = None, **handoff: Any
) -> Path:
    """Write a Chatbot and its Secret; `handoff` is its `spec.handoff`, `spec` what else it says."""
    document = {
        "apiVersion": "prosa.dev/v1alpha1",
        "kind": "Chatbot",
        "metadata": {"name": "test", "namespace": "bots"},
        "spec": {
            "whatsapp": {
                "phoneNumberId": NUMBER,
                "businessAccountId": "102290129340398",
                "credentialsSecretRef": {"name": "test-whatsapp"},
                "graphUrl": graph or "http://127.0.0.1:1",
            },
            "dialogue": {"inline": "dialogue: v1\n"},
            "handoff": handoff,
            **(spec or {}),
        },
    }
    bot = folder / "chatbots" / BOT
    (bot / "whatsapp").mkdir(parents=True, exist_ok=True)
    (bot / "chatbot.yaml").write_text(yaml.safe_dump(document))
    (bot / "whatsapp" / "access-token").write_text("test_access_token")
    return folder / "chatbots"


class MovedClock:
    """The machine's clock, put forward as far as a test wants."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)

    def move(self, ahead: timedelta) -> None:
        """Let time pass."""
        self._ahead += ahead

    def now(self) -> datetime:
        """Give the instant."""
        return SystemClock().now() + self._ahead

    def now_ms(self) -> int:
        """Give the instant in milliseconds."""
        return SystemClock().now_ms() + self._ahead // timedelta(milliseconds=1)


class Browser:
    """Somebody signed in, as the inbox sees her. `get` and `post` give status and JSON."""

    def __init__(self, http: aiohttp.ClientSession, base: str, who: SignedIn) -> None:
        self.http = http
        self.base = base
        self.who = who

    @property
    def id(self) -> str:
        return self.who.person.id

    async def get(self, path: str, **query: str) -> tuple[int, Any]:
        """Read from the API."""
        return await self.ask("GET", path, params=query)

    async def post(self, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Write to the API."""
        data = msgspec.json.encode(body or {})
        return await self.ask("POST", path, data=data, headers=headers)

    async def ask(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, **more: Any
    ) -> tuple[int, Any]:
        """Send any request below `api/`."""
        told = {**self.who.header, **(headers or {})}
        url = f"{self.base}api/{path}"
        async with self.http.request(method, url, headers=told, **more) as response:
            content = await response.read()
            kind = response.headers.get("Content-Type", "")
            return response.status, json.loads(content) if "json" in kind else content

    @asynccontextmanager
    async def live(self, after: int) -> AsyncIterator["asyncio.Queue[Any]"]:
        """Listen to the live updates."""
        heard: asyncio.Queue[Any] = asyncio.Queue()
        async with (
            self.http.get(
                f"{self.base}api/events", params={"after": str(after)}, headers=self.who.header
            ) as response,
            asyncio.TaskGroup() as tasks,
        ):
            assert response.status == 200

            async def listen() -> None:
                async for line in response.content:
                    if line.startswith(b"data: "):
                        heard.put_nowait(json.loads(line[6:]))

            listening = tasks.create_task(listen())
            yield heard
            listening.cancel()


class Inbox:
    """A running replica of handoff."""

    def __init__(self, world: "World", joined: Joined, database: Database, base: str) -> None:
        self.world = world
        self.joined = joined
        self.database = database
        self.root = base
        self.base = f"{base}{BOT}/"

    async def agent(self, role: Role = "agent", **details: Any) -> Browser:
        """Let somebody sign in."""
        who = await signed_in(self.world.url, role=role, **details)
        return Browser(self.world.http, self.base, who)

    async def ticket(self, ticket: str) -> dict[str, Any]:
        """Read a ticket as a supervisor sees it."""
        boss = await self.world.boss(self)
        status, found = await boss.get(f"conversations/{ticket}")
        assert status == 200, found
        opened: dict[str, Any] = found
        return opened


class World:
    """NATS, PostgreSQL and a Chatbot; and customers, whose contact documents tests write."""

    def __init__(
        self,
        folder: Path,
        server: NatsServer,
        jetstream: JetStream,
        url: SecretStr,
        http: aiohttp.ClientSession,
    ) -> None:
        self.folder = folder
        self.server = server
        self.jetstream = jetstream
        self.url = url
        self.http = http
        self.clock = MovedClock()
        self.contacts = Bucket(jetstream, subjects.bucket(BOT, "contacts"), Contact)
        self.chatbots = a_chatbot(folder)
        self._boss: SignedIn | None = None

    # --- before

    def write_chatbot(self, **handoff: Any) -> None:
        """Write another `spec.handoff`; `graph` is the simulator's address."""
        a_chatbot(self.folder, **handoff)

    async def boss(self, inbox: Inbox) -> Browser:
        """Give the supervisor of the tests."""
        if self._boss is None:
            self._boss = await signed_in(self.url, role="supervisor", name="chefe")
        return Browser(self.http, inbox.base, self._boss)

    @asynccontextmanager
    async def handoff(
        self, *, parts: bool = True, assets: Path | None = None
    ) -> AsyncIterator[Inbox]:
        """Run a replica; without `parts` nothing moves but what the test calls.

        `assets` are the built pages, for tests that look at them.
        """
        shell = Shell("handoff", "Prosa", assets=assets or _assets(self.folder))
        async with AsyncExitStack() as stack:
            jetstream = await stack.enter_async_context(connect(self.server.settings, "handoff"))
            database = await stack.enter_async_context(open_database(self.url))
            door = await stack.enter_async_context(
                signin.open(signin.SignInSettings(), self.url, self.clock)
            )
            http = await stack.enter_async_context(aiohttp.ClientSession())
            metrics = HandoffMetrics(Registry())
            shared = Shared(
                jetstream=jetstream,
                database=database,
                http=http,
                signin=door,
                metrics=metrics,
                clock=self.clock,
            )
            (bot,) = chatbots.load(self.chatbots, needs=("access-token",))
            notifier = notify.build(
                bot,
                smtp=SmtpSettings(),
                settings=NotifySettings(),
                pool=database.pool,
                jetstream=jetstream,
                http=http,
                metrics=NotificationMetrics(Registry()),
                clock=self.clock,
            )
            joined = await join(bot, shared, notifier)
            web = app([joined.served], signin=door, shell=shell, metrics=metrics)
            server = WebServer(
                web, "127.0.0.1", 0, setting="PROSA_HANDOFF_PORT", grace=timedelta(seconds=20)
            )
            running: list[Part] = [joined.live, server, *(joined.parts if parts else ())]
            async with asyncio.TaskGroup() as tasks:
                for part in running:
                    tasks.create_task(part.run())
                await eventually(lambda: server.ready)
                try:
                    yield Inbox(self, joined, database, f"http://127.0.0.1:{server.port}/")
                finally:
                    for part in running:
                        part.stop()

    # --- what happens

    async def customer(self, phone: str, **details: Any) -> Contact:
        """Write a contact document, as conversation would have."""
        now = self.clock.now_ms()
        contact = Contact(
            **{
                "key": key_of(phone),
                "address": Address(phone=phone),
                "phone_number_id": NUMBER,
                "name": "Ana Souza",
                "last_inbound_at_ms": now,
                "last_inbound_id": f"wamid.first-{phone}",
                "owner": "queue",
                "owner_revision": 1,
                **details,
            }
        )
        await self.contacts.put(contact.key, contact)
        return contact

    async def asks_for_a_person(self, contact: Contact, **details: Any) -> str:
        """Tell HandoffRequested; gives the id of the ticket that it opens."""
        number = next(_numbers)
        event = HandoffRequested(
            **{
                "id": f"{contact.key}:handoff:{number}",
                "contact": contact.key,
                "at_ms": self.clock.now_ms(),
                "team": "",
                "reason": "asked",
                "owner_revision": contact.owner_revision,
                **details,
            }
        )
        await self.tells(event)
        return ticket_id(BOT, event.id)

    def somebody(self) -> str:
        """Give the phone of a customer whom no other test knows."""
        return f"55119{next(_numbers):08d}"

    async def a_ticket(self, inbox: Inbox, phone: str, **details: Any) -> str:
        """Open a ticket and wait until it is there."""
        ticket = await self.asks_for_a_person(await self.customer(phone), **details)
        await eventually(lambda: self.is_there(inbox, ticket))
        return ticket

    async def is_there(self, inbox: Inbox, ticket: str) -> bool:
        boss = await self.boss(inbox)
        return (await boss.get(f"conversations/{ticket}"))[0] == 200

    async def says(
        self, phone: str, body: CustomerBody | FactBody | str, **details: Any
    ) -> Inbound:
        """Put something into a contact's mailbox."""
        now = self.clock.now_ms()
        told = Inbound(
            **{
                "id": f"wamid.{secrets.token_hex(8)}",
                "contact": key_of(phone),
                "phone_number_id": NUMBER,
                "at_ms": now,
                "received_at_ms": now,
                "body": inbound.Text(body) if isinstance(body, str) else body,
                "address": Address(phone=phone),
                **details,
            }
        )
        await self.jetstream.publish(
            subjects.inbound(BOT, told.contact), msgspec.json.encode(told), message_id=told.id
        )
        return told

    async def tells(self, event: Event) -> None:
        """Tell an event on EVT."""
        await self.jetstream.publish(
            subjects.event(BOT, event.kind, event.contact),
            msgspec.json.encode(event),
            message_id=event.id,
        )

    async def sends(self, outbound: Outbound, index: int = 0, *, wamid: str = "") -> MessageSent:
        """Tell that the sender has sent a message."""
        event = MessageSent(
            id=f"{outbound.id}/{index}:sent",
            contact=outbound.contact,
            at_ms=self.clock.now_ms(),
            outbound=outbound.id,
            index=index,
            wamid=wamid or f"wamid.{secrets.token_hex(8)}",
            message=str(type(outbound.messages[index]).__struct_config__.tag),
            author=outbound.author,
            category=outbound.category,
            agent=outbound.agent,
            content=outbound.messages[index],
        )
        await self.tells(event)
        return event

    # --- after

    async def outbounds(self, phone: str = "*") -> list[Outbound]:
        """Read what waits for the sender, oldest first."""
        contact = "*" if phone == "*" else key_of(phone)
        found = await self.jetstream.read(
            subjects.out_stream(BOT), subjects.outbound(BOT, "high", contact), limit=256
        )
        return [msgspec.json.decode(each.payload, type=Outbound) for each in found]

    async def mailbox(self, phone: str) -> list[Inbound]:
        """Read a contact's mailbox."""
        found = await self.jetstream.read(
            subjects.in_stream(BOT), subjects.inbound(BOT, key_of(phone)), limit=256
        )
        return [msgspec.json.decode(each.payload, type=Inbound) for each in found]

    async def changes(self, phone: str) -> list[events.TicketChanged]:
        """Read what was told of a customer's tickets."""
        found = await self.jetstream.read(
            subjects.evt_stream(BOT), subjects.event(BOT, "ticket", key_of(phone)), limit=512
        )
        return [msgspec.json.decode(each.payload, type=events.TicketChanged) for each in found]


def _assets(folder: Path) -> Path:
    """Write a manifest as the build does; the pages themselves have tests of their own."""
    assets = folder / "assets"
    assets.mkdir(exist_ok=True)
    page = {"script": "handoff.js", "style": "handoff.css", "imports": []}
    (assets / "manifest.json").write_text(json.dumps({"handoff": page}))
    return assets


@asynccontextmanager
async def a_world(
    folder: Path, *, url: SecretStr | None = None, bot: BotToken = BOT
) -> AsyncIterator[World]:
    """Start what handoff stands on; with `url` on a PostgreSQL that runs already."""
    async with AsyncExitStack() as stack:
        server, jetstream = await stack.enter_async_context(provisioned(folder, bot))
        if url is None:
            url = await stack.enter_async_context(a_postgres(folder))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        yield World(folder, server, jetstream, url, http)
