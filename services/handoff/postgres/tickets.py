"""Tickets, and the lock over each contact."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import asyncpg
import msgspec

from prosa.contracts.identity import BotToken
from prosa.postgres.database import Connection
from services.handoff import tickets, words
from services.handoff.contract import History
from services.handoff.postgres.texts import storable
from services.handoff.tickets import Ticket
from services.handoff.timeline import Change

FIELDS = Ticket.__struct_fields__
"""Columns that are fields of a ticket, by the same names."""

_COLUMNS = ", ".join(FIELDS)
_SELECT = "select " + ", ".join(f"t.{field}" for field in FIELDS)
_SAVE = (
    f"insert into tickets (bot, {_COLUMNS}, next_due_ms, words) values ($1, "  # noqa: S608 - names of our own fields
    + ", ".join(f"${n}" for n in range(2, len(FIELDS) + 3))
    + f", to_tsvector('simple', ${len(FIELDS) + 3}))"
    + " on conflict (bot, id) do update set "
    + ", ".join(f"{name} = excluded.{name}" for name in (*FIELDS, "next_due_ms", "words"))
)


class Locked(NamedTuple):
    """A contact in our hands: her newest ticket, and changes of lines that have not come."""

    ticket: Ticket | None
    early: tuple[Change, ...]


async def lock(
    connection: Connection, bot: BotToken, contacts: Sequence[str], *, new: Sequence[str] = ()
) -> dict[str, Locked]:
    """Lock the contacts that are known, `new` ones too, until the transaction ends.

    Always in the order of their keys, so that two transactions never wait for each other.
    """
    if new:
        await connection.execute(
            "insert into contacts (bot, contact)"
            " select $1, unnest($2::text[]) order by 2 on conflict do nothing",
            bot,
            sorted(set(new)),
        )
    rows = await connection.fetch(
        "select contact, ticket, early from contacts"
        " where bot = $1 and contact = any($2) order by contact for update",
        bot,
        sorted({*contacts, *new}),
    )
    found = await connection.fetch(
        f"{_SELECT} from tickets t where t.bot = $1 and t.id = any($2)",
        bot,
        [row["ticket"] for row in rows],
    )
    by_id = {row["id"]: as_ticket(row) for row in found}
    return {
        row["contact"]: Locked(
            by_id.get(row["ticket"]), msgspec.convert(row["early"], tuple[Change, ...])
        )
        for row in rows
    }


async def get(connection: Connection, bot: BotToken, ticket: str) -> Ticket | None:
    """Read a ticket, without a lock."""
    row = await connection.fetchrow(
        f"{_SELECT} from tickets t where t.bot = $1 and t.id = $2", bot, ticket
    )
    return as_ticket(row) if row else None


async def save(connection: Connection, bot: BotToken, ticket: Ticket) -> None:
    """Write a ticket, and make it its contact's newest when it was opened last."""
    fields = [storable(getattr(ticket, name)) for name in FIELDS]
    found_by = words.searchable(
        ticket.name, *ticket.tags, ticket.summary, ticket.team, phone=ticket.phone
    )
    await connection.execute(_SAVE, bot, *fields, tickets.next_due_ms(ticket), found_by)


async def set_newest(connection: Connection, bot: BotToken, ticket: Ticket) -> None:
    """Make a ticket its contact's newest."""
    await connection.execute(
        "update contacts set ticket = $3 where bot = $1 and contact = $2",
        bot,
        ticket.contact,
        ticket.id,
    )


async def set_early(
    connection: Connection, bot: BotToken, contact: str, early: Sequence[Change]
) -> None:
    """Keep changes for lines that have not come yet."""
    await connection.execute(
        "update contacts set early = $3 where bot = $1 and contact = $2",
        bot,
        contact,
        storable(msgspec.to_builtins(list(early))),
    )


async def openings(connection: Connection, bot: BotToken, events: Sequence[str]) -> frozenset[str]:
    """Say which of these events have opened a ticket already."""
    rows = await connection.fetch(
        "select opened_by from tickets where bot = $1 and opened_by = any($2)", bot, list(events)
    )
    return frozenset(row["opened_by"] for row in rows)


async def history(
    connection: Connection, bot: BotToken, ticket: Ticket, limit: int = 20
) -> tuple[History, ...]:
    """List her other tickets, newest first."""
    rows = await connection.fetch(
        "select id, opened_at_ms, closed_at_ms, summary from tickets"
        " where bot = $1 and contact = $2 and id <> $3 order by opened_at_ms desc limit $4",
        bot,
        ticket.contact,
        ticket.id,
        limit,
    )
    return tuple(
        History(
            id=row["id"],
            opened_at=row["opened_at_ms"],
            closed_at=row["closed_at_ms"],
            summary=row["summary"],
        )
        for row in rows
    )


async def due(connection: Connection, bot: BotToken, now_ms: int, limit: int) -> list[Ticket]:
    """Find tickets that time changes now."""
    rows = await connection.fetch(
        f"{_SELECT} from tickets t where t.bot = $1 and t.next_due_ms <= $2"
        " order by t.next_due_ms limit $3",
        bot,
        now_ms,
        limit,
    )
    return [as_ticket(row) for row in rows]


async def waiting(connection: Connection, bot: BotToken, team: str, limit: int) -> list[Ticket]:
    """Find tickets in a team's queue, the oldest first."""
    rows = await connection.fetch(
        f"{_SELECT} from tickets t where t.bot = $1 and t.status = 'queue' and t.team = $2"
        " order by t.opened_at_ms limit $3",
        bot,
        team,
        limit,
    )
    return [as_ticket(row) for row in rows]


async def unfilled(connection: Connection, bot: BotToken, limit: int) -> list[Ticket]:
    """Find tickets whose earlier messages were not read yet."""
    rows = await connection.fetch(
        f"{_SELECT} from tickets t where t.bot = $1 and not t.backfilled limit $2", bot, limit
    )
    return [as_ticket(row) for row in rows]


async def loads(connection: Connection, bot: BotToken) -> dict[str, int]:
    """Count the open tickets of each agent."""
    rows = await connection.fetch(
        "select agent, count(*) as load from tickets"
        " where bot = $1 and status = 'open' and outcome = '' and agent <> '' group by agent",
        bot,
    )
    return {row["agent"]: row["load"] for row in rows}


async def set_filled(connection: Connection, bot: BotToken, ticket: str) -> None:
    """Note that the messages from before a ticket opened are there."""
    await connection.execute(
        "update tickets set backfilled = true where bot = $1 and id = $2", bot, ticket
    )


class Figures(msgspec.Struct, frozen=True):
    """What the metrics show; `waiting_since` is an instant, 0 when nobody waits."""

    queue: int
    open: int
    waiting_since: int
    outbox: int


async def figures(connection: Connection, bot: BotToken) -> Figures:
    """Count what the metrics show."""
    row = await connection.fetchrow(
        "select count(*) filter (where status = 'queue') as queue,"
        " count(*) filter (where status = 'open') as open,"
        " coalesce(min(waiting_since_ms), 0) as waiting_since,"
        " (select count(*) from outbox o where o.bot = $1) as outbox"
        " from tickets where bot = $1 and status <> 'closed'",
        bot,
    )
    assert row is not None  # noqa: S101 - an aggregate always gives a row
    return Figures(**row)


def as_ticket(row: asyncpg.Record) -> Ticket:
    """Make a ticket of a row."""
    values: dict[str, Any] = {name: row[name] for name in FIELDS}
    return msgspec.convert(values, Ticket)
