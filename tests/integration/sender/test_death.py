"""Killed between any two steps, an outbound is sent once and told once.

The handler runs on connections that die at a chosen step: just before it, or just after it had its
effect and before anybody knew. What was in memory is gone then; the next delivery, with the next
number, goes to new parts. This is done for every step that there is.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, cast

import aiohttp
import msgspec
import pytest

from prosa import chatbots
from prosa.clock import SystemClock
from prosa.contracts import subjects
from prosa.contracts.identity import ContactKey
from prosa.contracts.outbound import Message, Outbound, Template, Text
from prosa.contracts.sends import Progress, Sends
from prosa.errors import RetryLater
from prosa.jetstream.connection import JetStream, Stored
from prosa.jetstream.consumer import Delivery
from prosa.telemetry.metrics import Registry
from services.sender.__main__ import build
from services.sender.channel import session
from services.sender.handlers import Outbounds
from services.sender.metrics import SenderMetrics
from services.sender.order import Behind, Order, Place
from services.sender.settings import SenderSettings
from tests.support.nats import BOT
from tests.support.sender import World, a_world, an_outbound, now_ms
from tests.support.simulator import ANA

Moment = Literal["before", "after"]


class Died(BaseException):
    """The process is gone."""


@dataclass
class Life:
    """Counts the steps of one task and ends at the chosen one."""

    step: int
    moment: Moment
    task: asyncio.Task[Any] | None = None
    steps: int = 0

    def passes(self, moment: Moment) -> None:
        """Be called around every step; raises Died at the chosen one."""
        if asyncio.current_task() is not self.task:
            return
        if moment == "before":
            self.steps += 1
        if (self.steps, moment) == (self.step, self.moment):
            raise Died


class MortalJetStream:
    """A real connection whose user may die at any request."""

    def __init__(self, jetstream: JetStream, life: Life) -> None:
        self._jetstream = jetstream
        self._life = life

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._jetstream, name)
        if name == "publish_soon":
            return self._soon
        return self._mortal(real) if name in ("read", "read_last", "publish") else real

    def _soon(self, *args: Any, **kwargs: Any) -> Any:
        self._life.passes("before")
        future = self._jetstream.publish_soon(*args, **kwargs)
        self._life.passes("after")
        return future

    def _mortal(self, real: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def call(*args: Any, **kwargs: Any) -> Any:
            self._life.passes("before")
            result = await real(*args, **kwargs)
            self._life.passes("after")
            return result

        return call


class MortalSession:
    """A real HTTP session whose user may die before or after the answer."""

    def __init__(self, http: aiohttp.ClientSession, life: Life) -> None:
        self._http = http
        self._life = life

    @asynccontextmanager
    async def post(self, *args: Any, **kwargs: Any) -> AsyncIterator[aiohttp.ClientResponse]:
        self._life.passes("before")
        async with self._http.post(*args, **kwargs) as response:
            await response.read()
            self._life.passes("after")
            yield response


class Last(Order):
    """An order in which everything stands behind something older."""

    older: Outbound

    async def place(self, contact: ContactKey, sequence: int) -> Place:
        """Say so, whatever the stream says."""
        return Behind(Stored(contact, sequence - 1, msgspec.json.encode(self.older), 0))


async def deliver(
    world: World,
    outbound: Outbound,
    sequence: int,
    number: int,
    life: Life,
    *,
    behind: Outbound | None = None,
) -> RetryLater | Died | None:
    """Hand one delivery to new parts, as a process does that has just started; gives its end."""
    settings = SenderSettings(
        chatbots=world.folder / "chatbots", status_wait="300ms", doubt_wait="300ms"
    )
    (bot,) = chatbots.load(settings.chatbots, needs=("access-token",))
    reply = f"$JS.ACK.{subjects.out_stream(BOT)}.sender-default.{number}.{sequence}.1.0.0"
    delivery = Delivery(
        world.jetstream,
        subjects.outbound(BOT, outbound.priority, outbound.contact).encode(),
        reply.encode(),
        b"",
        msgspec.json.encode(outbound),
    )
    async with (
        session(connect_seconds=5, answer_seconds=15, connections=4) as meta,
        asyncio.TaskGroup() as tasks,
    ):
        (outbounds, _), helpers = build(
            bot,
            settings,
            jetstream=cast("JetStream", MortalJetStream(world.jetstream, life)),
            meta=cast("aiohttp.ClientSession", MortalSession(meta, life)),
            files=meta,
            metrics=SenderMetrics(Registry()),
            clock=SystemClock(),
        )
        handler = cast("Outbounds", outbounds._handle)
        if behind is not None:
            handler.order = last = Last(world.jetstream, BOT)
            last.older = behind
        for helper in helpers:
            tasks.create_task(helper.run())
        life.task = asyncio.current_task()
        try:
            await handler(delivery)
        except (RetryLater, Died) as end:
            return end
        finally:
            for helper in helpers:
                helper.stop()
    return None


async def live_through(world: World, outbound: Outbound, *lives: Life) -> bool:
    """Deliver until it is handled, first in lives that end early; True: one of them did."""
    await world.queue(outbound)
    (stored,) = await world.jetstream.read(
        subjects.out_stream(BOT), subjects.outbound(BOT, "*", outbound.contact)
    )
    died = False
    for number in count(1):
        life = lives[number - 1] if number <= len(lives) else Life(0, "before")
        end = await deliver(world, outbound, stored.sequence, number, life)
        if end is None:
            break
        died = died or isinstance(end, Died)
        if isinstance(end, RetryLater):
            await asyncio.sleep(end.after.total_seconds())
    stream = subjects.out_stream(BOT)
    await world.jetstream.api(f"STREAM.MSG.DELETE.{stream}", {"seq": stored.sequence})
    return died


Ended = list[tuple[str, Outbound]]


async def at_every_step(
    world: World,
    moment: Moment,
    *messages: Message,
    deaths: int = 1,
    document: Mapping[str, Any] = MappingProxyType({}),
    **details: Any,
) -> Ended:
    """Let an outbound to a customer of its own live through a death at each step that it has."""
    lived: Ended = []
    for step in count(1):
        who = f"+551190000{step:04}"
        await world.meta.add_customers({"name": f"Cliente {step}", "phone": who})
        await world.knows(who, owner_revision=1, **document)
        outbound = an_outbound(who, *messages, **{"owner_revision": 1, **details})
        lives = [Life(step, moment) for _ in range(deaths)]
        if not await live_through(world, outbound, *lives):
            return lived
        lived.append((who, outbound))
    raise AssertionError("it never came to its end")


BOTH = pytest.mark.parametrize("moment", ["before", "after"])
TWO = (Text(body="um"), Text(body="dois"))


async def assert_sent_and_told_once(world: World, lived: Ended) -> None:
    sent = await world.sent()
    assert len(lived) > 8
    for who, outbound in lived:
        assert await world.said_to(who) == ["um", "dois"]
        assert sorted(each.index for each in sent if each.outbound == outbound.id) == [0, 1]


@BOTH
async def test_a_death_at_any_step_sends_and_tells_once(tmp_path: Path, moment: Moment) -> None:
    async with a_world(tmp_path) as world:
        lived = await at_every_step(world, moment, *TWO)

        await assert_sent_and_told_once(world, lived)


@BOTH
async def test_two_deaths_at_any_step_send_and_tell_once(tmp_path: Path, moment: Moment) -> None:
    async with a_world(tmp_path) as world:
        lived = await at_every_step(world, moment, *TWO, deaths=2)

        await assert_sent_and_told_once(world, lived)


@BOTH
async def test_a_death_with_a_repeat_sends_and_tells_once(tmp_path: Path, moment: Moment) -> None:
    async with a_world(tmp_path) as world:
        lived = await at_every_step(world, moment, *TWO, repeat=True)

        await assert_sent_and_told_once(world, lived)


@BOTH
async def test_a_death_while_an_outbound_is_dropped_tells_it_once(
    tmp_path: Path, moment: Moment
) -> None:
    async with a_world(tmp_path) as world:
        lived = await at_every_step(world, moment, *TWO, owner_revision=0)

        told = [each.outbound for each in await world.failures()]
        assert len(lived) > 3
        assert await world.posted() == []
        for _, outbound in lived:
            assert told.count(outbound.id) == 1


@BOTH
async def test_a_death_around_a_fallback_sends_it_once(tmp_path: Path, moment: Moment) -> None:
    fallback = Template(name="lembrete", language="pt_BR", body=("segunda", "10h"))
    async with a_world(tmp_path) as world:
        lived = await at_every_step(
            world, moment, *TWO, fallback=fallback, document={"window_closed": True}
        )

        sent = await world.sent()
        assert len(lived) > 6
        for who, outbound in lived:
            assert await world.said_to(who) == ["Seu test drive é segunda às 10h."]
            assert [each.message for each in sent if each.outbound == outbound.id] == ["template"]


async def test_waiting_behind_one_whose_ack_was_lost_does_not_hide_a_death(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        await world.knows(ANA)
        older = an_outbound(ANA, Text(body="antes"))
        ended = Progress(at_ms=now_ms(), ended="dropped")
        await world.sends.create(older.contact, Sends(outbounds={older.id: ended}))
        outbound = an_outbound(ANA, Text(body="um"))
        await world.queue(outbound)
        posts = next_step = 0
        while not posts:  # die right after the POST
            next_step += 1
            await deliver(world, outbound, 1, 1, Life(next_step, "after"))
            posts = len(await world.posted())

        await deliver(world, outbound, 1, 2, Life(0, "before"), behind=older)
        for number in count(3):
            end = await deliver(world, outbound, 1, number, Life(0, "before"))
            if end is None:
                break
            await asyncio.sleep(0.3)

        assert await world.said_to(ANA) == ["um"]
