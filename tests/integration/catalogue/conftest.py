"""A shop for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.catalogue.shop import Shop
from tests.support.nats import provisioned


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with provisioned(tmp_path) as (_, jetstream):
        yield Shop(jetstream)
