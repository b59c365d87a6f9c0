"""One provisioned server a test: it starts in milliseconds."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from prosa.jetstream.connection import JetStream
from tests.support.nats import NatsServer, provisioned


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[tuple[NatsServer, JetStream]]:
    async with provisioned(tmp_path) as both:
        yield both


@pytest.fixture
def server(running: tuple[NatsServer, JetStream]) -> NatsServer:
    return running[0]


@pytest.fixture
def jetstream(running: tuple[NatsServer, JetStream]) -> JetStream:
    return running[1]
