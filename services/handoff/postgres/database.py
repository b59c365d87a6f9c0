"""The schema `handoff`: opened and brought up to date."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pydantic import SecretStr

from prosa.postgres.database import Database, open_schema

SCHEMA = "handoff"
FILES = Path(__file__).parents[1] / "migrations"


@asynccontextmanager
async def open_database(url: SecretStr, *, size: int = 10) -> AsyncIterator[Database]:
    """Connect and bring the schema up to date. Raises ConfigError, MigrationError, Unavailable."""
    async with open_schema(url, SCHEMA, FILES, size=size) as connections:
        yield Database(connections)
