"""Replicas from a lag. Expectations are worked out from the sources of KEDA 2.21 and the HPA."""

import pytest

from prosa_operator import reasons
from prosa_operator.scaling.controls import Controls
from prosa_operator.scaling.decide import Current, Lag, LagError, decide
from prosa_operator.scaling.history import State
from tests.support.scaling import AWAY, NOON, Scaler, a_spec

SLOW_UP = {
    "scaleUp": {"policies": [{"type": "Pods", "value": 1, "periodSeconds": 60}]},
    "scaleDown": {"stabilizationWindowSeconds": 0},
}


@pytest.mark.parametrize(
    ("lag", "current", "then"),
    [
        (40, 4, 4),
        (44, 4, 4),  # ratio 1.1: HPA's isWithin includes the edge
        (45, 4, 5),
        (36, 4, 4),  # ratio 0.9
        (35, 4, 4),  # outside of the tolerance, and ceil(3.5) is four again
        (30, 4, 3),
        (1, 4, 1),
        (0, 4, 1),  # the HPA never goes below one
        (71, 8, 8),  # ratio 0.8875, ceil 8
        (1000, 8, 10),  # max
        (1000, 1, 5),  # up by four pods, or by 100 %
        (1000, 3, 7),
    ],
)
def test_replicas_follow_the_lag_as_the_hpa_has_it(lag: int, current: int, then: int) -> None:
    assert Scaler(a_spec(), replicas=current).at(0, lag).replicas == then


def test_pods_that_are_not_there_yet_do_not_divide_the_lag() -> None:
    decision = decide(NOON, State(since=NOON), Lag(30), a_spec(), Current(desired=1, running=0))

    assert decision.replicas == 3


@pytest.mark.parametrize(("lag", "awake"), [(5, 0), (6, 1), (100, 4)])
def test_more_than_the_activation_lag_wakes(lag: int, awake: int) -> None:
    decision = Scaler(a_spec(activationLag=5), replicas=0).at(0, lag)

    assert decision.replicas == awake
    assert decision.step == ("Activated" if awake else "")


def test_waking_goes_to_min_at_once_whatever_the_policies_say() -> None:
    assert Scaler(a_spec(min=3, behavior=SLOW_UP), replicas=0).at(0, 1).replicas == 3


def test_a_component_with_min_above_zero_wakes_without_work() -> None:
    assert Scaler(a_spec(min=2), replicas=0).at(0, 0).replicas == 2


def test_the_last_replica_goes_when_the_cooldown_is_over() -> None:
    scaler = Scaler(a_spec(cooldown="60s"), replicas=1)
    scaler.at(0, 5)

    assert scaler.at(59, 0).replicas == 1
    asleep = scaler.at(60, 0)
    assert (asleep.replicas, asleep.step) == (0, "Deactivated")
    assert asleep.reason == reasons.SCALED_TO_ZERO


def test_work_in_between_begins_the_cooldown_anew() -> None:
    scaler = Scaler(a_spec(cooldown="60s"), replicas=1)
    for second, lag in ((0, 5), (50, 1), (60, 0)):
        scaler.at(second, lag)

    assert scaler.at(100, 0).replicas == 1
    assert scaler.at(110, 0).replicas == 0


def test_a_component_never_seen_at_work_cools_down_from_its_first_sight() -> None:
    scaler = Scaler(a_spec(cooldown="60s"), replicas=1)

    assert scaler.at(30, 0).replicas == 1
    assert scaler.at(61, 0).replicas == 0


def test_sleep_goes_through_the_down_policies() -> None:
    down = {"policies": [{"type": "Pods", "value": 1, "periodSeconds": 10}]}
    behavior = {"scaleDown": {"stabilizationWindowSeconds": 0, **down}}
    scaler = Scaler(a_spec(cooldown="10s", behavior=behavior), replicas=3)
    scaler.at(0, 30)

    assert [scaler.at(second, 0).replicas for second in (10, 15, 20, 25, 30)] == [2, 2, 1, 1, 0]


def test_activation_outranks_scaling_what_lies_below_it_keeps_nobody_awake() -> None:
    scaler = Scaler(a_spec(cooldown="60s", activationLag=5), replicas=1)
    scaler.at(0, 6)

    assert scaler.at(60, 5).replicas == 0
    assert scaler.at(65, 5).replicas == 0


def test_min_above_zero_never_sleeps() -> None:
    scaler = Scaler(a_spec(min=1, cooldown="0s"), replicas=1)

    assert scaler.at(1000, 0).replicas == 1


@pytest.mark.parametrize(("current", "then"), [(7, 5), (1, 2)])
def test_bounds_that_moved_count_at_once(current: int, then: int) -> None:
    disabled = {"scaleUp": {"selectPolicy": "Disabled"}, "scaleDown": {"selectPolicy": "Disabled"}}
    scaler = Scaler(a_spec(min=2, max=5, behavior=disabled), replicas=current)

    decision = scaler.at(0, 30)

    assert (decision.replicas, decision.reason) == (then, reasons.SCALING_LIMITED)


def test_bounds_count_while_the_lag_is_unknown() -> None:
    assert Scaler(a_spec(max=5), replicas=7).at(0, AWAY).replicas == 5


def test_max_is_told_as_a_limit() -> None:
    decision = Scaler(a_spec(max=6), replicas=5).at(0, 500)

    assert (decision.replicas, decision.reason) == (6, reasons.SCALING_LIMITED)
    assert decision.message == "500 messages ask for 50 replicas; max is 6"


def test_a_consumer_that_hands_out_no_more_is_named() -> None:
    lag = Lag(50, saturated=("conversation",))

    decision = decide(NOON, State(since=NOON), lag, a_spec(), Current(5, 5))

    assert "conversation hands out no more" in decision.message


# --- errors ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("current", [0, 1, 4])
def test_an_unknown_lag_holds_what_runs(current: int) -> None:
    scaler = Scaler(a_spec(cooldown="0s"), replicas=current)

    assert [scaler.at(second, AWAY).replicas for second in (0, 500, 1000)] == [current] * 3
    assert scaler.at(1005, AWAY).reason == reasons.LAG_UNKNOWN


@pytest.mark.parametrize(
    ("behavior", "replicas", "current", "then"),
    [
        ("static", 3, 5, 3),
        ("static", 7, 5, 7),
        ("currentReplicas", 3, 5, 5),
        ("currentReplicasIfHigher", 3, 5, 5),
        ("currentReplicasIfHigher", 7, 5, 7),
        ("currentReplicasIfLower", 3, 5, 3),
        ("currentReplicasIfLower", 7, 5, 5),
        ("static", 0, 5, 1),  # KEDA's would stop the last one, after its cooldown
    ],
)
def test_the_fallback_counts_after_more_failures_than_the_threshold(
    behavior: str, replicas: int, current: int, then: int
) -> None:
    fallback = {"replicas": replicas, "failureThreshold": 2, "behavior": behavior}
    scaler = Scaler(a_spec(fallback=fallback), replicas=current)

    assert [scaler.at(second, AWAY).replicas for second in (0, 5, 10)] == [current, current, then]


def test_the_fallback_keeps_to_max_and_to_the_policies() -> None:
    fallback = {"replicas": 100, "failureThreshold": 0, "behavior": "static"}
    scaler = Scaler(a_spec(fallback=fallback), replicas=2)

    assert [scaler.at(second, AWAY).replicas for second in (0, 5, 20)] == [6, 6, 10]


@pytest.mark.parametrize(("replicas", "then"), [(3, 3), (0, 0)])
def test_the_fallback_wakes_as_many_as_it_names(replicas: int, then: int) -> None:
    fallback = {"replicas": replicas, "failureThreshold": 1}
    scaler = Scaler(a_spec(fallback=fallback), replicas=0)

    assert [scaler.at(second, AWAY).replicas for second in (0, 5)] == [0, then]


def test_the_cooldown_begins_when_the_fallback_ends() -> None:
    fallback = {"replicas": 1, "failureThreshold": 0}
    scaler = Scaler(a_spec(fallback=fallback, cooldown="60s"), replicas=1)
    scaler.at(500, AWAY)

    assert [scaler.at(second, 0).replicas for second in (505, 560)] == [1, 0]


def test_one_success_ends_the_fallback_and_counts_anew() -> None:
    fallback = {"replicas": 6, "failureThreshold": 1}
    scaler = Scaler(a_spec(fallback=fallback), replicas=3)
    readings: tuple[int | LagError, ...] = (AWAY, AWAY, AWAY, 60)
    told = [scaler.at(n, reading).fallback for n, reading in enumerate(readings)]

    assert told == ["", "began", "", "ended"]
    assert scaler.state.failures == 0
    assert scaler.at(5, AWAY).reason == reasons.LAG_UNKNOWN


# --- what people say ------------------------------------------------------------------------------


@pytest.mark.parametrize("reading", [0, 100, AWAY])
def test_a_pause_leaves_replicas_alone(reading: int | LagError) -> None:
    scaler = Scaler(a_spec(), replicas=4, controls=Controls(paused=True))

    decision = scaler.at(0, reading)

    assert (decision.replicas, decision.reason) == (4, reasons.SCALING_PAUSED)


def test_a_pause_at_a_number_sets_it_once() -> None:
    scaler = Scaler(a_spec(), replicas=4, controls=Controls(paused=True, paused_replicas=2))

    assert scaler.at(0, 100).replicas == 2
    scaler.replicas = 3  # by hand, meanwhile
    assert scaler.at(5, 100).replicas == 3


def test_after_a_pause_the_window_begins_with_what_runs() -> None:
    scaler = Scaler(a_spec(behavior={}), replicas=4, controls=Controls(paused=True))
    scaler.at(0, 0)
    scaler.controls = Controls()

    assert scaler.at(10, 10).replicas == 4
    assert scaler.at(309, 10).replicas == 4
    assert scaler.at(311, 10).replicas == 1


def test_a_pause_of_one_way_leaves_the_other_open() -> None:
    inward = Scaler(a_spec(), replicas=4, controls=Controls(paused_in=True))
    outward = Scaler(a_spec(), replicas=4, controls=Controls(paused_out=True))

    assert [inward.at(0, 10).replicas, inward.at(1, 60).replicas] == [4, 6]
    assert [outward.at(0, 60).replicas, outward.at(1, 10).replicas] == [4, 1]


def test_a_pause_of_scaling_in_keeps_the_last_replica() -> None:
    scaler = Scaler(a_spec(cooldown="0s"), replicas=1, controls=Controls(paused_in=True))

    assert scaler.at(1000, 0).replicas == 1


def test_a_pause_of_scaling_out_wakes_nobody() -> None:
    assert Scaler(a_spec(), replicas=0, controls=Controls(paused_out=True)).at(0, 9).replicas == 0


def test_forced_activation_keeps_one_awake_even_without_nats() -> None:
    scaler = Scaler(a_spec(cooldown="0s"), replicas=0, controls=Controls(force_activation=True))

    assert scaler.at(0, AWAY).replicas == 1
    assert scaler.at(1000, 0).replicas == 1
    scaler.controls = Controls()
    assert scaler.at(1001, 0).replicas == 0


def test_nothing_is_scaled_that_somebody_else_scales() -> None:
    rival = Controls(rival="HorizontalPodAutoscaler shop")
    decision = Scaler(a_spec(), replicas=4, controls=rival).at(0, 100)

    assert (decision.replicas, decision.reason) == (4, reasons.AUTOSCALER_CONFLICT)
    assert "HorizontalPodAutoscaler shop" in decision.message
