"""The schema's connections: opened and brought up to date, and what becomes of their errors."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from pydantic import SecretStr

from prosa.errors import Unavailable
from prosa.postgres import migrations, pool

SCHEMA = "handoff"
FILES = Path(__file__).parents[1] / "migrations"
PATIENCE_SECONDS = 5  # for a connection: a person waits for the page

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
        self.pool = connections
        self.away = ""

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Lend a connection. Raises Unavailable when PostgreSQL is away, now or in the middle."""
        with self._told():
            async with self.pool.acquire(timeout=PATIENCE_SECONDS) as connection:
                yield connection
        self.away = ""

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Lend a connection in a transaction. Raises Unavailable: nothing was changed, or all."""
        async with self.connection() as connection, connection.transaction():
            yield connection

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except _AWAY as error:
            self.away = f"PostgreSQL is away ({type(error).__name__})"
            raise Unavailable(self.away) from None


@asynccontextmanager
async def open_database(url: SecretStr, *, size: int = 10) -> AsyncIterator[Database]:
    """Connect and bring the schema up to date. Raises ConfigError, MigrationError, Unavailable."""
    async with pool.connect(url, SCHEMA, size=size) as connections:
        async with connections.acquire() as connection:
            await migrations.migrate(connection, SCHEMA, migrations.read(FILES))  # type: ignore[arg-type]  # the pool's proxy is a connection
        yield Database(connections)
