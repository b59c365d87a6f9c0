"""One update in our own words, and what every reader of Meta's items needs to make one. Pure."""

import hashlib
from collections.abc import Callable, Iterator

import msgspec

from prosa.contracts import events, inbound
from prosa.contracts.identity import NO_CONTACT, Address, contact_key
from services.ingress import meta
from services.ingress.meta import Raw, said
from services.ingress.people import NOBODY, Person

Record = inbound.Inbound | events.Event
Read = Callable[[Raw, "Origin"], Iterator["Update"]]
"""Reads one item. May raise what `meta.UNREADABLE` lists."""

_LATEST_SECONDS = 4_102_444_800  # the year 2100: later is no timestamp
_LONGEST_ID = 250


class Update(msgspec.Struct, frozen=True, gc=False):
    """One thing that happened. `kind` names it in metrics and is one of few words.

    `person` is whose it is; `NOBODY` when `record.contact` stands already. A person who is met here
    for the first time becomes a contact, unless `known_only`: a status makes nobody a contact.
    """

    record: Record
    kind: str
    person: Address = NOBODY
    known_only: bool = False


class Origin(msgspec.Struct, frozen=True, gc=False):
    """Where a change came from. `number` is empty for fields that have none.

    `stamp` is Meta's time of the entry as it came, which tells two equal notices apart.
    """

    field: str
    account: str
    number: str
    stamp: str
    at_ms: int
    received_at_ms: int


def origin_of(change: meta.Change, entry: meta.Entry, number: str, received_at_ms: int) -> Origin:
    """Say where a change came from."""
    return Origin(
        change.field,
        said(entry.id),
        number,
        said(entry.time),
        milliseconds(entry.time, received_at_ms),
        received_at_ms,
    )


def unknown(item: Raw, origin: Origin, kind: str) -> Update:
    """Keep an item as it came."""
    record = events.WebhookUnknown(
        id=named("unknown", origin.account, origin.field, item),
        contact=NO_CONTACT,
        at_ms=origin.at_ms,
        field=origin.field,
        account=origin.account,
        value=item,
    )
    return Update(record, f"unknown_{kind}")


def to_mailbox(
    head: meta.Head,
    person: Person,
    origin: Origin,
    item: Raw,
    body: inbound.CustomerBody | inbound.FactBody,
) -> inbound.Inbound:
    """Make what goes into her mailbox; its contact is provisional."""
    return inbound.Inbound(
        id=safe(said(head.id)) or named("message", origin.number, item),
        contact=contact_key(person.address),
        phone_number_id=origin.number,
        at_ms=milliseconds(head.timestamp, origin.received_at_ms),
        received_at_ms=origin.received_at_ms,
        body=body,
        address=person.address,
        name=person.name,
        username=person.username,
    )


def safe(name: str) -> str:
    """Let a name from outside stand in a header; empty when it may not."""
    fits = 0 < len(name) <= _LONGEST_ID and name.isascii() and name.isprintable()
    return name if fits and " " not in name else ""


def named(kind: str, *parts: str | Raw) -> str:
    """Derive an id from what happened, so that one told twice is one."""
    digest = hashlib.blake2b(digest_size=15)
    for part in parts:
        content = part.encode() if isinstance(part, str) else bytes(part)
        digest.update(b"%d:" % len(content))
        digest.update(content)
    return f"{kind}-{digest.hexdigest()}"


def milliseconds(timestamp: meta.Loose, otherwise: int) -> int:
    """Read Meta's timestamp, whole seconds as a text or a number."""
    try:
        seconds = int(timestamp or 0)
    except (ValueError, OverflowError):
        return otherwise
    return seconds * 1000 if 0 < seconds < _LATEST_SECONDS else otherwise
