"""One inbox for the package; each test has customers and agents of its own."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.inbox.desk import Desk
from tests.browser.inbox.house import House, a_house


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def house(assets: None, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with a_house(tmp_path_factory.mktemp("inbox")) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def desk(house: House, browser: Browser) -> AsyncIterator[Desk]:
    own = Desk(browser, house)
    yield own
    await own.close()
    assert own.reports == []
