"""The schema's connections: opened and brought up to date, and how far each source was followed."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from pydantic import SecretStr

from prosa.errors import Unavailable
from prosa.postgres import migrations, pool

SCHEMA = "analytics"
FILES = Path(__file__).parent / "migrations"
_SIZE = 4

Connection: TypeAlias = "PoolConnectionProxy[asyncpg.Record]"

_AWAY = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.OperatorInterventionError,  # shutdown, crash of another backend
    asyncpg.InsufficientResourcesError,
    asyncpg.DeadlockDetectedError,
    asyncpg.InterfaceError,  # the connection was closed under us
    asyncpg.InternalClientError,  # the same in the middle of a statement
)


class Database:
    """Gives connections."""

    def __init__(self, connections: pool.Pool) -> None:
        self._pool = connections

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Lend a connection in a transaction. Raises Unavailable: nothing was changed, or all."""
        with _told():
            async with self._pool.acquire() as connection, connection.transaction():
                yield connection


@asynccontextmanager
async def open_database(url: SecretStr) -> AsyncIterator[Database]:
    """Connect and bring the schema up to date. Raises ConfigError, MigrationError, Unavailable."""
    async with pool.connect(url, SCHEMA, size=_SIZE) as connections:
        with _told():
            async with connections.acquire() as connection:
                await migrations.migrate(connection, SCHEMA, migrations.read(FILES))  # type: ignore[arg-type]  # the pool's proxy is a connection
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


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except _AWAY as error:
        raise Unavailable(f"PostgreSQL is away ({type(error).__name__})") from None
