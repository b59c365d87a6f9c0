"""What outlives a restart, and what begins anew."""

from datetime import timedelta

from prosa_operator import reasons
from prosa_operator.scaling.controls import Controls
from prosa_operator.scaling.history import (
    LONGEST_WINDOW,
    State,
    coarse,
    recommended,
    restored,
    scaled,
)
from prosa_operator.status import ScalingStatus
from tests.support.scaling import AWAY, NOON, Scaler, a_spec, after


def told(scaler: Scaler, reason: str = reasons.SCALING) -> ScalingStatus:
    """Write the status as the autoscaler does."""
    state = scaler.state
    return ScalingStatus(
        mode="builtin",
        desired=scaler.replicas,
        last_active_time=coarse(state.last_active),
        last_scale_time=coarse(state.last_scale),
        failures=state.failures,
        reason=reason,
    )


def test_a_restart_sleeps_no_sooner_and_at_most_a_minute_later() -> None:
    before = Scaler(a_spec(cooldown="10m"), replicas=1)
    before.at(31, 5)
    new = Scaler(before.spec, 1, state=restored(told(before), after(300)))

    assert new.at(630, 0).replicas == 1
    assert new.at(661, 0).replicas == 0


def test_a_restart_does_not_send_home_whom_the_window_kept() -> None:
    before = Scaler(a_spec(behavior={}), replicas=8)
    before.at(0, 80)
    new = Scaler(before.spec, 8, state=restored(told(before), after(10)))

    assert new.at(10, 10).replicas == 8


def test_failures_are_counted_on_after_a_restart() -> None:
    fallback = {"replicas": 6, "failureThreshold": 2}
    before = Scaler(a_spec(fallback=fallback), replicas=3)
    before.at(0, AWAY)
    before.at(5, AWAY)
    new = Scaler(before.spec, 3, state=restored(told(before), after(8)))

    assert new.at(10, AWAY).replicas == 6


def test_failures_are_counted_no_further_than_the_status_needs_them() -> None:
    scaler = Scaler(a_spec(fallback={"replicas": 6, "failureThreshold": 2}), replicas=3)
    for second in range(0, 500, 5):
        scaler.at(second, AWAY)

    assert scaler.state.failures == 3


def test_a_number_that_a_pause_has_set_is_not_set_again_after_a_restart() -> None:
    pause = Controls(paused=True, paused_replicas=2)
    before = Scaler(a_spec(), replicas=4, controls=pause)
    before.at(0, 100)
    state = restored(told(before, reasons.SCALING_PAUSED), after(60))
    by_hand = Scaler(before.spec, 5, state=state, controls=pause)

    assert by_hand.at(60, 100).replicas == 5


def test_a_status_that_nobody_can_read_begins_afresh() -> None:
    state = restored(ScalingStatus(mode="builtin", last_active_time="yesterday"), NOON)

    assert state == State(since=NOON)


def test_history_does_not_grow_beyond_the_longest_window() -> None:
    state = State(since=NOON)
    for n in range(2000):
        now = after(n * 5)
        state = scaled(recommended(state, now, n % 7), now, 1, 2)

    assert (
        len(state.recommendations) == len(state.changes) == LONGEST_WINDOW // timedelta(seconds=5)
    )
