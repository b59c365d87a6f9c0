"""Windows and policies, against the HPA's rules worked out by hand."""

from typing import Any

import pytest

from prosa.contracts.components import ScalingBehavior
from prosa_operator.scaling.behavior import normalized, paces
from prosa_operator.scaling.history import Change, Recommendation, State
from tests.support.scaling import NOON, Scaler, a_spec, after


def policies(*each: tuple[str, int, int], select: str = "Max") -> dict[str, Any]:
    return {
        "stabilizationWindowSeconds": 0,
        "selectPolicy": select,
        "policies": [
            {"type": kind, "value": value, "periodSeconds": period} for kind, value, period in each
        ],
    }


def test_the_defaults_are_those_of_autoscaling_v2() -> None:
    up, down = paces(ScalingBehavior())

    assert (up.window.total_seconds(), down.window.total_seconds()) == (0, 300)
    assert [(each.type, each.value, each.period_seconds) for each in up.policies] == [
        ("Pods", 4, 15),
        ("Percent", 100, 15),
    ]
    assert [(each.type, each.value, each.period_seconds) for each in down.policies] == [
        ("Percent", 100, 15)
    ]


@pytest.mark.parametrize(
    ("select", "then"),
    [("Max", 8), ("Min", 5), ("Disabled", 4)],  # 100 % of four, or one
)
def test_several_policies_up_are_selected_among(select: str, then: int) -> None:
    up = policies(("Percent", 100, 15), ("Pods", 1, 15), select=select)

    assert Scaler(a_spec(behavior={"scaleUp": up}), replicas=4).at(0, 100).replicas == then


@pytest.mark.parametrize(("select", "then"), [("Max", 4), ("Min", 7), ("Disabled", 8)])
def test_several_policies_down_are_selected_among(select: str, then: int) -> None:
    down = policies(("Percent", 50, 15), ("Pods", 1, 15), select=select)

    assert Scaler(a_spec(behavior={"scaleDown": down}), replicas=8).at(0, 1).replicas == then


def test_percent_up_is_rounded_up_so_that_one_can_grow() -> None:
    up = policies(("Percent", 10, 15))

    assert Scaler(a_spec(behavior={"scaleUp": up}), replicas=1).at(0, 100).replicas == 2


def test_a_period_counts_the_changes_within_it() -> None:
    up = policies(("Pods", 2, 60))
    scaler = Scaler(a_spec(behavior={"scaleUp": up}), replicas=1)

    assert [scaler.at(second, 100).replicas for second in (0, 30, 59, 60)] == [3, 3, 3, 5]


def test_changes_down_give_room_for_changes_up() -> None:
    spec = ScalingBehavior()
    up, down = paces(spec)
    state = State(since=NOON, changes=(Change(NOON, -4),))

    result = normalized(after(5), state, current=2, wanted=50, least=1, most=99, up=up, down=down)

    assert result.replicas == 12  # six at the period's start: 100 % of them beats four


def test_down_waits_for_the_highest_of_the_window() -> None:
    behavior = {"scaleDown": {"stabilizationWindowSeconds": 60}}
    scaler = Scaler(a_spec(behavior=behavior), replicas=8)
    series = ((0, 80), (10, 50), (20, 10), (59, 10), (61, 10), (71, 10), (81, 10))

    assert [scaler.at(second, lag).replicas for second, lag in series] == [8, 8, 8, 8, 5, 1, 1]


def test_up_waits_for_the_lowest_of_the_window() -> None:
    behavior = {"scaleUp": {"stabilizationWindowSeconds": 30}}
    scaler = Scaler(a_spec(behavior=behavior), replicas=2)
    series = ((0, 20), (10, 40), (20, 60), (31, 60), (41, 60), (51, 60))

    assert [scaler.at(second, lag).replicas for second, lag in series] == [2, 2, 2, 4, 6, 6]


def test_a_lag_that_falls_does_not_drag_up_beyond_the_window() -> None:
    state = State(since=NOON, recommendations=(Recommendation(NOON, 3),))
    up, down = paces(ScalingBehavior())

    result = normalized(after(1), state, current=5, wanted=1, least=1, most=9, up=up, down=down)

    assert (result.replicas, result.limit) == (3, "Stabilized")
