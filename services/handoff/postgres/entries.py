"""The lines of timelines."""

from collections.abc import Iterable, Mapping, Sequence

import asyncpg
import msgspec

from prosa.contracts.identity import BotToken
from prosa.postgres.database import Connection
from services.handoff import words
from services.handoff.contract import Message
from services.handoff.postgres.texts import storable
from services.handoff.timeline import Entry

_COLUMNS = "contact, id, place, at_ms, wamid, outbound, index, file, changed_at_ms, message"
_ORDER = "at_ms desc, place desc"


async def find(
    connection: Connection,
    bot: BotToken,
    contacts: Sequence[str],
    *,
    ids: Iterable[str] = (),
    wamids: Iterable[str] = (),
    outbounds: Iterable[str] = (),
) -> dict[str, list[Entry]]:
    """Find lines of these contacts by any of their names; gives them by contact."""
    rows = await connection.fetch(
        f"select {_COLUMNS} from entries where bot = $1 and contact = any($2) and ("  # noqa: S608 - names of our own columns
        " id = any($3) or (wamid <> '' and wamid = any($4))"
        " or (outbound <> '' and outbound = any($5)))",
        bot,
        list(contacts),
        sorted(set(ids)),
        sorted(set(wamids)),
        sorted(set(outbounds)),
    )
    found: dict[str, list[Entry]] = {contact: [] for contact in contacts}
    for row in rows:
        found[row["contact"]].append(_entry(row))
    return found


async def get(connection: Connection, bot: BotToken, contact: str, message: str) -> Entry | None:
    """Read one line."""
    row = await connection.fetchrow(
        f"select {_COLUMNS} from entries where bot = $1 and contact = $2 and id = $3",  # noqa: S608 - names of our own columns
        bot,
        contact,
        message,
    )
    return _entry(row) if row else None


async def save(connection: Connection, bot: BotToken, lines: Mapping[str, Sequence[Entry]]) -> None:
    """Write lines by contact, new and changed ones."""
    rows = [
        (
            bot,
            contact,
            entry.message.id,
            entry.message.at,
            entry.wamid,
            entry.outbound,
            entry.index,
            storable(entry.file),
            entry.changed_at_ms,
            storable(msgspec.to_builtins(entry.message)),
            words.searchable(entry.message.text),
        )
        for contact, entries in lines.items()
        for entry in entries
    ]
    if not rows:
        return
    await connection.executemany(
        "insert into entries (bot, contact, id, at_ms, wamid, outbound, index, file,"
        " changed_at_ms, message, words)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, to_tsvector('simple', $11))"
        " on conflict (bot, contact, id) do update set wamid = excluded.wamid,"
        " outbound = excluded.outbound, index = excluded.index, file = excluded.file,"
        " changed_at_ms = excluded.changed_at_ms, message = excluded.message,"
        " words = excluded.words",
        rows,
    )


async def page(
    connection: Connection, bot: BotToken, contact: str, *, before: str, limit: int
) -> tuple[tuple[Message, ...], bool]:
    """Read the lines before one (its id, or a time in milliseconds; "": the newest).

    Gives them oldest first, and whether there are more. A line that is not there has none before.
    """
    bounds = "true"
    values: list[object] = [bot, contact, limit + 1]
    if before:
        mark = await connection.fetchrow(
            "select at_ms, place from entries where bot = $1 and contact = $2 and id = $3",
            bot,
            contact,
            before,
        )
        if mark is not None:
            bounds, more = "(at_ms, place) < ($4, $5)", [mark["at_ms"], mark["place"]]
        elif before.isascii() and before.isdigit() and len(before) <= _LONGEST_TIME:
            bounds, more = "at_ms < $4", [int(before)]
        else:
            return (), False
        values += more
    rows = await connection.fetch(
        f"select {_COLUMNS} from entries where bot = $1 and contact = $2 and {bounds}"  # noqa: S608 - one of the three bounds above
        f" order by {_ORDER} limit $3",
        *values,
    )
    messages = tuple(_entry(row).message for row in reversed(rows[:limit]))
    return messages, len(rows) > limit


_LONGEST_TIME = 15


def _entry(row: asyncpg.Record) -> Entry:
    return Entry(
        message=msgspec.convert(row["message"], Message),
        wamid=row["wamid"],
        outbound=row["outbound"],
        index=row["index"],
        file=row["file"],
        changed_at_ms=row["changed_at_ms"],
    )
