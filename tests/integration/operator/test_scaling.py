"""The autoscaler on a real JetStream. Replicas stand in memory: /scale is tested on a cluster."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import Any

import pytest

from prosa.contracts import subjects
from prosa.jetstream.connection import JetStream, connect
from prosa.settings import NatsSettings
from prosa.telemetry.metrics import Registry
from prosa_operator import names, reasons
from prosa_operator.observed import Event
from prosa_operator.scaling import lag
from prosa_operator.scaling.autoscaler import Autoscaler
from prosa_operator.scaling.controls import controls
from prosa_operator.scaling.decide import Current, Lag, LagError
from prosa_operator.scaling.metrics import ScalingMetrics
from prosa_operator.scaling.target import Target
from tests.support.door import TurnedClock
from tests.support.eventually import eventually
from tests.support.nats import BOT, provisioned
from tests.support.scaling import a_spec, a_target


class Replicas:
    """Deployments whose pods come at once; `stale` is what a watch that lags shows."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.stale: int | None = None
        self.writes: list[int] = []
        self.broken = False

    async def read(self, target: Target, *, fresh: bool) -> Current:
        now = self.counts[target.deployment]
        shown = now if fresh or self.stale is None else self.stale
        return Current(shown, shown)

    async def write(self, target: Target, replicas: int) -> None:
        if self.broken:
            raise OSError("the API server is away")
        self.writes.append(replicas)
        self.counts[target.deployment] = replicas


class Run:
    """An autoscaler that runs, and all that it told."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.scale = Replicas()
        self.clock = TurnedClock()
        self.told: list[Event] = []
        self.woken: list[tuple[str, str]] = []
        self.registry = Registry()
        self.autoscaler = Autoscaler(
            scale=self.scale,
            connect=self._connect,
            tell=lambda _, event: self.told.append(event),
            wake=self._wake,
            clock=self.clock,
            metrics=ScalingMetrics(self.registry),
            random=Random(7),  # noqa: S311 - spreads polls, guards nothing
        )

    def _connect(self, account: str) -> AbstractAsyncContextManager[JetStream]:
        return connect(NatsSettings(url=account), "provision")

    def _wake(self, namespace: str, chatbot: str) -> None:
        self.woken.append((namespace, chatbot))

    def watch(self, annotations: Mapping[str, str] = MappingProxyType({}), **spec: Any) -> None:
        self.autoscaler.watch(
            a_target(
                account=self.url,
                spec=a_spec(pollingInterval="1s", **spec),
                controls=controls(annotations),
            )
        )

    @property
    def reason(self) -> str:
        told = self.autoscaler.scaled("bots", "test").get("conversation")
        return told.reason if told else ""

    async def turns(self, replicas: int) -> None:
        """Let time pass until so many run."""

        def look() -> bool:
            self.clock.ahead += timedelta(seconds=1)
            return self.scale.counts["test-conversation"] == replicas

        await eventually(look, every=0.1)


@asynccontextmanager
async def running(url: str) -> AsyncIterator[Run]:
    run = Run(url)
    task = asyncio.get_running_loop().create_task(run.autoscaler.run())
    try:
        yield run
    finally:
        task.cancel()
        await asyncio.wait([task])


async def publish(jetstream: JetStream, subject: str, count: int) -> None:
    await asyncio.gather(*(jetstream.publish(subject, b"x") for _ in range(count)))


async def test_what_waits_and_what_is_in_hand_counts(tmp_path: Path) -> None:
    async with provisioned(tmp_path) as (_, jetstream):
        await publish(jetstream, subjects.inbound(BOT, "c"), 5)
        (queue,) = lag.queues(BOT, "conversation")
        taken: asyncio.Queue[bytes] = asyncio.Queue()
        inbox = await jetstream.subscribe_inbox("t", lambda *of: taken.put_nowait(of[3]))
        jetstream.write(
            f"$JS.API.CONSUMER.MSG.NEXT.{queue.stream}.{queue.consumer}",
            b'{"batch": 2}',
            f"{inbox}.1",
        )
        await taken.get()
        await taken.get()

        info = await jetstream.api(f"CONSUMER.INFO.{queue.stream}.{queue.consumer}")

        assert (info["num_pending"], info["num_ack_pending"]) == (3, 2)
        assert await lag.read(jetstream, [queue]) == Lag(5)


async def test_the_sender_is_scaled_by_the_sum_of_its_queues(tmp_path: Path) -> None:
    async with provisioned(tmp_path) as (_, jetstream):
        for count, priority in enumerate(subjects.PRIORITIES, start=1):
            await publish(jetstream, subjects.outbound(BOT, priority, "c"), count)

        assert await lag.read(jetstream, lag.queues(BOT, "sender")) == Lag(6)


async def test_a_missing_consumer_is_an_error_and_no_lag_of_zero(tmp_path: Path) -> None:
    async with provisioned(tmp_path) as (_, jetstream):
        (queue,) = lag.queues(BOT, "conversation")
        await jetstream.api(f"CONSUMER.DELETE.{queue.stream}.{queue.consumer}")

        reading = await lag.read(jetstream, [queue])

        assert isinstance(reading, LagError)
        assert "consumer not found" in reading.why


def test_a_consumer_that_hands_out_no_more_is_saturated() -> None:
    config = {"max_ack_pending": 20}
    answer = {"name": "c", "num_pending": 9, "num_ack_pending": 20, "config": config}

    assert lag.judged([answer]) == Lag(29, saturated=("c",))


@pytest.mark.parametrize("answer", [{}, {"num_pending": -1, "num_ack_pending": 0}])
def test_an_answer_without_a_depth_is_an_error(answer: dict[str, Any]) -> None:
    assert isinstance(lag.judged([answer]), LagError)


async def test_a_backlog_wakes_and_its_end_puts_to_sleep(tmp_path: Path) -> None:
    async with provisioned(tmp_path) as (server, jetstream), running(server.url) as run:
        run.watch(cooldown="20s")
        await publish(jetstream, subjects.inbound(BOT, "c"), 35)
        await run.turns(4)
        await jetstream.api(f"STREAM.PURGE.{subjects.in_stream(BOT)}")
        await run.turns(0)

        steps = [event.reason for event in run.told]
        assert (steps[0], steps[-1]) == (reasons.ACTIVATED, reasons.DEACTIVATED)
        assert run.told[0].message.startswith("conversation from 0 to 4: 35 messages ask for 4")
        assert run.reason == reasons.SCALED_TO_ZERO


async def test_nats_away_holds_replicas_and_then_falls_back(tmp_path: Path) -> None:
    async with provisioned(tmp_path) as (server, jetstream), running(server.url) as run:
        run.watch(cooldown="1s", fallback={"replicas": 3, "failureThreshold": 1})
        await publish(jetstream, subjects.inbound(BOT, "c"), 20)
        await run.turns(2)
        await server.kill()
        await run.turns(3)

        assert run.reason == reasons.FALLBACK
        assert reasons.FALLBACK_ACTIVATED in [event.reason for event in run.told]
        assert 0 not in run.scale.writes


async def test_a_paused_component_is_left_alone(tmp_path: Path) -> None:
    async with provisioned(tmp_path) as (server, jetstream), running(server.url) as run:
        run.watch(annotations={names.SCALING_PAUSED: "true"})
        await publish(jetstream, subjects.inbound(BOT, "c"), 20)

        def look() -> bool:
            run.clock.ahead += timedelta(seconds=1)
            return run.reason == reasons.SCALING_PAUSED

        await eventually(look)
        assert run.scale.writes == []


async def test_a_watch_that_lags_makes_no_second_write(tmp_path: Path) -> None:
    async with provisioned(tmp_path) as (server, jetstream), running(server.url) as run:
        run.scale.stale = 0
        run.watch()
        await publish(jetstream, subjects.inbound(BOT, "c"), 35)
        await run.turns(4)
        woken = len(run.woken)

        def look() -> bool:
            run.clock.ahead += timedelta(seconds=40)
            return len(run.woken) > woken

        await eventually(look)
        assert run.scale.writes == [4]


async def test_a_scale_that_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    async with provisioned(tmp_path) as (server, jetstream), running(server.url) as run:
        run.scale.broken = True
        run.watch()
        await publish(jetstream, subjects.inbound(BOT, "c"), 5)

        def failed() -> bool:
            run.clock.ahead += timedelta(seconds=1)
            return 'of="scale"} ' in run.registry.render()[0].decode()

        await eventually(failed)
        run.scale.broken = False
        await run.turns(1)


async def test_an_account_that_is_away_does_not_hold_up_another(tmp_path: Path) -> None:
    async with provisioned(tmp_path) as (server, jetstream), running(server.url) as run:
        elsewhere = {"chatbot": "elsewhere", "deployment": "elsewhere-conversation"}
        run.autoscaler.watch(a_target(account="nats://127.0.0.1:9", **elsewhere))
        run.watch()
        await publish(jetstream, subjects.inbound(BOT, "c"), 5)

        await run.turns(1)


async def test_what_is_forgotten_is_not_scaled_any_more(tmp_path: Path) -> None:
    async with provisioned(tmp_path) as (server, jetstream), running(server.url) as run:
        run.watch()
        await publish(jetstream, subjects.inbound(BOT, "c"), 5)
        await run.turns(1)
        run.autoscaler.forget("bots", "test", "conversation")

        assert run.autoscaler.scaled("bots", "test") == {}
        assert f'autoscaler_desired{{bot="{BOT}"' not in run.registry.render()[0].decode()
