"""Who did what, when: rows are only added."""

import asyncpg
import msgspec

from prosa.contracts.identity import BotToken
from prosa.postgres.database import Connection
from services.handoff.contract import AuditEntry, AuditPage
from services.handoff.postgres.texts import storable
from services.handoff.tickets import Actor, Audited


async def add(
    connection: Connection,
    bot: BotToken,
    audited: Audited,
    *,
    by: Actor,
    ticket: str,
    at_ms: int,
) -> None:
    """Write one action."""
    await connection.execute(
        "insert into audit (bot, at_ms, agent, name, action, ticket, detail)"
        " values ($1, $2, $3, $4, $5, $6, $7)",
        bot,
        at_ms,
        by.id,
        by.name,
        audited.action,
        ticket,
        storable(msgspec.to_builtins(audited.detail)),
    )


async def page(
    connection: Connection, bot: BotToken, *, ticket: str, before: int, limit: int
) -> AuditPage:
    """Read a stretch, newest first; `ticket` of "" is all, `before` of 0 the newest."""
    rows = await connection.fetch(
        "select id, at_ms, agent, name, action, ticket, detail from audit"
        " where bot = $1 and ($2 = '' or ticket = $2) and ($3 = 0 or id < $3)"
        " order by id desc limit $4",
        bot,
        ticket,
        before,
        limit + 1,
    )
    items = tuple(_entry(row) for row in rows[:limit])
    return AuditPage(items=items, next=items[-1].id if len(rows) > limit else None)


def _entry(row: asyncpg.Record) -> AuditEntry:
    return AuditEntry(
        id=str(row["id"]),
        at=row["at_ms"],
        who=row["name"] or row["agent"],
        action=row["action"],
        conversation=row["ticket"] or None,
        detail=row["detail"],
    )
