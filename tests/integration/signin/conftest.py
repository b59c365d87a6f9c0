"""A real PostgreSQL, the sign-in of one process, and a browser in front of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr

from tests.support.door import Door, a_door
from tests.support.postgres import a_postgres

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE) and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SecretStr]:
    async with a_postgres(tmp_path_factory.mktemp("signin")) as address:
        yield address


@pytest_asyncio.fixture(loop_scope="session")
async def door(url: SecretStr) -> AsyncIterator[Door]:
    async with a_door(url) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def browser(door: Door) -> AsyncIterator[httpx.AsyncClient]:
    async with door.browser() as client:
        yield client
