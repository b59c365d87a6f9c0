"""Turns within one process: one outbound of a contact at a time, the oldest of those that wait."""

import asyncio

import pytest

from services.sender.order import Turns
from tests.unit.sender.builders import ANA


async def test_the_oldest_that_waits_goes_next() -> None:
    turns, order = Turns(), list[int]()

    async def handle(sequence: int) -> None:
        await turns.enter(ANA, sequence)
        order.append(sequence)
        await asyncio.sleep(0)
        turns.leave(ANA)

    async with asyncio.TaskGroup() as tasks:
        for sequence in (5, 9, 3, 7):
            tasks.create_task(handle(sequence))

    assert order == [5, 3, 7, 9]


async def test_who_gives_up_waiting_does_not_stop_the_others() -> None:
    turns = Turns()
    await turns.enter(ANA, 1)
    gives_up = asyncio.ensure_future(turns.enter(ANA, 2))
    waits = asyncio.ensure_future(turns.enter(ANA, 3))
    await asyncio.sleep(0)

    gives_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gives_up
    turns.leave(ANA)
    await waits

    assert not waits.cancelled()


async def test_who_is_cancelled_at_the_moment_of_its_turn_passes_it_on() -> None:
    turns = Turns()
    await turns.enter(ANA, 1)
    cancelled = asyncio.ensure_future(turns.enter(ANA, 2))
    waits = asyncio.ensure_future(turns.enter(ANA, 3))
    await asyncio.sleep(0)

    turns.leave(ANA)
    cancelled.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cancelled

    await asyncio.wait_for(waits, timeout=30)


async def test_contacts_do_not_wait_for_each_other_and_leave_nothing_behind() -> None:
    turns = Turns()
    await turns.enter(ANA, 1)
    await turns.enter(type(ANA)("p2"), 1)

    turns.leave(ANA)
    turns.leave(type(ANA)("p2"))

    assert turns._waiting == {}
