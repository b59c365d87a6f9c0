"""The schema's connections: opened and brought up to date, and how far each source was followed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pydantic import SecretStr

from prosa.postgres.database import Connection, Database, open_schema

SCHEMA = "analytics"
FILES = Path(__file__).parent / "migrations"
_SIZE = 4


@asynccontextmanager
async def open_database(url: SecretStr) -> AsyncIterator[Database]:
    """Connect and bring the schema up to date. Raises ConfigError, MigrationError, Unavailable."""
    async with open_schema(url, SCHEMA, FILES, size=_SIZE) as connections:
        yield Database(connections)


async def reached(connection: Connection, bot: str, name: str, source: str = "") -> int:
    """Give how far a source was followed; 0 when it is another than it was."""
    value = await connection.fetchval(
        "select value from progress where bot = $1 and name = $2 and source = $3", bot, name, source
    )
    return int(value or 0)


async def reach(connection: Connection, bot: str, name: str, value: int, source: str = "") -> None:
    """Note how far a source was followed."""
    await connection.execute(
        "insert into progress (bot, name, value, source) values ($1, $2, $3, $4)"
        " on conflict (bot, name) do update set value = excluded.value, source = excluded.source",
        bot,
        name,
        value,
        source,
    )
