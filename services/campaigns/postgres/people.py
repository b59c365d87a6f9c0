"""The contact read model, which analytics keeps: read through a cursor, in constant memory."""

from collections.abc import AsyncGenerator, Iterable
from datetime import datetime

import asyncpg

from prosa.contracts.identity import Address, BotToken, ContactKey
from services.campaigns.candidates import Candidate
from services.campaigns.postgres.database import Database, reading_analytics

BATCH = 500
"""Contacts at a time: about a megabyte, and one look into the ledger for all of them."""

_ALL = """
select contact, phone, user_id, name, locale, time_zone, owner, flow_open, marketing,
       marketing_capped_at, unreachable, first_inbound_at, last_inbound_at, window_closed,
       tags, attributes, slots, searched, searched_at, seen
from analytics.contacts
where bot = $1
order by last_inbound_at desc nulls last
"""


class People:
    """The contacts of one bot."""

    def __init__(self, database: Database, bot: BotToken) -> None:
        self._database = database
        self._bot = bot

    async def batches(self) -> AsyncGenerator[list[Candidate], None]:
        """Walk all contacts as of now, who wrote last first. Raises ConfigError, Unavailable."""
        with reading_analytics():
            async with self._database.connection() as connection:
                snapshot = connection.transaction(isolation="repeatable_read", readonly=True)
                async with snapshot:
                    cursor = await connection.cursor(_ALL, self._bot)
                    while rows := await cursor.fetch(BATCH):
                        yield list(_candidates(rows))


def _candidates(rows: Iterable[asyncpg.Record]) -> Iterable[Candidate]:
    for row in rows:
        yield Candidate(
            contact=ContactKey(row["contact"]),
            address=Address(phone=row["phone"] or None, user_id=row["user_id"] or None),
            name=row["name"] or "",
            locale=row["locale"] or "",
            time_zone=row["time_zone"] or "",
            owner=row["owner"] or "bot",
            flow_open=bool(row["flow_open"]),
            marketing=row["marketing"] or "unknown",
            capped_at_ms=_ms(row["marketing_capped_at"]),
            unreachable=row["unreachable"] or "",
            first_inbound_at_ms=_ms(row["first_inbound_at"]),
            last_inbound_at_ms=_ms(row["last_inbound_at"]),
            window_closed=bool(row["window_closed"]),
            tags=tuple(row["tags"] or ()),
            attributes=row["attributes"] or {},
            slots=row["slots"] or {},
            searched=row["searched"] or {},
            searched_at=row["searched_at"],
            seen=tuple(row["seen"] or ()),
        )


def _ms(at: datetime | None) -> int:
    return round(at.timestamp() * 1000) if at is not None else 0
