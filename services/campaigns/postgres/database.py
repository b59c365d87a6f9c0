"""The schema's connections: opened, brought up to date; a campaign is held by one run at a time."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg
from pydantic import SecretStr

from prosa.contracts.identity import BotToken
from prosa.errors import ConfigError
from prosa.postgres import database
from prosa.postgres.database import Connection

SCHEMA = "campaigns"
FILES = Path(__file__).parent / "migrations"
_SIZE = 4


class Database(database.Database):
    """Lends connections, a campaign to one run and its pause to one change at a time."""

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
    async def changing_pause(self, bot: BotToken, campaign: str) -> AsyncIterator[Connection]:
        """Lend a transaction in which nobody else changes a campaign's pause; others wait."""
        name = f"prosa.campaigns.{bot}.{campaign}.pause"
        async with self.transaction() as connection:
            await connection.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", name)
            yield connection


@asynccontextmanager
async def open_database(url: SecretStr) -> AsyncIterator[Database]:
    """Connect and bring the schema up to date. Raises ConfigError, MigrationError, Unavailable."""
    async with database.open_schema(url, SCHEMA, FILES, size=_SIZE) as connections:
        yield Database(connections)


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
