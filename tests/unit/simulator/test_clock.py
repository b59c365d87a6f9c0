"""Time that can be moved: what is due runs in order, and at once when the clock jumps."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from simulator.clock import Agenda, Clock

DAY = timedelta(days=1)


@asynccontextmanager
async def running(agenda: Agenda) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(agenda.run())
        yield
        task.cancel()


async def test_what_is_due_tomorrow_runs_when_a_day_has_passed() -> None:
    agenda, called = Agenda(Clock()), asyncio.Event()
    async with running(agenda):
        agenda.after(DAY, called.set)
        await asyncio.sleep(0)
        assert not called.is_set()
        agenda.advance(DAY)
        await asyncio.wait_for(called.wait(), timeout=30)


async def test_calls_run_in_the_order_of_their_instants() -> None:
    agenda, order, done = Agenda(Clock()), list[int](), asyncio.Event()
    agenda.after(3 * DAY, done.set)
    agenda.after(2 * DAY, lambda: order.append(2))
    agenda.after(DAY, lambda: order.append(1))
    async with running(agenda):
        agenda.advance(4 * DAY)
        await asyncio.wait_for(done.wait(), timeout=30)

    assert order == [1, 2]


async def test_an_earlier_call_wakes_who_waits_for_a_later_one() -> None:
    agenda, called = Agenda(Clock()), asyncio.Event()
    async with running(agenda):
        agenda.after(DAY, called.clear)
        await asyncio.sleep(0)
        agenda.after(timedelta(milliseconds=1), called.set)
        await asyncio.wait_for(called.wait(), timeout=30)


def test_time_does_not_run_back() -> None:
    with pytest.raises(ValueError, match="forward"):
        Clock().advance(timedelta(seconds=-1))
