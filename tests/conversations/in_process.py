"""Plays scripts against a bot in this process: everything of it but the wires.

The manifests are read as `prosa up` reads them, the bot's folder is written as its services find
it, and `services.conversation.handlers.Conversation` decides: compiler, sentence encoder,
classifier, catalogue search and interpreter are the real ones. Only the bucket is a list, the clock
stands where the script sets it, and the mailbox's part is a loop here.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

import aiohttp
import msgspec

from prosa import chatbots
from prosa.catalogue import reading
from prosa.chatbots import RunningBot
from prosa.cli import bot_folders, manifests
from prosa.contracts import inbound, outbound
from prosa.contracts.catalogue import Item
from prosa.contracts.contact import Contact
from prosa.contracts.identity import Address, contact_key
from prosa.contracts.inbound import Inbound
from prosa.contracts.outbound import Outbound
from prosa.contracts.turn import Received
from prosa.jetstream.buckets import Bucket, Entry
from prosa.telemetry.metrics import Registry
from prosa.understanding.embedder import Embedder
from services.conversation.catalogue import CatalogueInMemory
from services.conversation.dialogues import Dialogues
from services.conversation.handlers import Conversation
from services.conversation.metrics import ConversationMetrics
from services.conversation.tools import Tools
from tests.conversations.driver import Act, Bubble, Kind, Option, State

ANA = Address(phone="5519999990001", user_id="BR.1122334455")


class Bot:
    """A bot, compiled and trained once, that any number of customers may talk to."""

    def __init__(self, manifest: Path, folder: Path, embedder: Embedder | None) -> None:
        (bundle,) = manifests.read(manifest)
        bot_folders.write(folder, [bundle])
        (self.running,) = chatbots.load(folder)
        spec = bundle.chatbot.spec.catalogue
        items: tuple[Item, ...] = ()
        if spec is not None and bundle.catalogue is not None:
            items = reading.read(bundle.catalogue.text, bundle.catalogue.name, spec)
        self.catalogue = CatalogueInMemory(cast("Bucket[Item]", _Shelf(items)))
        self.dialogues = Dialogues(self.running, self.catalogue, embedder)
        asyncio.run(self._load())

    async def _load(self) -> None:
        await self.catalogue.refresh()
        await self.dialogues.load()


class _Shelf:
    """Items where a bucket would be."""

    def __init__(self, items: Sequence[Item]) -> None:
        self._items = items

    async def last_revision(self) -> int:
        return len(self._items)

    async def entries(self, *, after: int = 0) -> AsyncIterator[tuple[str, Entry[Item] | None]]:
        for revision, item in enumerate(self._items, start=1):
            if revision > after:
                yield item.key, Entry(item, revision)


class _SetClock:
    def __init__(self, local: datetime, zone: ZoneInfo) -> None:
        self._zone = zone
        self.set(local)

    def set(self, local: datetime) -> None:
        self._now = local.replace(tzinfo=self._zone).astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def now_ms(self) -> int:
        return int(self._now.timestamp() * 1000)


@asynccontextmanager
async def talking_to(bot: Bot, at: datetime) -> AsyncIterator["InProcess"]:
    """Begin a customer's first conversation with a bot."""
    clock = _SetClock(at, ZoneInfo(bot.running.chatbot.spec.time_zone))
    async with aiohttp.ClientSession() as http:
        conversation = Conversation(
            bot.running,
            dialogues=bot.dialogues,
            catalogue=bot.catalogue,
            tools=Tools(http, bot.catalogue),
            contacts=cast("Bucket[Contact]", _Shelf(())),  # nobody changes her number here
            metrics=ConversationMetrics(Registry()),
            clock=clock,
        )
        yield InProcess(bot.running, conversation, clock)


class InProcess:
    """One customer; a `Driver`."""

    def __init__(self, running: RunningBot, conversation: Conversation, clock: _SetClock) -> None:
        self._conversation = conversation
        self._clock = clock
        self._number = running.chatbot.spec.whatsapp.phone_number_id
        self._contact = Contact(key=contact_key(ANA), phone_number_id=self._number)
        self._sequence = 0

    async def say(self, texts: Sequence[str]) -> list[Bubble]:
        """Write messages in one burst."""
        return await self._turn(*(inbound.Text(text) for text in texts))

    async def tap(self, option: Option) -> list[Bubble]:
        """Tap an option."""
        return await self._turn(
            inbound.Choice(option.source, option.id, option.title, option.description)
        )

    async def send(self, kind: Kind, caption: str = "") -> list[Bubble]:
        """Send something that is no text."""
        match kind:
            case "location":
                return await self._turn(inbound.Location(-22.9056, -47.0608))
            case "contacts":
                card = inbound.ContactCard("Bruno", ("+5511988880002",))
                return await self._turn(inbound.ContactCards((card,)))
            case "reaction":
                return await self._turn(inbound.Reaction(f"wamid.{self._sequence}", "👍"))
            case "unsupported":
                return await self._turn(inbound.Unsupported("poll", 131051))
            case _:
                return await self._turn(inbound.Media(kind, "1234567890", caption=caption))

    async def people(self, act: Act) -> list[Bubble]:
        """Let a person of the business act."""
        match act:
            case "claim":
                return await self._turn(inbound.Claim("bruno"))
            case "write":
                return await self._turn(inbound.Echo("text", "Oi, aqui é o Bruno."))
            case "return":
                return await self._turn(inbound.Return("bruno"))

    async def wait_until(self, moment: datetime) -> None:
        """Set the clock."""
        self._clock.set(moment)

    async def state(self) -> State:
        """Read the contact document."""
        contact = self._contact
        slots = contact.session.slots if contact.session else {}
        return State(contact.owner, contact.team, contact.marketing, contact.tags, slots)

    async def _turn(self, *bodies: inbound.CustomerBody | inbound.FactBody) -> list[Bubble]:
        turn = await self._conversation.take_turn(self._contact, [*map(self._received, bodies)])
        # what a mailbox stores between turns is JSON: nothing else may survive in a session
        stored = msgspec.json.encode(msgspec.structs.replace(turn.contact, cursor=self._sequence))
        self._contact = msgspec.json.decode(stored, type=Contact)
        sent = [item for item in turn.outbox if isinstance(item, Outbound)]
        return [_bubble(message) for each in sent for message in each.messages]

    def _received(self, body: inbound.CustomerBody | inbound.FactBody) -> Received:
        self._sequence += 1
        now_ms = self._clock.now_ms()
        message = Inbound(
            id=f"wamid.{self._sequence}",
            contact=self._contact.key,
            phone_number_id=self._number,
            at_ms=now_ms,
            received_at_ms=now_ms,
            body=body,
            address=ANA,
            name="Ana",
        )
        return Received(message, self._sequence, now_ms)


def _bubble(message: outbound.Message) -> Bubble:
    match message:
        case outbound.Text(body=body):
            return Bubble("text", body)
        case outbound.Media(kind=kind, caption=caption):
            return Bubble(kind, caption)
        case outbound.Buttons(body=body, buttons=buttons):
            made = tuple(Option("button", button.id, button.title) for button in buttons)
            return Bubble("buttons", body, made)
        case outbound.List(body=body, sections=sections):
            rows = [row for section in sections for row in section.rows]
            made = tuple(Option("list", row.id, row.title, row.description) for row in rows)
            return Bubble("list", body, made)
        case outbound.Link(body=body):
            return Bubble("link", body)
        case outbound.LocationRequest(body=body):
            return Bubble("location_request", body)
        case outbound.Location(name=name, address=address):
            return Bubble("location", f"{name}\n{address}")
        case _:
            return Bubble(str(message.__struct_config__.tag))
