"""One console for all of these tests, with a fortnight behind it; pages that hear complaints."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from prosa.clock import SystemClock
from tests.browser.console.pages import ConsolePages
from tests.browser.console.states import seeded
from tests.support.console import Running, a_console
from tests.support.postgres import a_postgres

CUSTOMERS = 16


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def running(assets: None, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    folder = tmp_path_factory.mktemp("console")
    async with a_postgres(folder) as database, a_console(folder, database) as console:
        await seeded(console, SystemClock().now_ms(), CUSTOMERS)
        yield console


@pytest_asyncio.fixture(loop_scope="session")
async def console(browser: Browser, running: Running) -> AsyncIterator[ConsolePages]:
    own = ConsolePages(browser, running)
    yield own
    await own.close()
    assert own.reports == []
