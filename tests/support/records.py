"""Stream messages as the services tell them, and a file of records to take them into."""

import itertools
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec

from prosa.contracts import events, inbound, outbound, subjects
from prosa.contracts.events import Event
from prosa.contracts.identity import Address, BotToken, ContactKey
from prosa.contracts.inbound import Inbound
from prosa.jetstream.connection import Stored
from services.analytics import store
from services.analytics.writer import Taken, Writer
from tests.support.nats import BOT

ANA, BIA = ContactKey("p5511990000001"), ContactKey("p5511990000002")
NOON_MS = 1_764_000_000_000
MINUTE_MS = 60_000
EVT, IN = subjects.evt_stream(BOT), subjects.in_stream(BOT)


def a_status(message: str, status: str, **fields: Any) -> events.StatusReceived:
    contact = ContactKey(message.partition("-")[0])
    defaults: dict[str, Any] = {
        "id": f"{message}:{status}",
        "contact": contact,
        "at_ms": NOON_MS,
        "wamid": f"wamid.{message}",
        "tracker": message,
    }
    return events.StatusReceived(status=status, **(defaults | fields))


def a_turn(
    contact: ContactKey, cursor: int, *steps: dict[str, Any], **fields: Any
) -> events.TurnTaken:
    defaults: dict[str, Any] = {
        "at_ms": NOON_MS,
        "inbounds": (f"wamid.{contact}.{cursor}",),
        "owner": "bot",
        "session": "program",
    }
    return events.TurnTaken(
        id=f"{contact}:turn:{cursor}",
        contact=contact,
        cursor=cursor,
        steps=steps,
        **(defaults | fields),
    )


def a_sent(key: str, text: str = "Olá!", **fields: Any) -> events.MessageSent:
    of, _, index = key.rpartition("/")
    defaults: dict[str, Any] = {
        "id": f"{key}:sent",
        "contact": ContactKey(of.partition("-")[0]),
        "at_ms": NOON_MS,
        "wamid": f"wamid.{key}",
        "message": "text",
        "author": "bot",
        "category": "service",
        "content": outbound.Text(body=text),
    }
    return events.MessageSent(outbound=of, index=int(index), **(defaults | fields))


def a_message(contact: ContactKey, number: int, text: str = "oi", **fields: Any) -> Inbound:
    defaults: dict[str, Any] = {
        "phone_number_id": "1",
        "at_ms": NOON_MS,
        "received_at_ms": NOON_MS,
        "body": inbound.Text(text),
        "address": Address(phone=contact[1:]),
        "name": "Ana",
    }
    return Inbound(id=f"wamid.{contact}.{number}", contact=contact, **(defaults | fields))


def stored(
    record: Event | Inbound, sequence: int, at_ms: int = NOON_MS, bot: BotToken = BOT
) -> Stored:
    """Lay a message into its stream."""
    subject = (
        subjects.inbound(bot, record.contact)
        if isinstance(record, Inbound)
        else subjects.event(bot, record.kind, record.contact)
    )
    return Stored(subject, sequence, msgspec.json.encode(record), at_ms)


class Kept:
    """A file of records, and what was taken into it."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "analytics.duckdb"
        self._numbers: Callable[[], int] = itertools.count(1).__next__
        self._open()

    def _open(self) -> None:
        self.opened = store.open_file(self.file, memory="256MB", stamp=lambda: "now")
        self.writer = Writer(self.opened.root.cursor(), bot=BOT, idle=timedelta(hours=24))

    def takes(self, *records: Event | Inbound, at_ms: int = NOON_MS) -> Taken:
        """Take messages in one batch, each with the next sequence."""
        laid = [stored(record, self._numbers(), at_ms) for record in records]
        return self.writer.take(
            [each for each in laid if ".evt." in each.subject],
            [each for each in laid if ".in." in each.subject],
        )

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """Read rows as the console does."""
        found: list[dict[str, Any]] = (
            self.opened.root.cursor().sql(sql).to_arrow_table().to_pylist()
        )
        return found

    def value(self, sql: str) -> Any:
        """Read the one value of the one row."""
        (row,) = self.rows(sql)
        (value,) = row.values()
        return value

    def reopen(self) -> None:
        """Close and open, as a restart does."""
        self.opened.close()
        self._open()

    def close(self) -> None:
        """Let go of the file."""
        self.writer.close()
        self.opened.close()
