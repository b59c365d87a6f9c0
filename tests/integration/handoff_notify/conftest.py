"""A PostgreSQL with the table of notifications, a nats-server with a bot's streams."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio
from pydantic import SecretStr

from prosa.errors import Unavailable
from prosa.jetstream.connection import JetStream
from prosa.postgres import pool
from prosa.postgres.pool import Pool
from tests.integration.handoff_notify.office import migrated
from tests.support.eventually import eventually
from tests.support.nats import NatsServer, provisioned
from tests.support.postgres import a_postgres


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def database(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SecretStr]:
    async with a_postgres(tmp_path_factory.mktemp("postgres")) as url:
        yield url


@pytest_asyncio.fixture
async def table(database: SecretStr) -> AsyncIterator[Pool]:
    """Connect to a table without rows."""
    async with AsyncExitStack() as stack:
        connections = await eventually(lambda: _connected(stack, database), within=200)
        await migrated(connections)
        yield connections


async def _connected(stack: AsyncExitStack, database: SecretStr) -> "Pool | None":
    """Connect, or try again: a machine that is busy may need longer than one patience."""
    try:
        return await stack.enter_async_context(pool.connect(database, "handoff"))
    except Unavailable:
        return None


@pytest_asyncio.fixture
async def running(tmp_path: Path) -> AsyncIterator[tuple[NatsServer, JetStream]]:
    async with provisioned(tmp_path) as both:
        yield both


@pytest.fixture
def server(running: tuple[NatsServer, JetStream]) -> NatsServer:
    return running[0]


@pytest.fixture
def jetstream(running: tuple[NatsServer, JetStream]) -> JetStream:
    return running[1]
