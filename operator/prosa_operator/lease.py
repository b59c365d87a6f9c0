"""Leadership by a Lease, as Kubernetes' own controllers hold it: of two replicas one works.

A holder renews; whoever has watched the same record for its whole duration, by its own clock, may
take it. No two machines' clocks are compared. Who cannot renew in time stops being leader before
another can start: the process ends, and its successor begins with nothing in memory.
Source: client-go, `leaderelection` (15/10/2 s; we renew every 5 s, to write 12 times a minute).
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog

from prosa.clock import Clock
from prosa.errors import ProsaError
from prosa_operator.observed import Object
from prosa_operator.refusals import ApiError, Conflict

DURATION = timedelta(seconds=15)
DEADLINE = timedelta(seconds=10)
"""A leader that could not renew for this long ends: before others may take the Lease."""

RENEW = timedelta(seconds=5)
RETRY = timedelta(seconds=2)

log = structlog.get_logger(__name__)


class LeaseLost(ProsaError):
    """Another replica works now, or may soon; this process must end."""


class Leases(Protocol):
    """What keeps Leases: the cluster, or a test's table."""

    async def read_lease(self, namespace: str, name: str) -> Object | None:
        """Read a Lease; None when there is none."""
        ...

    async def write_lease(self, lease: Object) -> Object:
        """Create or replace; raises Conflict when another wrote since it was read."""
        ...


@dataclass(frozen=True)
class Sight:
    """A Lease's record, and since when it has been seen unchanged, by our own clock."""

    record: Mapping[str, Any]
    since: float


def seen(before: Sight | None, lease: Object | None, now: float) -> Sight:
    """Note what a Lease says; the time stays while the record does."""
    record = (lease or {}).get("spec") or {}
    return before if before is not None and before.record == record else Sight(record, now)


def may_take(sight: Sight, identity: str, now: float) -> bool:
    """Tell whether `identity` may write itself into the Lease: it is free, ours, or run out."""
    holder = sight.record.get("holderIdentity")
    lasts = float(sight.record.get("leaseDurationSeconds") or 0)
    return not holder or holder == identity or now - sight.since > lasts


def held(lease: Object | None, named: tuple[str, str], identity: str, now: datetime) -> Object:
    """Give the Lease as its holder writes it: a change of holder counts as a transition."""
    namespace, name = named
    before = (lease or {}).get("spec") or {}
    changes = before.get("holderIdentity") != identity
    spec = {
        "holderIdentity": identity,
        "leaseDurationSeconds": int(DURATION.total_seconds()),
        "renewTime": _micro(now),
        "acquireTime": _micro(now) if changes else before["acquireTime"],
        "leaseTransitions": int(before.get("leaseTransitions") or 0) + bool(before and changes),
    }
    return _lease(lease, namespace, name, spec)


def released(lease: Object, now: datetime) -> Object:
    """Give the Lease as a leader leaves it, free for the next at once."""
    metadata = lease["metadata"]
    spec = {
        "holderIdentity": "",
        "leaseDurationSeconds": 1,
        "renewTime": _micro(now),
        "acquireTime": _micro(now),
        "leaseTransitions": int(lease["spec"].get("leaseTransitions") or 0),
    }
    return _lease(lease, metadata["namespace"], metadata["name"], spec)


def _lease(lease: Object | None, namespace: str, name: str, spec: Object) -> Object:
    metadata = {"namespace": namespace, "name": name}
    if lease is not None:
        metadata["resourceVersion"] = lease["metadata"]["resourceVersion"]
    return {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": metadata,
        "spec": spec,
    }


def _micro(now: datetime) -> str:
    return now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Leadership:
    """What this replica does about one Lease."""

    def __init__(
        self,
        leases: Leases,
        namespace: str,
        name: str,
        *,
        identity: str,
        clock: Clock,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._leases = leases
        self._named = (namespace, name)
        self._identity = identity
        self._clock = clock
        self._monotonic = monotonic
        self._sleep = sleep
        self._sight: Sight | None = None
        self._lease: Object | None = None
        self._renewed = monotonic()
        self.leads = False

    async def acquire(self) -> None:
        """Wait until this replica leads."""
        while not await self._try():
            await self._sleep(RETRY.total_seconds() * random.uniform(1.0, 1.2))  # noqa: S311 - spreads replicas
        log.info("lease_acquired", lease="/".join(self._named), identity=self._identity)

    async def keep(self) -> None:
        """Renew for ever. Raises LeaseLost."""
        pause = RENEW
        while True:
            await self._sleep(pause.total_seconds())
            pause = RENEW if await self._try() else RETRY
            if not self.leads:
                raise LeaseLost("another replica holds the Lease; this one ends")
            if self.overdue():
                self.leads = False
                raise LeaseLost(self.overdue())

    async def release(self) -> None:
        """Leave the Lease to whoever comes next; never raises."""
        if not self.leads or self._lease is None:
            return
        self.leads = False
        try:
            await self._leases.write_lease(released(self._lease, self._clock.now()))
        except ApiError as error:
            log.warning("lease_not_released", problem=str(error))
            return
        log.info("lease_released", lease="/".join(self._named))

    def overdue(self) -> str:
        """Be a liveness check: the reason when a leader could not renew within the deadline."""
        silent = self._monotonic() - self._renewed
        if self.leads and silent > DEADLINE.total_seconds():
            return f"the Lease was not renewed for {silent:.0f} s"
        return ""

    async def _try(self) -> bool:
        """Take or renew; False when it could not be done now."""
        asked = self._monotonic()  # a slow answer must not make the hold look longer
        try:
            async with asyncio.timeout(DEADLINE.total_seconds()):
                lease = await self._leases.read_lease(*self._named)
                self._sight = seen(self._sight, lease, self._monotonic())
                if not may_take(self._sight, self._identity, self._monotonic()):
                    self.leads = False
                    return False
                ours = held(lease, self._named, self._identity, self._clock.now())
                self._lease = await self._leases.write_lease(ours)
        except Conflict:
            return False  # the next look tells who was quicker
        except (ApiError, TimeoutError) as error:
            log.warning("lease_not_renewed", problem=str(error) or type(error).__name__)
            return False
        self._sight = seen(self._sight, self._lease, self._monotonic())
        self._renewed = asked
        self.leads = True
        return True
