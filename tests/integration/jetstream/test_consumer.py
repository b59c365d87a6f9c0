"""Deliveries against a real server: what is acked, what comes again, what ends as a dead letter."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from prosa.clock import SystemClock
from prosa.contracts import subjects
from prosa.errors import Reject, RetryLater
from prosa.jetstream import consumer as consumer_module
from prosa.jetstream.connection import JetStream
from prosa.jetstream.consumer import Consumer, Delivery
from prosa.jetstream.dead_letters import DeadLetters, Parked
from tests.support.eventually import eventually
from tests.support.nats import BOT, NatsServer

IN = subjects.in_stream(BOT)
OUT = subjects.out_stream(BOT)
ANA = subjects.inbound(BOT, "pana")

Handle = Callable[[Delivery], Awaitable[None]]


@asynccontextmanager
async def consuming(
    jetstream: JetStream,
    handle: Handle,
    *,
    stream: str = IN,
    names: tuple[tuple[str, int], ...] = (("conversation", 1),),
    limit: int = 64,
) -> AsyncIterator[Consumer]:
    consumer = Consumer(
        jetstream,
        service="conversation",
        stream=stream,
        names=names,
        handle=handle,
        dead_letters=DeadLetters(jetstream, BOT),
        clock=SystemClock(),
        limit=limit,
    )
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(consumer.run())
        try:
            yield consumer
        finally:
            consumer.stop()


async def ack_pending(jetstream: JetStream, stream: str = IN, name: str = "conversation") -> int:
    info = await jetstream.api(f"CONSUMER.INFO.{stream}.{name}")
    pending: int = info["num_ack_pending"] + info["num_pending"]
    return pending


async def letters(jetstream: JetStream) -> list[Parked]:
    return [parked async for parked in DeadLetters(jetstream, BOT).walk()]


async def test_every_message_is_handled_and_acked(jetstream: JetStream) -> None:
    seen: list[bytes] = []

    async def handle(delivery: Delivery) -> None:
        seen.append(delivery.payload)

    for n in range(300):
        await jetstream.publish(ANA, b"%d" % n)
    async with consuming(jetstream, handle):
        await eventually(lambda: len(seen) == 300)

    assert sorted(seen, key=int) == [b"%d" % n for n in range(300)]
    await eventually(lambda: _none_pending(jetstream))


async def test_a_message_that_asks_for_later_comes_again(jetstream: JetStream) -> None:
    deliveries: list[int] = []

    async def handle(delivery: Delivery) -> None:
        deliveries.append(delivery.deliveries)
        if len(deliveries) < 3:
            raise RetryLater(timedelta(milliseconds=20), "not yet")

    await jetstream.publish(ANA, b"oi")
    async with consuming(jetstream, handle):
        await eventually(lambda: len(deliveries) == 3)

    assert deliveries == [1, 2, 3]


async def test_waiting_for_its_turn_never_kills_a_message(jetstream: JetStream) -> None:
    deliveries = 0

    async def handle(delivery: Delivery) -> None:
        nonlocal deliveries
        deliveries = delivery.deliveries
        if deliveries <= consumer_module.MAX_ATTEMPTS * 2:
            raise RetryLater(timedelta(milliseconds=5), "an older one goes first", waited=True)

    await jetstream.publish(ANA, b"oi")
    async with consuming(jetstream, handle):
        await eventually(lambda: deliveries > consumer_module.MAX_ATTEMPTS * 2)

    assert await letters(jetstream) == []


async def test_a_rejected_message_is_a_dead_letter_with_its_reason(jetstream: JetStream) -> None:
    async def handle(delivery: Delivery) -> None:
        raise Reject("meta_132000", "the template takes two parameters")

    ack = await jetstream.publish(ANA, b'{"id":"wamid.1"}')
    async with consuming(jetstream, handle):
        await eventually(lambda: letters(jetstream))

    (parked,) = await letters(jetstream)
    assert parked.letter.reason == "meta_132000"
    assert parked.letter.payload == b'{"id":"wamid.1"}'
    assert parked.letter.origin_sequence == ack.sequence
    await eventually(lambda: _none_pending(jetstream))


async def test_a_handler_that_always_fails_ends_in_the_dead_letters(
    jetstream: JetStream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer_module, "_FIRST_BACKOFF", 0.01)
    monkeypatch.setattr(consumer_module, "_LONGEST_BACKOFF", 0.02)

    async def handle(delivery: Delivery) -> None:
        raise ZeroDivisionError

    await jetstream.publish(ANA, b"poison")
    async with consuming(jetstream, handle):
        await eventually(lambda: letters(jetstream))

    (parked,) = await letters(jetstream)
    assert (parked.letter.reason, parked.letter.detail) == (
        "attempts_exhausted",
        "ZeroDivisionError",
    )
    assert parked.letter.attempts == consumer_module.MAX_ATTEMPTS


async def test_a_replayed_letter_comes_back_marked(jetstream: JetStream) -> None:
    payloads: list[bytes] = []

    async def handle(delivery: Delivery) -> None:
        payloads.append(delivery.payload)
        if len(payloads) == 1:
            raise Reject("broken", "at first")

    await jetstream.publish(ANA, b'{"id":"wamid.1"}', message_id="wamid.1")
    async with consuming(jetstream, handle):
        await eventually(lambda: letters(jetstream))
        (parked,) = await letters(jetstream)
        await DeadLetters(jetstream, BOT).replay(parked.number)
        await eventually(lambda: len(payloads) == 2)

    assert payloads[1] == b'{"id":"wamid.1","replay":1}'
    assert await letters(jetstream) == []


async def test_stopping_finishes_what_is_in_hand(jetstream: JetStream) -> None:
    release = asyncio.Event()
    finished: list[int] = []

    async def handle(delivery: Delivery) -> None:
        await release.wait()
        finished.append(delivery.sequence)

    await jetstream.publish(ANA, b"oi")
    async with consuming(jetstream, handle) as consumer:
        await eventually(lambda: consumer.in_hand == 1)
        consumer.stop()
        release.set()

    assert len(finished) == 1
    await eventually(lambda: _none_pending(jetstream))


async def _none_pending(jetstream: JetStream) -> bool:
    return await ack_pending(jetstream) == 0


async def test_consuming_goes_on_after_the_server_was_killed(
    server: NatsServer, jetstream: JetStream
) -> None:
    seen: set[bytes] = set()

    async def handle(delivery: Delivery) -> None:
        seen.add(delivery.payload)

    async with consuming(jetstream, handle):
        await jetstream.publish(ANA, b"before")
        await eventually(lambda: b"before" in seen)
        await server.kill()
        await server.start()
        await eventually(lambda: jetstream.connected)
        await jetstream.publish(ANA, b"after")
        await eventually(lambda: b"after" in seen)


async def test_a_long_handler_keeps_its_message(jetstream: JetStream) -> None:
    deliveries: list[int] = []

    async def handle(delivery: Delivery) -> None:
        deliveries.append(delivery.deliveries)
        await asyncio.sleep(7)  # longer than ack_wait; this test is about that time passing

    await jetstream.publish(ANA, b"oi")
    async with consuming(jetstream, handle):
        await eventually(lambda: deliveries)

    assert deliveries == [1]
    await eventually(lambda: _none_pending(jetstream))


async def test_a_flood_of_low_priority_does_not_hold_up_high(jetstream: JetStream) -> None:
    order: list[str] = []

    async def handle(delivery: Delivery) -> None:
        order.append(delivery.durable)
        await asyncio.sleep(0.01)

    for n in range(400):
        await jetstream.publish(subjects.outbound(BOT, "low", f"pc{n}"), b"campaign")
    names = (("sender-high", 8), ("sender-default", 3), ("sender-low", 1))
    async with consuming(jetstream, handle, stream=OUT, names=names, limit=12):
        await eventually(lambda: len(order) > 20)
        for n in range(20):
            await jetstream.publish(subjects.outbound(BOT, "high", f"ph{n}"), b"agent")
        await eventually(lambda: order.count("sender-high") == 20)
        low_then = order.count("sender-low")
        await eventually(lambda: len(order) == 420)

    assert low_then < 400
