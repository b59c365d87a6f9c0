"""The contact read model: a row a contact document, as campaigns judge it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from prosa.contracts.contact import Contact
from prosa.jetstream.buckets import Entry
from prosa.postgres.database import Connection

_COLUMNS = (
    "bot, contact, phone, user_id, name, locale, time_zone, owner, flow_open, marketing,"
    " marketing_capped_at, unreachable, first_inbound_at, last_inbound_at, window_closed,"
    " phone_number_id, tags, attributes, slots, searched, searched_at, seen, revision"
)
_NAMES = _COLUMNS.replace(" ", "").split(",")
_TAKE = (
    f"insert into contacts ({_COLUMNS})"  # noqa: S608 - our own names
    f" values ({', '.join(f'${n}' for n in range(1, len(_NAMES) + 1))})"
    " on conflict (bot, contact) do update set "
    + ", ".join(f"{name} = excluded.{name}" for name in _NAMES[2:])
    + ", updated_at = now() where contacts.revision <= excluded.revision"
)


async def take(connection: Connection, bot: str, entries: Sequence[Entry[Contact]]) -> None:
    """Write documents; one that is older than what is there changes nothing."""
    rows = [_row(bot, entry.value, entry.revision) for entry in entries]
    await connection.executemany(_TAKE, rows)


async def forget_all(connection: Connection, bot: str) -> None:
    """Delete every contact of a bucket that is no more: another's revisions begin at 1."""
    await connection.execute("delete from contacts where bot = $1", bot)


async def forget(connection: Connection, bot: str, contacts: Sequence[str]) -> None:
    """Delete contacts whose documents are gone, and what campaigns sent them."""
    for table in ("contacts", "campaign_results"):
        await connection.execute(
            f"delete from {table} where bot = $1 and contact = any($2)",  # noqa: S608 - our own names
            bot,
            list(contacts),
        )


def _row(bot: str, contact: Contact, revision: int) -> tuple[Any, ...]:
    session = contact.session
    return (
        bot,
        contact.key,
        contact.address.phone or "",
        contact.address.user_id or "",
        _sound(contact.name),
        contact.locale,
        "",
        contact.owner,
        bool(session and session.stack),
        contact.marketing,
        _instant(contact.marketing_capped_at_ms),
        contact.unreachable,
        _instant(contact.first_inbound_at_ms),
        _instant(contact.last_inbound_at_ms),
        contact.window_closed,
        contact.phone_number_id,
        [_sound(tag) for tag in contact.tags],
        _plain(contact.attributes),
        _plain(session.slots if session else {}),
        _plain(contact.searched),
        _instant(contact.searched_at_ms),
        list(contact.seen),
        revision,
    )


def _instant(at_ms: int) -> datetime | None:
    return datetime.fromtimestamp(at_ms / 1000, UTC) if at_ms else None


def _sound(text: str) -> str:
    return text.replace("\x00", "")  # PostgreSQL keeps no NUL


def _plain(value: dict[str, Any]) -> dict[str, Any]:
    encoded = msgspec.json.encode(value)
    if b"\\u0000" not in encoded:
        return value
    cleaned: dict[str, Any] = msgspec.json.decode(encoded.replace(b"\\u0000", b""))
    return cleaned
