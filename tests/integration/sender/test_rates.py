"""Meta's rates: kept by us before Meta has to, shared by replicas, and fair among the classes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from prosa.clock import SystemClock
from prosa.contracts.chatbot import Limits
from prosa.contracts.outbound import Priority, Text
from prosa.jetstream.connection import JetStream
from services.sender.rates import Rates
from tests.support.eventually import eventually
from tests.support.nats import BOT, provisioned
from tests.support.sender import a_world, an_outbound
from tests.support.simulator import ANA, BRUNO, NUMBER_ID


async def test_a_used_up_pair_rate_waits_and_nobody_else_does(tmp_path: Path) -> None:
    limits = {"messagesPerSecond": 1000, "perContact": "2s", "perContactBurst": 2}
    async with a_world(tmp_path, whatsapp={"limits": limits}) as world, world.sender():
        await world.knows(ANA)
        await world.knows(BRUNO)
        await world.queue(*(an_outbound(ANA, Text(body=f"{n}")) for n in range(4)))
        await world.queue(an_outbound(BRUNO, Text(body="oi")))

        await eventually(lambda: world.said_to(BRUNO))
        assert await world.said_to(ANA) == ["0", "1"]
        await eventually(world.done)

        assert await world.said_to(ANA) == ["0", "1", "2", "3"]


async def test_metas_own_pair_limit_is_waited_for(tmp_path: Path) -> None:
    stricter = {"limits": {"pairPerSeconds": 2, "pairBurst": 2}}
    async with a_world(tmp_path, meta=stricter) as world, world.sender():
        await world.knows(ANA)
        await world.queue(*(an_outbound(ANA, Text(body=f"{n}")) for n in range(4)))

        await eventually(world.done, within=60)

        assert await world.said_to(ANA) == ["0", "1", "2", "3"]
        assert await world.dead_letters() == []


async def test_two_replicas_together_stay_below_metas_throughput(tmp_path: Path) -> None:
    meta = {"limits": {"messagesPerSecond": 20}}
    limits = {"messagesPerSecond": 20}
    people = [{"name": f"Cliente {n}", "phone": f"+551190000{n:04}"} for n in range(50)]
    async with a_world(tmp_path, meta=meta, whatsapp={"limits": limits}) as world:
        await world.meta.add_customers(*people)
        for each in people:
            await world.knows(each["phone"])
        await asyncio.sleep(1)  # their messages count against the number's same second
        async with world.sender() as one, world.sender() as other:
            await world.queue(*(an_outbound(each["phone"], Text(body="oi")) for each in people))
            await eventually(world.done, within=60)

        throttled = sum(m.refused.labels(BOT, 130429)._value.get() for m in (one, other))
        assert throttled == 0
        assert len(await world.posted()) == 50


async def test_campaigns_get_their_share_while_answers_press(tmp_path: Path) -> None:
    async with provisioned(tmp_path) as (_, jetstream), _rates(jetstream, 50) as rates:
        order: list[Priority] = []

        async def press(priority: Priority, times: int) -> None:
            for _ in range(times):
                await rates.take(priority)
                order.append(priority)

        async with asyncio.TaskGroup() as tasks:
            for priority, times in (("high", 40), ("low", 40)):
                for _ in range(2):
                    tasks.create_task(press(priority, times // 2))  # type: ignore[arg-type]

    early = order[:36]
    assert early.count("low") == pytest.approx(4, abs=2)
    assert early.count("high") == pytest.approx(32, abs=2)


async def test_a_long_queue_waits_in_the_stream_and_not_in_memory(tmp_path: Path) -> None:
    async with provisioned(tmp_path) as (_, jetstream), _rates(jetstream, 2) as rates:
        async with asyncio.TaskGroup() as tasks:
            asked = [tasks.create_task(rates.take("default")) for _ in range(30)]

        granted = [each.result() for each in asked]
        assert 5 <= granted.count(True) <= 15


@asynccontextmanager
async def _rates(jetstream: JetStream, per_second: int) -> AsyncIterator[Rates]:
    limits = Limits(messages_per_second=per_second)
    rates = Rates(jetstream, BOT, NUMBER_ID, limits, SystemClock())
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(rates.run())
        yield rates
        rates.stop()
