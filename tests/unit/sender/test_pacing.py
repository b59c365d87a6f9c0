"""Rates and backoffs: whatever is asked in whatever order, they are never exceeded."""

from collections import Counter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from prosa.contracts.outbound import Priority
from services.sender import pacing
from services.sender.pacing import Lease, Strides
from tests.unit.sender.builders import NOON

GAPS = st.lists(st.integers(0, 20_000), min_size=1, max_size=150)


@given(GAPS, st.integers(1, 60), st.integers(100, 10_000))
def test_a_pair_never_gets_more_than_its_burst_and_its_rate(
    gaps: list[int], burst: int, step_ms: int
) -> None:
    now_ms, arrival_ms, sent = NOON, 0, list[int]()
    for gap in gaps:
        now_ms += gap
        if pacing.pair_wait_ms(arrival_ms, now_ms, step_ms, burst) == 0:
            arrival_ms = pacing.pair_spent(arrival_ms, now_ms, step_ms)
            sent.append(now_ms)

    for first in range(len(sent)):
        for last in range(first, len(sent)):
            span = sent[last] - sent[first]
            assert last - first + 1 <= burst + span / step_ms


@given(st.integers(1, 60), st.integers(100, 10_000))
def test_a_burst_is_granted_whole_and_then_paced(burst: int, step_ms: int) -> None:
    arrival_ms = 0
    for _ in range(burst):
        assert pacing.pair_wait_ms(arrival_ms, NOON, step_ms, burst) == 0
        arrival_ms = pacing.pair_spent(arrival_ms, NOON, step_ms)

    wait_ms = pacing.pair_wait_ms(arrival_ms, NOON, step_ms, burst)

    assert wait_ms == step_ms
    assert pacing.pair_wait_ms(arrival_ms, NOON + wait_ms, step_ms, burst) == 0


class Replica:
    """A sender that spends leases as `rates` does, on a shared arrival time."""

    def __init__(self) -> None:
        self.lease: Lease | None = None
        self.taken = 0


@given(
    st.integers(1, 1000),
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 300)), min_size=1, max_size=400),
)
def test_replicas_together_never_exceed_a_numbers_rate_in_any_second(
    limit: int, asked: list[tuple[int, int]]
) -> None:
    rate = pacing.usable_rate(limit, 0.0, slowed=False)
    replicas = [Replica(), Replica(), Replica()]
    arrival_ms, now_ms, sent = 0.0, NOON, list[float]()
    for who, gap in asked:
        now_ms += gap
        replica = replicas[who]
        while True:
            if replica.lease is not None:
                replica.taken, wait_ms = replica.lease.take(replica.taken, now_ms)
                if replica.taken <= replica.lease.count:
                    sent.append(now_ms + wait_ms)
                    break
            replica.lease, arrival_ms = pacing.lease(arrival_ms, now_ms, rate)
            replica.taken = 0

    sent.sort()
    for index, at in enumerate(sent):
        later = index + limit
        assert later >= len(sent) or sent[later] - at >= 1000


def test_a_lease_is_spent_one_send_a_step() -> None:
    lease, arrival_ms = pacing.lease(0.0, NOON, 80.0)
    moments, taken = [], 0
    for _ in range(lease.count):
        taken, wait_ms = lease.take(taken, NOON)
        moments.append(wait_ms)

    assert moments == [12.5 * n for n in range(10)]
    assert arrival_ms == NOON + 125
    assert lease.take(taken, NOON)[0] > lease.count


def test_a_send_that_nobody_made_in_time_is_lost() -> None:
    lease, _ = pacing.lease(0.0, NOON, 80.0)

    taken, wait_ms = lease.take(0, NOON + 100)

    assert (taken, wait_ms) == (5, 0.0)
    assert lease.take(0, NOON + 1000)[0] > lease.count


def test_a_lease_begins_where_the_one_before_ends() -> None:
    _, arrival_ms = pacing.lease(0.0, NOON, 80.0)

    later, _ = pacing.lease(arrival_ms, NOON, 80.0)

    assert later.take(0, NOON) == (1, 125.0)


def test_what_comes_in_counts_against_the_rate_but_never_stops_it() -> None:
    assert pacing.usable_rate(80, 0, slowed=False) == 72
    assert pacing.usable_rate(80, 30, slowed=False) == 42
    assert pacing.usable_rate(80, 500, slowed=False) == 8
    assert pacing.usable_rate(80, 0, slowed=True) == 36


@given(st.integers(0, 60), st.floats(0, 1, exclude_max=True))
def test_a_backoff_grows_within_its_cap(attempts: int, chance: float) -> None:
    assert 100 <= pacing.backoff_ms(attempts, chance) <= 300_000


def test_a_backoff_is_spread_over_its_whole_span() -> None:
    assert pacing.backoff_ms(3, 0.5) == 4000
    assert pacing.backoff_ms(3, 0.25) == 2000
    assert pacing.backoff_ms(50, 0.5) == 150_000


def test_a_pair_is_tried_again_after_powers_of_four() -> None:
    assert [pacing.pair_backoff_ms(n) for n in range(4)] == [1000, 4000, 16_000, 64_000]
    assert pacing.pair_backoff_ms(99) == 3_600_000


def test_classes_that_all_wait_share_by_their_weights() -> None:
    strides = Strides()
    everybody: set[Priority] = {"high", "default", "low"}

    turns = Counter(strides.choose(everybody) for _ in range(1200))

    assert turns == {"high": 800, "default": 300, "low": 100}


def test_no_class_waits_longer_than_its_share_says() -> None:
    strides = Strides()
    turns = [strides.choose({"high", "low"}) for _ in range(90)]

    low = [n for n, turn in enumerate(turns) if turn == "low"]

    assert max(after - before for before, after in pairwise(low)) <= 9


def test_a_class_that_was_away_comes_back_without_a_claim_to_the_past() -> None:
    strides = Strides()
    for _ in range(1000):
        strides.choose({"low"})

    turns = Counter(strides.choose({"high", "low"}) for _ in range(90))

    assert turns["low"] in (9, 10, 11)
