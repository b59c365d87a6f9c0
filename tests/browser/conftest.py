"""A browser, the simulator behind it, and phone pages that fail the test on any error of their own.

Tests and fixtures share one event loop for the session, since the browser lives in it.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from prosa.web import build
from tests.browser import chromium
from tests.browser.pages import Pages
from tests.support.simulator import Simulator, simulator

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE) and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture(scope="session")
def assets() -> None:
    """Build the pages if their sources changed, and install what the tests need."""
    build.install(with_tools=True)
    build.build()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    path = chromium.find_or_install()
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=path, args=chromium.flags())
        yield launched
        await launched.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def running(assets: None) -> AsyncIterator[Simulator]:
    async with simulator() as meta:
        yield meta


@pytest_asyncio.fixture(loop_scope="session")
async def meta(running: Simulator) -> Simulator:
    """Start each test with a world in which nothing was said."""
    await running.reset()
    return running


@pytest_asyncio.fixture(loop_scope="session")
async def pages(browser: Browser, meta: Simulator) -> AsyncIterator[Pages]:
    own = Pages(browser, meta.phone)
    yield own
    await own.close()
    assert own.reports == []
