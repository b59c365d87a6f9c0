"""Numbered migrations against a real PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio
from pydantic import SecretStr

from prosa.errors import ConfigError, Unavailable
from prosa.postgres import pool
from prosa.postgres.migrations import Connection, Migration, MigrationError, migrate
from tests.support.postgres import a_postgres

TICKETS = Migration(1, "0001_tickets.sql", "create table tickets (id integer primary key)")
NOTES = Migration(
    2, "0002_notes.sql", "create table notes (body jsonb); insert into nowhere values (1)"
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SecretStr]:
    async with a_postgres(tmp_path_factory.mktemp("postgres")) as address:
        yield address


@pytest_asyncio.fixture
async def connection(url: SecretStr) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(url.get_secret_value())
    yield connection
    await connection.execute("drop schema if exists handoff cascade")
    await connection.close()


async def test_each_file_is_applied_once(
    connection: Connection,
) -> None:
    assert await migrate(connection, "handoff", [TICKETS]) == ("0001_tickets.sql",)
    assert await migrate(connection, "handoff", [TICKETS]) == ()


async def test_replicas_that_start_together_take_turns(
    connection: Connection, url: SecretStr
) -> None:
    others = [await asyncpg.connect(url.get_secret_value()) for _ in range(4)]
    applied = await asyncio.gather(*(migrate(c, "handoff", [TICKETS]) for c in others))
    for other in others:
        await other.close()

    assert sorted(applied) == [(), (), (), ("0001_tickets.sql",)]


async def test_a_file_that_fails_leaves_nothing_of_itself(
    connection: Connection,
) -> None:
    with pytest.raises(MigrationError, match=r"0002_notes.sql failed: .*nowhere"):
        await migrate(connection, "handoff", [TICKETS, NOTES])

    tables = "select count(*) from pg_tables where schemaname = 'handoff' and tablename = any($1)"
    assert await connection.fetchval(tables, ["tickets", "notes"]) == 1


async def test_a_changed_file_ends_the_start(
    connection: Connection,
) -> None:
    await migrate(connection, "handoff", [TICKETS])
    changed = Migration(1, "0001_tickets.sql", "create table tickets (id bigint primary key)")

    with pytest.raises(MigrationError, match="changed after it was applied"):
        await migrate(connection, "handoff", [changed])


async def test_a_pool_sees_its_own_schema_and_reads_json_as_values(
    connection: Connection, url: SecretStr
) -> None:
    await migrate(connection, "handoff", [TICKETS])
    async with pool.connect(url, "handoff") as connections:
        await connections.execute("insert into tickets values (7)")

        assert await connections.fetchval("select id from tickets") == 7
        assert await connections.fetchval("select $1::jsonb", {"a": [1]}) == {"a": [1]}


async def test_a_wrong_password_is_told_without_the_password(url: SecretStr) -> None:
    wrong = SecretStr(url.get_secret_value().replace("a-password", "another-password"))
    with pytest.raises(ConfigError, match="refuses us") as told:
        async with pool.connect(wrong, "handoff"):
            pass

    assert "another-password" not in str(told.value)


async def test_a_server_that_is_away_is_unavailable() -> None:
    with pytest.raises(Unavailable, match=r"PostgreSQL at 127.0.0.1:1 does not answer"):
        async with pool.connect(SecretStr("postgresql://prosa:x@127.0.0.1:1/prosa"), "handoff"):
            pass
