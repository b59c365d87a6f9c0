"""Brings a service's schema to the version that its code expects, when it starts.

A service keeps `migrations/0001_tickets.sql`, `0002_….sql`, … and calls `migrate`. Each file runs
once, in a transaction of its own; an advisory lock lets replicas that start together take turns. A
file that was applied is never changed: its checksum is kept, and a difference ends the start. A
database that is newer than the code is accepted, because old pods still start during a rolling
update: write migrations that the previous version can live with.
"""

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

import asyncpg
import msgspec
import structlog

from prosa.errors import ConfigError

log = structlog.get_logger()

Connection: TypeAlias = "asyncpg.Connection[Any]"  # generic for mypy only

_FILE = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")
_SCHEMA = re.compile(r"[a-z][a-z0-9_]{0,40}")


class Migration(msgspec.Struct, frozen=True):
    """One numbered file."""

    number: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """Name the file's contents."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


class Applied(msgspec.Struct, frozen=True):
    """One row of the schema's table `migrations`."""

    number: int
    name: str
    checksum: str


class MigrationError(ConfigError):
    """The files and the database do not fit; the message says which and what to do."""


def read(folder: Path) -> tuple[Migration, ...]:
    """Read a service's migrations, in order. Raises MigrationError for names that do not fit."""
    migrations = []
    for file in sorted(folder.glob("*.sql")):
        name = _FILE.fullmatch(file.name)
        if not name:
            raise MigrationError(f"{file.name}: name it like 0001_what_it_does.sql")
        migrations.append(Migration(int(name[1]), file.name, file.read_text()))
    for position, migration in enumerate(migrations, start=1):
        if migration.number != position:
            raise MigrationError(
                f"{migration.name} stands at place {position}; number the files 0001, 0002, …"
                " without a gap"
            )
    return tuple(migrations)


def missing(migrations: Sequence[Migration], applied: Sequence[Applied]) -> tuple[Migration, ...]:
    """Decide what has to be applied. Raises MigrationError when an applied file has changed."""
    done = {row.number: row for row in applied}
    for migration in migrations:
        row = done.get(migration.number)
        if row and row.checksum != migration.checksum:
            raise MigrationError(
                f"{migration.name} was changed after it was applied (as {row.name});"
                " put the old text back and write the change as a new file"
            )
    return tuple(m for m in migrations if m.number not in done)


async def migrate(
    connection: Connection, schema: str, migrations: Sequence[Migration]
) -> tuple[str, ...]:
    """Apply what is missing; gives the names of the files applied now.

    Raises MigrationError when a file fails; the database is then as it was before that file.
    """
    check_schema(schema)
    await connection.execute("select pg_advisory_lock(hashtextextended($1, 0))", f"prosa.{schema}")
    try:
        await _prepare(connection, schema)
        rows = await connection.fetch(f"select number, name, checksum from {schema}.migrations")  # noqa: S608 - checked by `check_schema`
        todo = missing(migrations, [Applied(**row) for row in rows])
        for migration in todo:
            await _apply(connection, schema, migration)
    finally:
        await connection.execute(
            "select pg_advisory_unlock(hashtextextended($1, 0))", f"prosa.{schema}"
        )
    return tuple(migration.name for migration in todo)


def check_schema(name: str) -> None:
    """Refuse a schema's name that would have to be quoted. Raises MigrationError."""
    if not _SCHEMA.fullmatch(name):
        raise MigrationError(f"schema {name!r}: use a-z, digits and _, at most 41, a letter first")


async def _prepare(connection: Connection, schema: str) -> None:
    # asked first: `create schema if not exists` wants the right to create even when it exists
    if not await connection.fetchval("select to_regnamespace($1) is not null", schema):
        await connection.execute(f"create schema {schema}")
    if not await connection.fetchval("select to_regclass($1) is not null", f"{schema}.migrations"):
        await connection.execute(
            f"create table {schema}.migrations ("
            "number integer primary key, name text not null, checksum text not null,"
            " applied_at timestamptz not null default now())"
        )


async def _apply(connection: Connection, schema: str, migration: Migration) -> None:
    try:
        async with connection.transaction():
            await connection.execute(f"set local search_path to {schema}, public")
            await connection.execute(migration.sql)
            await connection.execute(
                f"insert into {schema}.migrations (number, name, checksum) values ($1, $2, $3)",  # noqa: S608 - checked by `check_schema`
                migration.number,
                migration.name,
                migration.checksum,
            )
    except asyncpg.PostgresError as error:
        raise MigrationError(f"{schema}: {migration.name} failed: {error}") from error
    log.info("migration_applied", schema=schema, file=migration.name)
