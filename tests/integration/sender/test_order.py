"""Oldest first, as it is read from a real stream."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from prosa.contracts import subjects
from prosa.contracts.identity import ContactKey
from prosa.jetstream.connection import JetStream
from services.sender.order import Behind, Next, Order, Unseen
from tests.support.nats import BOT, provisioned

ANA = ContactKey("pana")


@pytest.fixture
async def jetstream(tmp_path: Path) -> AsyncIterator[JetStream]:
    async with provisioned(tmp_path) as (_, connected):
        yield connected


async def queue(jetstream: JetStream, priority: str = "default") -> int:
    ack = await jetstream.publish(subjects.outbound(BOT, priority, ANA), b"{}")
    return ack.sequence


async def test_a_younger_outbound_waits_for_the_older(jetstream: JetStream) -> None:
    first, second = await queue(jetstream), await queue(jetstream)
    order = Order(jetstream, BOT)

    assert await order.place(ANA, first) == Next()
    assert isinstance(await order.place(ANA, second), Behind)


async def test_what_is_finished_holds_nobody_up_though_its_ack_is_on_its_way(
    jetstream: JetStream,
) -> None:
    first, second = await queue(jetstream), await queue(jetstream)
    order = Order(jetstream, BOT)

    order.finished(first)

    assert await order.place(ANA, second) == Next()


async def test_what_was_finished_and_comes_again_is_acked_not_waited_for(
    jetstream: JetStream,
) -> None:
    """Its ack was lost with the server: waiting for it to be seen would be for ever."""
    only = await queue(jetstream)
    order = Order(jetstream, BOT)

    order.finished(only)

    assert await order.place(ANA, only) == Next()


async def test_what_the_stream_does_not_have_is_unseen(jetstream: JetStream) -> None:
    assert await Order(jetstream, BOT).place(ANA, 7) == Unseen()


async def test_a_campaign_holds_up_no_answer(jetstream: JetStream) -> None:
    await queue(jetstream, "low")
    answer = await queue(jetstream)

    assert await Order(jetstream, BOT).place(ANA, answer) == Next()
