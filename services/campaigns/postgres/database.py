"""The schema's connections: opened, brought up to date; a campaign is held by one run at a time."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TypeAlias

import asyncpg
from pydantic import SecretStr

from prosa.contracts.identity import BotToken
from prosa.errors import ConfigError, Unavailable
from prosa.postgres import migrations, pool

SCHEMA = "campaigns"
FILES = Path(__file__).parent / "migrations"
_SIZE = 4

Connection: TypeAlias = "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"

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
    async def connection(self) -> AsyncIterator[Connection]:
        """Lend a connection. Raises Unavailable when PostgreSQL is away, now or in the middle."""
        with _told():
            async with self._pool.acquire() as connection:
                yield connection

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Lend a connection in a transaction. Raises Unavailable."""
        async with self.connection() as connection, connection.transaction():
            yield connection

    @asynccontextmanager
    async def alone(self, bot: BotToken, campaign: str) -> AsyncIterator[bool]:
        """Hold a campaign for as long as the block; gives False when another run holds it.

        The lock belongs to a connection: it ends with the process, however that ends.
        """
        name = f"prosa.campaigns.{bot}.{campaign}"
        async with self.connection() as connection:
            held = await connection.fetchval(
                "select pg_try_advisory_lock(hashtextextended($1, 0))", name
            )
            try:
                yield bool(held)
            finally:
                if held and not connection.is_closed():
                    await connection.execute(
                        "select pg_advisory_unlock(hashtextextended($1, 0))", name
                    )


@asynccontextmanager
async def open_database(url: SecretStr) -> AsyncIterator[Database]:
    """Connect and bring the schema up to date. Raises ConfigError, MigrationError, Unavailable."""
    async with pool.connect(url, SCHEMA, size=_SIZE) as connections:
        database = Database(connections)
        async with database.connection() as connection:
            await migrations.migrate(connection, SCHEMA, migrations.read(FILES))  # type: ignore[arg-type]  # the pool's proxy is a connection
        yield database


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except _AWAY as error:
        raise Unavailable(f"PostgreSQL is away ({type(error).__name__})") from None


@contextmanager
def reading_analytics() -> Iterator[None]:
    """Say what to do when what analytics writes is not there. Raises ConfigError."""
    try:
        yield
    except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError):
        raise ConfigError(
            "PostgreSQL has no table of contacts in the schema analytics; the service analytics"
            " makes it when it starts: is it running, on this very database?"
        ) from None
    except asyncpg.InsufficientPrivilegeError:
        raise ConfigError(
            "campaigns may not read the schema analytics; grant its role usage on the schema and"
            " select on its tables contacts and campaign_results"
        ) from None
