"""A schema's connections: opened, brought up to date, lent; whoever borrows hears one error.

Every way in which PostgreSQL can be away, before or in the middle of a statement, is Unavailable: a
service waits and asks again, and nothing of it has to be started anew.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from pydantic import SecretStr

from prosa.errors import Unavailable
from prosa.postgres import migrations, pool

Connection: TypeAlias = "PoolConnectionProxy[asyncpg.Record]"

PATIENCE_SECONDS = 5.0
"""Longest wait for a connection: a person waits for the page."""

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
    """Lends connections of `pool`. `away` says why the last try failed; empty: all is well."""

    def __init__(self, connections: pool.Pool, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self.away = ""
        self.pool = connections
        self._patience = patience_seconds

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Lend a connection. Raises Unavailable when PostgreSQL is away, now or in the middle."""
        try:
            with away_told():
                async with self.pool.acquire(timeout=self._patience) as connection:
                    yield connection
        except Unavailable as error:
            self.away = str(error)
            raise
        self.away = ""

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Lend a connection in a transaction. Raises Unavailable: nothing was changed, or all."""
        async with self.connection() as connection, connection.transaction():
            yield connection


@asynccontextmanager
async def open_schema(
    url: SecretStr, schema: str, files: Path, *, size: int
) -> AsyncIterator[pool.Pool]:
    """Connect and bring the schema up to date. Raises ConfigError, MigrationError, Unavailable."""
    async with pool.connect(url, schema, size=size) as connections:
        with away_told():
            async with connections.acquire() as connection:
                await migrations.migrate(connection, schema, migrations.read(files))  # type: ignore[arg-type]  # the pool's proxy is a connection
        yield connections


@contextmanager
def away_told() -> Iterator[None]:
    """Turn every way to be away into Unavailable."""
    try:
        yield
    except _AWAY as error:
        raise Unavailable(f"PostgreSQL is away ({type(error).__name__})") from None
