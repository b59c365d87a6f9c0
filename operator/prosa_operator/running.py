"""One replica's life: stand by, lead, watch and look; end with the Lease.

A standby is ready: it would lead within seconds. Whatever ends while leading (a watch, the Lease)
ends the process, because a new one begins with nothing wrong in its memory.
"""

import asyncio
import contextlib
import signal
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import structlog

from prosa.errors import ProsaError
from prosa.health import Progress
from prosa_operator import handlers
from prosa_operator.cluster import Cluster
from prosa_operator.kinds import CONFIG_MAP, SECRET, Kind
from prosa_operator.lease import Leadership
from prosa_operator.metrics import OperatorMetrics
from prosa_operator.refusals import ApiUnavailable
from prosa_operator.waking import Keeper
from prosa_operator.watched import Watched

LOOP_LAG = timedelta(seconds=20)
"""Of the event loop: what answers later is as good as dead to the kubelet."""

KINDS_EVERY = timedelta(minutes=5)
_TICK = 1.0
_PAUSES = (1.0, 2.0, 5.0, 10.0, 20.0)

log = structlog.get_logger(__name__)


class WatchEnded(ProsaError):
    """Kopf watches no more though nobody stopped it."""


class Replica:
    """The operator's process, as a part of `prosa.service`."""

    def __init__(
        self,
        cluster: Cluster,
        leadership: Leadership,
        keeper: Keeper,
        watched: Watched,
        metrics: OperatorMetrics,
        *,
        registry: Any,
        namespaces: tuple[str, ...],
        stopping: asyncio.Event,
        learn: Callable[[frozenset[str]], None],
        beside: Sequence[Callable[[], Any]] = (),
    ) -> None:
        self._cluster = cluster
        self._leadership = leadership
        self._keeper = keeper
        self._watched = watched
        self._metrics = metrics
        self._registry = registry
        self._namespaces = namespaces
        self._stopping = stopping
        self._learn = learn
        self._beside = tuple(beside)
        self._stop = asyncio.Event()
        self.ticks = Progress(LOOP_LAG)

    def stop(self) -> None:
        """End: passes under way are finished, then the Lease is left to the next."""
        self._stop.set()
        self._keeper.stop()

    async def run(self) -> None:
        """Stand by, lead, end. Raises LeaseLost, WatchEnded, and what breaks a watch."""
        async with asyncio.TaskGroup() as group:
            ticking = group.create_task(self._tick())
            try:
                if await self._led():
                    self._metrics.leader.set(1)
                    await self._lead()
            finally:
                self._metrics.leader.set(0)
                await self._leadership.release()
                ticking.cancel()

    async def _led(self) -> bool:
        """Wait for the Lease; False when asked to stop before."""
        acquiring = asyncio.ensure_future(self._leadership.acquire())
        stopped = asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait((acquiring, stopped), return_when=asyncio.FIRST_COMPLETED)
            if acquiring.done():
                acquiring.result()
            return self._leadership.leads and not self._stop.is_set()
        finally:
            acquiring.cancel()
            stopped.cancel()
            await asyncio.gather(acquiring, stopped, return_exceptions=True)

    async def _lead(self) -> None:
        self._learn(await self._cluster.optional_kinds())
        lists = [
            (kind, where) for kind in (SECRET, CONFIG_MAP) for where in self._namespaces or ("",)
        ]
        self._watched.expect_lists((kind.name, where) for kind, where in lists)
        async with asyncio.TaskGroup() as group:
            background = [
                group.create_task(self._leadership.keep()),
                group.create_task(self._look_for_kinds()),
                *(group.create_task(self._follow(kind, where)) for kind, where in lists),
                *(group.create_task(work()) for work in self._beside),
            ]
            watching = group.create_task(self._watch())
            await self._keeper.run()
            with contextlib.suppress(asyncio.CancelledError):
                await watching
            for task in background:
                task.cancel()

    async def _watch(self) -> None:
        """Let Kopf watch, once it is known which Secrets and ConfigMaps there are."""
        await self._watched.listed.wait()
        scans = not self._namespaces
        async with asyncio.TaskGroup() as group:
            signals = group.create_task(self._keep_signals())
            await handlers.watch(
                self._registry, handlers.settings(scans=scans), self._namespaces, self._stop
            )
            signals.cancel()
        if not self._stop.is_set():
            raise WatchEnded("Kopf has ended by itself")

    async def _keep_signals(self) -> None:
        """Take back the signals that Kopf takes for itself when it starts."""
        await self._watched.watching.wait()
        await asyncio.sleep(0)  # it takes them after its start-up handlers have had their turn
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping.set)

    async def _follow(self, kind: Kind, namespace: str) -> None:
        """Follow the metadata of Secrets or ConfigMaps, begun anew when the server was away."""
        failures = 0
        while True:
            try:
                async for told in self._cluster.metadata(kind, namespace):
                    failures = 0
                    if isinstance(told, list):
                        self._watched.all_listed(kind, namespace, told, self._woken)
                    else:
                        self._watched.changed(kind, told, self._woken)
            except ApiUnavailable as error:
                self._metrics.watches.inc()
                log.warning("watch_begins_anew", kind=kind.name, problem=str(error))
                await asyncio.sleep(_PAUSES[min(failures, len(_PAUSES) - 1)])
                failures += 1

    def _woken(self, key: Any) -> None:
        self._keeper.wake(key, urgent=True)

    async def _look_for_kinds(self) -> None:
        """Notice when KEDA or Prometheus' operator come or go."""
        while True:
            await asyncio.sleep(KINDS_EVERY.total_seconds())
            with contextlib.suppress(ApiUnavailable):
                self._learn(await self._cluster.optional_kinds())

    async def _tick(self) -> None:
        while True:
            self.ticks.mark()
            self._metrics.writes.set(self._cluster.writes)
            self._metrics.chatbots.set(len(self._watched.chatbots))
            await asyncio.sleep(_TICK)
