"""Work that is done beside the passes because it may be slow: asking Meta, making streams.

A pass must repair drift within seconds, also while Meta or NATS hang. So it takes the last result
and leaves; a run begins when the subject has changed or the result is old, one a Chatbot at a time,
and wakes the Chatbot when it brings something else than before.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, TypeVar

import structlog

from prosa_operator.watched import Key, Wake

log = structlog.get_logger(__name__)

SubjectT = TypeVar("SubjectT")
ResultT = TypeVar("ResultT")


@dataclass
class _Entry(Generic[ResultT]):
    result: ResultT
    fingerprint: str = ""
    asked: str = ""
    due: float = 0.0
    task: asyncio.Task[None] | None = None


class Errands(Generic[SubjectT, ResultT]):
    """One kind of such work, over all Chatbots.

    `good` tells whether a result may stand for `every`; others are tried again after `retry`.
    """

    def __init__(
        self,
        do: Callable[[Key, SubjectT], Awaitable[ResultT]],
        *,
        first: ResultT,
        failed: Callable[[Exception], ResultT],
        good: Callable[[ResultT], bool],
        every: timedelta,
        retry: timedelta,
        wake: Wake,
        at_once: int = 4,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._do = do
        self._first = first
        self._failed = failed
        self._good = good
        self._every = every.total_seconds()
        self._retry = retry.total_seconds()
        self._wake = wake
        self._gate = asyncio.Semaphore(at_once)
        self._monotonic = monotonic
        self._entries: dict[Key, _Entry[ResultT]] = {}

    async def latest(
        self, key: Key, subject: SubjectT, fingerprint: str, *, patience: float = 0.0
    ) -> ResultT:
        """Give the last result; begin a run if it is due, and wait for it as long as `patience`."""
        entry = self._entries.setdefault(key, _Entry(self._first))
        entry.asked = fingerprint
        changed = entry.fingerprint != fingerprint
        if entry.task is None and (changed or self._monotonic() >= entry.due):
            entry.fingerprint = fingerprint
            entry.task = asyncio.get_running_loop().create_task(self._run(key, entry, subject))
            if patience:
                await asyncio.wait((entry.task,), timeout=patience)
        return entry.result

    def forget(self, key: Key) -> None:
        """Drop a Chatbot that is gone."""
        if (entry := self._entries.pop(key, None)) and entry.task is not None:
            entry.task.cancel()

    async def close(self) -> None:
        """End what is under way."""
        tasks = [entry.task for entry in self._entries.values() if entry.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, key: Key, entry: _Entry[ResultT], subject: SubjectT) -> None:
        before, fingerprint = entry.result, entry.fingerprint
        try:
            async with self._gate:
                entry.result = await self._do(key, subject)
        except Exception as error:
            log.exception("errand_failed", chatbot=str(key))
            entry.result = self._failed(error)
        finally:
            entry.task = None
        pause = self._every if self._good(entry.result) else self._retry
        entry.due = self._monotonic() + pause * random.uniform(0.9, 1.1)  # noqa: S311 - spreads load
        if entry.result != before or entry.asked != fingerprint:
            self._wake(key)
