"""Slow work beside the passes: nobody waits for it, and its news wake who asked."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

from prosa_operator.errands import Errands
from prosa_operator.watched import Key
from tests.support.eventually import eventually

SHOP = Key("bots", "shop")


class Slow:
    """Work that ends when it is let, with the answers that were prepared."""

    def __init__(self, *answers: str | Exception) -> None:
        self.answers = list(answers)
        self.go = asyncio.Event()
        self.runs = 0

    async def do(self, _key: Key, _subject: str) -> str:
        self.runs += 1
        await self.go.wait()
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def errands(work: Slow, woken: list[Key], monotonic: Callable[[], float]) -> Errands[str, str]:
    return Errands(
        work.do,
        first="not yet",
        failed=lambda error: type(error).__name__,
        good=lambda result: result == "well",
        every=timedelta(minutes=5),
        retry=timedelta(seconds=20),
        wake=woken.append,
        monotonic=monotonic,
    )


async def test_a_pass_does_not_wait_and_is_woken_by_the_news() -> None:
    work, woken = Slow("well"), list[Key]()
    some = errands(work, woken, lambda: 0.0)

    assert await some.latest(SHOP, "shop", "1") == "not yet"
    work.go.set()
    await eventually(lambda: woken == [SHOP])

    assert await some.latest(SHOP, "shop", "1") == "well"
    assert work.runs == 1


async def test_what_stands_is_not_asked_again_until_it_is_old() -> None:
    now = 0.0
    work, woken = Slow("well", "well"), list[Key]()
    some = errands(work, woken, lambda: now)
    work.go.set()
    await some.latest(SHOP, "shop", "1", patience=5)
    now = 200.0
    await some.latest(SHOP, "shop", "1", patience=5)
    assert work.runs == 1

    now = 400.0
    await some.latest(SHOP, "shop", "1", patience=5)

    assert work.runs == 2


async def test_what_failed_is_tried_again_soon() -> None:
    now = 0.0
    work, woken = Slow(OSError("away"), "well"), list[Key]()
    some = errands(work, woken, lambda: now)
    work.go.set()
    assert await some.latest(SHOP, "shop", "1", patience=5) == "OSError"

    now = 30.0

    assert await some.latest(SHOP, "shop", "1", patience=5) == "well"


async def test_a_change_meanwhile_is_looked_at_once_the_run_has_ended() -> None:
    work, woken = Slow("not yet", "well"), list[Key]()
    some = errands(work, woken, lambda: 0.0)
    await some.latest(SHOP, "shop", "1")
    await some.latest(SHOP, "shop", "2")

    work.go.set()
    await eventually(lambda: woken == [SHOP])

    assert await some.latest(SHOP, "shop", "2", patience=5) == "well"
