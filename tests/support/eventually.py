"""Wait for a condition instead of sleeping; a failure says what was seen last."""

import asyncio
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import TypeVar

T = TypeVar("T")


async def eventually(
    look: Callable[[], Awaitable[T] | T], *, within: float = 30, every: float = 0.05
) -> T:
    """Look again and again until what is seen is truthy; returns it."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within
    while True:
        seen = look()
        if isawaitable(seen):
            seen = await seen
        if seen:
            return seen
        if loop.time() > deadline:
            raise AssertionError(f"not within {within:g} s; last seen: {seen!r}")
        await asyncio.sleep(every)
