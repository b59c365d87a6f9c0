"""What a dying nats-server leaves acked in the queue is removed; what is to be sent is not."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from prosa.contracts import subjects
from prosa.jetstream.connection import JetStream
from prosa.telemetry.metrics import Registry
from services.sender.metrics import SenderMetrics
from services.sender.orphans import Orphans
from tests.support.nats import BOT, provisioned

OUT = subjects.out_stream(BOT)
ANA = subjects.outbound(BOT, "default", "pana")


@pytest.fixture
async def jetstream(tmp_path: Path) -> AsyncIterator[JetStream]:
    async with provisioned(tmp_path) as (_, connected):
        yield connected


async def orphan_all_before(jetstream: JetStream, sequence: int) -> None:
    """Move a consumer's ack floor over messages that stay in the stream, as a crash may."""
    durable = subjects.sender_consumer("default")
    await jetstream.api(f"CONSUMER.RESET.{OUT}.{durable}", {"seq": sequence})


async def left(jetstream: JetStream) -> list[bytes]:
    return [stored.payload for stored in await jetstream.read(OUT, ">", limit=10)]


async def test_orphans_are_removed_and_counted(jetstream: JetStream) -> None:
    for payload in (b"acked", b"acked too", b"to be sent"):
        await jetstream.publish(ANA, payload)
    await orphan_all_before(jetstream, 3)

    removed = await Orphans(jetstream, BOT, SenderMetrics(Registry())).remove("default")

    assert removed == 2
    assert await left(jetstream) == [b"to be sent"]


async def test_what_nobody_acked_stays(jetstream: JetStream) -> None:
    await jetstream.publish(ANA, b"to be sent")
    await jetstream.publish(subjects.outbound(BOT, "high", "pana"), b"to be sent first")

    for priority in subjects.PRIORITIES:
        await Orphans(jetstream, BOT, SenderMetrics(Registry())).remove(priority)

    assert await left(jetstream) == [b"to be sent", b"to be sent first"]
