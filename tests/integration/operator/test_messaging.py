"""Streams of a Chatbot on a real NATS: made, made again, removed, and why not."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from prosa.contracts import subjects
from prosa.contracts.topology import topology
from prosa.errors import ConfigError
from prosa.jetstream.connection import JetStream, connect
from prosa_operator import messaging
from tests.support.nats import free_port, nats_server
from tests.support.worlds import a_chatbot

SHOP = a_chatbot()


@pytest.fixture
async def jetstream(tmp_path: Path) -> AsyncIterator[JetStream]:
    async with nats_server(tmp_path) as server, connect(server.settings, "provision") as connected:
        yield connected


async def streams(jetstream: JetStream) -> set[str]:
    return set((await jetstream.api("STREAM.NAMES"))["streams"] or ())


async def test_what_a_bot_needs_is_made_as_often_as_asked(jetstream: JetStream) -> None:
    await messaging.provide(jetstream, SHOP)
    await messaging.provide(jetstream, SHOP)

    assert {stream.name for stream in topology(SHOP.token).streams} <= await streams(jetstream)


async def test_removal_leaves_what_all_bots_share_and_is_idempotent(jetstream: JetStream) -> None:
    other = a_chatbot(name="other")
    for bot in (SHOP, other):
        await messaging.provide(jetstream, bot)
    before = await streams(jetstream)

    gone = await messaging.remove(jetstream, SHOP)

    left = await streams(jetstream)
    assert len(before) - len(left) == gone
    assert subjects.UNROUTED_STREAM in left
    assert subjects.in_stream(other.token) in left
    assert await messaging.remove(jetstream, SHOP) == 0


async def test_a_nats_that_does_not_answer_is_named_by_its_field() -> None:
    with pytest.raises(ConfigError, match=r"spec\.messaging\.url: nothing answers"):
        await messaging._knock(f"nats://127.0.0.1:{free_port()}")


async def test_one_server_of_several_that_answers_will_do(tmp_path: Path) -> None:
    async with nats_server(tmp_path) as server:
        await messaging._knock(f"nats://127.0.0.1:{free_port()},{server.url}")
