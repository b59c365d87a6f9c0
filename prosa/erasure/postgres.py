"""Deletes a contact's rows in every schema of Prosa's, whoever owns it.

Tables that name a bot and a contact are found in the catalog, so that one which is added is not
forgotten; what hangs on a ticket alone is named here. The audit keeps who did what and when,
without the words.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

import asyncpg
from pydantic import SecretStr

from prosa.contracts.identity import BotToken, ContactKey
from prosa.postgres import pool

SCHEMAS = ("handoff", "campaigns", "analytics")

Connection: TypeAlias = "asyncpg.pool.PoolConnectionProxy[Any]"

_TABLES = """
select n.nspname || '.' || quote_ident(t.relname)
from pg_class t join pg_namespace n on n.oid = t.relnamespace
where n.nspname = any($1) and t.relkind in ('r', 'p')
  and (select count(*) from pg_attribute a
       where a.attrelid = t.oid and a.attname in ('bot', 'contact') and not a.attisdropped) = 2
order by 1
"""
_BY_TICKET = {
    "handoff.uploads": (
        "delete from handoff.uploads where bot = $1 and ticket in"
        " (select id from handoff.tickets where bot = $1 and contact = $2)"
    ),
    "handoff.audit": (
        "update handoff.audit set detail = '{}' where bot = $1 and detail <> '{}' and ticket in"
        " (select id from handoff.tickets where bot = $1 and contact = $2)"
    ),
}
"""What belongs to her tickets and does not name her; goes before they do."""


@asynccontextmanager
async def open_tables(url: SecretStr) -> AsyncIterator["Tables"]:
    """Connect to the database that the services share. Raises ConfigError, Unavailable."""
    async with pool.connect(url, "public", size=1) as connections:
        yield Tables(connections)


class Tables:
    """All tables of all services."""

    def __init__(self, connections: pool.Pool) -> None:
        self._pool = connections

    async def delete(self, bot: BotToken, contact: ContactKey) -> dict[str, int]:
        """Delete a contact's rows in one transaction; gives how many by table, where there were.

        Raises asyncpg's errors: nothing was deleted then.
        """
        deleted: dict[str, int] = {}
        async with self._pool.acquire() as connection, connection.transaction():
            found = await connection.fetch(_TABLES, list(SCHEMAS))
            tables = [table for (table,) in found]
            for table, statement in _BY_TICKET.items():
                if await connection.fetchval("select to_regclass($1) is not null", table):
                    deleted[table] = await _count(connection, statement, bot, contact)
            for table in tables:
                statement = f"delete from {table} where bot = $1 and contact = $2"  # noqa: S608 - names from the catalog
                deleted[table] = await _count(connection, statement, bot, contact)
        return {table: count for table, count in deleted.items() if count}


async def _count(connection: Connection, statement: str, bot: BotToken, contact: ContactKey) -> int:
    told: str = await connection.execute(statement, bot, contact)
    return int(told.rpartition(" ")[2])
