"""One PostgreSQL server for all of these tests; each has a database of its own."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from pydantic import SecretStr

from tests.support.postgres import a_postgres


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SecretStr]:
    """Give the address of a server."""
    async with a_postgres(tmp_path_factory.mktemp("postgres")) as address:
        yield address
