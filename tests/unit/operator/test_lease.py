"""Leadership: who may take a Lease, when a leader must end, what the next finds."""

from collections.abc import Callable
from typing import Any

import pytest

from prosa_operator import lease
from prosa_operator.lease import Leadership, LeaseLost
from prosa_operator.observed import Object
from prosa_operator.refusals import ApiUnavailable, Conflict
from tests.unit.operator.clocks import FixedClock


class Table:
    """Leases as an API server keeps them: a write of an old version is refused."""

    def __init__(self) -> None:
        self.lease: Object | None = None
        self.away = False
        self._version = 0

    async def read_lease(self, namespace: str, name: str) -> Object | None:
        assert (namespace, name) == ("prosa", "operator")
        if self.away:
            raise ApiUnavailable("away")
        return self.lease

    async def write_lease(self, lease: Object) -> Object:
        if self.away:
            raise ApiUnavailable("away")
        held = self.lease["metadata"]["resourceVersion"] if self.lease else None
        if lease["metadata"].get("resourceVersion") != held:
            raise Conflict("another wrote")
        self._version += 1
        metadata = lease["metadata"] | {"resourceVersion": str(self._version)}
        self.lease = lease | {"metadata": metadata}
        return self.lease


class Time:
    """A monotonic clock that sleeping moves; `at` acts at a moment on the way."""

    def __init__(self) -> None:
        self.now = 0.0
        self._acts: list[tuple[float, Callable[[], object]]] = []

    def at(self, when: float, act: Callable[[], object]) -> None:
        self._acts.append((when, act))

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        for when, act in [each for each in self._acts if each[0] <= self.now]:
            self._acts.remove((when, act))
            act()

    def __call__(self) -> float:
        return self.now


def a_replica(table: Table, time: Time, identity: str) -> Leadership:
    return Leadership(
        table,
        "prosa",
        "operator",
        identity=identity,
        clock=FixedClock(time),
        monotonic=time,
        sleep=time.sleep,
    )


def spec(table: Table) -> dict[str, Any]:
    assert table.lease is not None
    found: dict[str, Any] = table.lease["spec"]
    return found


async def test_the_first_replica_leads() -> None:
    table, time = Table(), Time()
    replica = a_replica(table, time, "a")

    await replica.acquire()

    assert replica.leads
    assert (spec(table)["holderIdentity"], spec(table)["leaseTransitions"]) == ("a", 0)


async def test_a_standby_takes_over_once_the_record_has_stood_still_for_its_duration() -> None:
    table, time = Table(), Time()
    await a_replica(table, time, "a").acquire()
    time.now = 1000.0

    await a_replica(table, time, "b").acquire()

    assert time.now - 1000.0 > lease.DURATION.total_seconds()
    assert (spec(table)["holderIdentity"], spec(table)["leaseTransitions"]) == ("b", 1)


async def test_a_standby_waits_as_long_as_the_leader_renews() -> None:
    table, time = Table(), Time()
    leader, standby = a_replica(table, time, "a"), a_replica(table, time, "b")
    await leader.acquire()

    for _ in range(10):
        time.now += 5
        assert await leader._try()
        assert not await standby._try()


async def test_a_released_lease_is_taken_at_once() -> None:
    table, time = Table(), Time()
    leader = a_replica(table, time, "a")
    await leader.acquire()

    await leader.release()

    assert await a_replica(table, time, "b")._try()
    assert spec(table)["leaseTransitions"] == 1


async def test_a_leader_that_cannot_renew_ends_before_others_may_start() -> None:
    table, time = Table(), Time()
    leader = a_replica(table, time, "a")
    await leader.acquire()
    table.away = True

    with pytest.raises(LeaseLost):
        await leader.keep()

    assert lease.DEADLINE.total_seconds() < time.now < lease.DURATION.total_seconds()
    assert not leader.leads


async def test_a_leader_survives_an_api_server_that_is_away_for_a_moment() -> None:
    table, time = Table(), Time()
    leader = a_replica(table, time, "a")
    await leader.acquire()
    time.at(4.0, lambda: setattr(table, "away", True))
    time.at(8.0, lambda: setattr(table, "away", False))
    time.at(60.0, lambda: setattr(table, "away", True))

    with pytest.raises(LeaseLost):
        await leader.keep()

    assert time.now > 60


async def test_a_leader_whose_lease_was_taken_ends() -> None:
    table, time = Table(), Time()
    leader = a_replica(table, time, "a")
    await leader.acquire()
    assert table.lease is not None
    table.lease = table.lease | {"spec": spec(table) | {"holderIdentity": "b"}}

    with pytest.raises(LeaseLost):
        await leader.keep()


async def test_of_two_that_reach_for_it_at_once_one_gets_it() -> None:
    table, time = Table(), Time()
    stale = await table.read_lease("prosa", "operator")
    await a_replica(table, time, "a").acquire()

    with pytest.raises(Conflict):
        await table.write_lease(lease.held(stale, ("prosa", "operator"), "b", FixedClock().now()))


async def test_an_overdue_renewal_shows_in_liveness() -> None:
    table, time = Table(), Time()
    leader = a_replica(table, time, "a")
    await leader.acquire()
    time.now += 11

    assert leader.overdue() == "the Lease was not renewed for 11 s"
