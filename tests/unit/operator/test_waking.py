"""Loops over Chatbots: many wake-ups make one pass, a failure waits longer each time."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from prosa.telemetry.metrics import Registry
from prosa_operator.metrics import OperatorMetrics
from prosa_operator.refusals import ApiError, ApiUnavailable, Conflict, Forbidden, Invalid
from prosa_operator.waking import Keeper, Pass
from prosa_operator.watched import Key
from tests.support.eventually import eventually

SHOP, BAKERY = Key("bots", "shop"), Key("bots", "bakery")


@asynccontextmanager
async def keeping(look: Pass, resync: float = 3600) -> AsyncIterator[Keeper]:
    keeper = Keeper(
        look,
        OperatorMetrics(Registry()),
        resync=timedelta(seconds=resync),
        now=lambda: 0.0,
    )
    async with asyncio.TaskGroup() as group:
        group.create_task(keeper.run())
        yield keeper
        keeper.stop()


def recording(looks: list[Key], fail: Callable[[int], Exception | None] = lambda _: None) -> Pass:
    async def look(key: Key) -> float | None:
        looks.append(key)
        if error := fail(len(looks)):
            raise error
        return 0.0

    return look


async def test_five_changes_within_a_moment_make_one_more_pass() -> None:
    looks: list[Key] = []
    async with keeping(recording(looks)) as keeper:
        keeper.wake(SHOP)
        await eventually(lambda: looks == [SHOP])
        for _ in range(5):
            keeper.wake(SHOP)
        await eventually(lambda: len(looks) == 2)

    assert looks == [SHOP, SHOP]


async def test_it_looks_again_though_nothing_happened() -> None:
    looks: list[Key] = []
    async with keeping(recording(looks), resync=0.01) as keeper:
        keeper.wake(SHOP)
        await eventually(lambda: len(looks) > 2)


async def test_a_bot_that_fails_does_not_hold_up_the_others() -> None:
    looks: list[Key] = []

    async def look(key: Key) -> float | None:
        if key == SHOP:
            raise ApiUnavailable("away")
        looks.append(key)
        return 0.0

    async with keeping(look) as keeper:
        keeper.wake(SHOP)
        keeper.wake(BAKERY)
        await eventually(lambda: looks == [BAKERY])


async def test_a_bug_in_a_pass_is_survived_and_tried_again_on_a_change() -> None:
    looks: list[Key] = []
    look = recording(looks, lambda n: ZeroDivisionError() if n == 1 else None)
    async with keeping(look) as keeper:
        keeper.wake(SHOP)
        await eventually(lambda: len(looks) == 1)
        keeper.wake(SHOP, urgent=True)
        await eventually(lambda: len(looks) == 2)


async def test_a_lost_race_is_run_again_at_once() -> None:
    looks: list[Key] = []
    look = recording(looks, lambda n: Conflict("written in between") if n == 1 else None)
    async with keeping(look) as keeper:
        keeper.wake(SHOP)
        await eventually(lambda: len(looks) == 2, within=5)


@pytest.mark.parametrize(
    ("error", "failures", "least", "most"),
    [
        (ApiUnavailable("away"), 1, 0.9, 1.1),
        (ApiUnavailable("away"), 5, 27, 33),
        (ApiUnavailable("away"), 99, 270, 330),
        (ApiUnavailable("busy", after=timedelta(seconds=40)), 1, 36, 44),
        (Forbidden("no right"), 1, 54, 66),
        (Invalid("wrong"), 8, 270, 330),
        (Conflict("again"), 2, 1.8, 2.2),
    ],
)
def test_each_refusal_has_its_patience(
    error: ApiError, failures: int, least: float, most: float
) -> None:
    keeper = Keeper(
        recording([]), OperatorMetrics(Registry()), resync=timedelta(minutes=1), now=lambda: 0.0
    )

    assert least <= keeper._after(error, failures) <= most


async def test_a_chatbot_that_is_gone_is_looked_at_no_more() -> None:
    looks: list[Key] = []

    async def look(key: Key) -> None:
        looks.append(key)

    async with keeping(look, resync=0.01) as keeper:
        keeper.wake(SHOP)
        await eventually(lambda: looks == [SHOP] and not keeper._turns)
