"""One simulator and one webhook endpoint for all tests here; each begins in an empty world."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.support.receiver import Receiver, receiver
from tests.support.simulator import Simulator, simulator


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def endpoint() -> AsyncIterator[Receiver]:
    async with receiver() as own:
        yield own


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def process(endpoint: Receiver) -> AsyncIterator[Simulator]:
    async with simulator(webhook=endpoint.url) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="package")
async def ingress(endpoint: Receiver, process: Simulator) -> AsyncIterator[Receiver]:
    """Stand for the app's webhook, with nothing received yet."""
    await process.reset()
    endpoint.received.clear()
    endpoint.statuses.clear()
    yield endpoint


@pytest_asyncio.fixture(loop_scope="package")
async def meta(ingress: Receiver, process: Simulator) -> AsyncIterator[Simulator]:
    """Stand for Meta, with nothing said yet."""
    yield process
