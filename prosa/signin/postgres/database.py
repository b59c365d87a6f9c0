"""The schema's connections: opened and brought up to date, and what becomes of their errors."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg
from pydantic import SecretStr

from prosa.errors import Unavailable
from prosa.postgres import migrations, pool

SCHEMA = "signin"
FILES = Path(__file__).parents[1] / "migrations"
PATIENCE_SECONDS = 5  # for a connection: a person waits for the page
_SIZE = 4

_AWAY = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.OperatorInterventionError,  # shutdown, crash of another backend
    asyncpg.InsufficientResourcesError,
    asyncpg.InterfaceError,  # the connection was closed under us
    asyncpg.InternalClientError,  # the same in the middle of a statement
)


class Database:
    """Gives connections."""

    def __init__(self, connections: pool.Pool) -> None:
        self._pool = connections

    @asynccontextmanager
    async def connection(self) -> AsyncIterator["asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"]:
        """Lend a connection. Raises Unavailable when PostgreSQL is away, now or in the middle."""
        with _told():
            async with self._pool.acquire(timeout=PATIENCE_SECONDS) as connection:
                yield connection


@asynccontextmanager
async def open_database(url: SecretStr) -> AsyncIterator[Database]:
    """Connect and bring the schema up to date. Raises ConfigError, MigrationError, Unavailable."""
    async with pool.connect(url, SCHEMA, size=_SIZE) as connections:
        database = Database(connections)
        async with connections.acquire() as connection:
            await migrations.migrate(connection, SCHEMA, migrations.read(FILES))  # type: ignore[arg-type]  # the pool's proxy is a connection
        yield database


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except _AWAY as error:
        raise Unavailable(f"PostgreSQL is away ({type(error).__name__})") from None
