"""Background work that ends with the server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class _Ended(Exception):
    """The block is over: what still runs is cancelled."""


def _end() -> None:
    raise _Ended


@asynccontextmanager
async def cancelled_at_end() -> AsyncIterator[asyncio.TaskGroup]:
    """Give a task group whose tasks are cancelled, not awaited, when the block ends.

    A task that fails ends the block with its exception, as in any task group.
    """
    try:
        async with asyncio.TaskGroup() as tasks:
            yield tasks
            _end()
    except* _Ended:
        pass
