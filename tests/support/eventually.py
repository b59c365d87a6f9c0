"""Wait for a condition instead of sleeping; a failure says what was seen last."""

import asyncio
from collections.abc import Callable
from inspect import isawaitable
from typing import Any


async def eventually(look: Callable[[], Any], *, within: float = 30, every: float = 0.05) -> Any:
    """Look again and again (awaiting, when it is a coroutine) until it is truthy; returns that."""
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
