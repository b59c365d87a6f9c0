"""One PostgreSQL for the module, emptied for each test; a NATS for each."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
from pydantic import SecretStr

from tests.support.handoff import Inbox, World, a_world
from tests.support.postgres import a_postgres


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def postgres(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SecretStr]:
    async with a_postgres(tmp_path_factory.mktemp("postgres")) as url:
        yield url


@pytest_asyncio.fixture
async def world(tmp_path: Path, postgres: SecretStr) -> AsyncIterator[World]:
    async with a_world(tmp_path, url=postgres) as running:
        yield running
    connection = await asyncpg.connect(postgres.get_secret_value())
    await connection.execute("drop schema if exists handoff, signin cascade")
    await connection.close()


@pytest_asyncio.fixture
async def inbox(world: World) -> AsyncIterator[Inbox]:
    async with world.handoff() as running:
        yield running
