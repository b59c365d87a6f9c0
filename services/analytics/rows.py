"""Rows by table and key: what a batch of stream messages becomes. Pure, but for states it moves.

A batch gathers many messages, so each key stands once in it: DuckDB's `on conflict` silently keeps
the first of two equal keys in one statement. What several messages say of one row is merged here,
and with the row in the file by tables.py. Both merges give the same in any order, since statuses
come in none, and what is told of a message may be read before the message.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

import msgspec

from prosa.contracts.events import Event
from prosa.contracts.identity import NO_CONTACT
from services.analytics.conversations import ContactState, SessionState

Row = dict[str, Any]

HOUR_MS = 3_600_000

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message stood: its sequence, and when the stream stored it."""

    sequence: int
    at_ms: int


@dataclass(slots=True)
class Batch:
    """Rows of one transaction, by table and key, and what else it has to do.

    `contacts` are the states of everybody named in it, loaded before. `forgotten` tells who of them
    was erased, and when: what was stored before is not taken, and of statuses only those of
    messages that are in the file (`known`) or in the batch.
    """

    contacts: dict[str, ContactState]
    idle_ms: int
    tables: dict[str, dict[Any, Row]] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    sessions: dict[str, SessionState] = field(default_factory=dict)
    hours: set[int] = field(default_factory=set)
    forgotten: Mapping[str, int] = field(default_factory=dict)
    known: AbstractSet[str] = frozenset()

    def add(self, table: str, key: Any, row: Row) -> None:
        """Take a row; the first of a key stays, for a fact told twice says the same."""
        self.tables.setdefault(table, {}).setdefault(key, row)

    def merge(self, table: str, key: Any) -> Row:
        """Give the row that stands, or begins, under a key."""
        return self.tables.setdefault(table, {}).setdefault(key, {})

    def happened(self, at_ms: int) -> None:
        """Mark the hour as changed."""
        self.hours.add(at_ms - at_ms % HOUR_MS)

    def forgets(self, contact: str, place: "Place") -> bool:
        """Tell whether this was stored before its contact was erased."""
        return bool(self.forgotten) and place.at_ms <= self.forgotten.get(contact, 0)

    def contact(self, key: str) -> ContactState:
        """Give the state of a contact, to be changed and written."""
        self.touched.add(key)
        return self.contacts.setdefault(key, ContactState(key))


def tell(batch: Batch, table: str, event: Event, place: Place, **columns: Any) -> None:
    """Take a fact into a table: the columns that all facts have, and its own."""
    batch.happened(event.at_ms)
    contact = None if event.contact == NO_CONTACT else event.contact
    batch.add(
        table,
        event.id,
        {
            "event": event.id,
            "contact": contact,
            "happened_at": event.at_ms,
            "sequence": place.sequence,
            **columns,
        },
    )


def say(batch: Batch, key: str, place: Place, **row: Any) -> None:
    """Take a message into `message_rows`, whoever wrote it; `happened_at` is among its columns."""
    batch.happened(row["happened_at"])
    batch.add(
        "said", key, {"id": key, "received_at": place.at_ms, "sequence": place.sequence, **row}
    )


def least(known: int | None, told: int) -> int:
    """Give the earlier of two instants, of which one may be unknown."""
    return told if known is None else min(known, told)


def as_json(value: object) -> str:
    """Write what a JSON column holds."""
    return _encode(value).decode()
