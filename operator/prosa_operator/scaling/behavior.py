"""How quickly replicas may change: stabilisation windows and rate policies, as the HPA has them.

Pure. The order is the HPA's: a recommendation is stabilised first, then held to the rates, then to
the bounds (HPA: normalizeDesiredReplicasWithBehaviors).
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from prosa.contracts.components import ScalingBehavior, ScalingPolicy, ScalingRules
from prosa_operator.scaling.history import Change, Recommendation, State

Limit = Literal[
    "", "ScaleUpLimit", "TooManyReplicas", "ScaleDownLimit", "TooFewReplicas", "Stabilized"
]
"""What kept a recommendation from becoming true, in the HPA's words; empty: nothing."""

# pkg/apis/autoscaling/v2/defaults.go; the comment in the API's types says 60 s, the code 15 s
_UP = (
    ScalingPolicy(type="Pods", value=4, period_seconds=15),
    ScalingPolicy(type="Percent", value=100, period_seconds=15),
)
_DOWN = (ScalingPolicy(type="Percent", value=100, period_seconds=15),)
_UP_WINDOW_SECONDS = 0
_DOWN_WINDOW_SECONDS = 300


@dataclass(frozen=True)
class Pace:
    """One direction, with the defaults filled in."""

    window: timedelta
    select: Literal["Max", "Min", "Disabled"]
    policies: tuple[ScalingPolicy, ...]


@dataclass(frozen=True)
class Normalized:
    """Replicas after windows, rates and bounds, and which of them bit."""

    replicas: int
    limit: Limit = ""


def paces(behavior: ScalingBehavior) -> tuple[Pace, Pace]:
    """Fill in the HPA's defaults; up, then down."""
    return (
        _pace(behavior.scale_up, _UP_WINDOW_SECONDS, _UP),
        _pace(behavior.scale_down, _DOWN_WINDOW_SECONDS, _DOWN),
    )


def disabled(pace: Pace) -> Pace:
    """Stop one direction, as KEDA does for a one-way pause."""
    return replace(pace, select="Disabled")


def _pace(rules: ScalingRules, seconds: int, policies: tuple[ScalingPolicy, ...]) -> Pace:
    written = rules.stabilization_window_seconds
    return Pace(
        window=timedelta(seconds=seconds if written is None else written),
        select=rules.select_policy,
        policies=rules.policies or policies,
    )


def normalized(
    now: datetime,
    state: State,
    *,
    current: int,
    wanted: int,
    least: int,
    most: int,
    up: Pace,
    down: Pace,
) -> Normalized:
    """Bring what is wanted within windows, rates and bounds."""
    stable = stabilized(
        now, state.recommendations, current, wanted, windows=(up.window, down.window)
    )
    if stable > current:  # HPA: convertDesiredReplicasWithBehaviorRate
        rate = max(current, _up_limit(now, state.changes, current, up))
        if stable > min(most, rate):
            return Normalized(min(most, rate), "ScaleUpLimit" if rate < most else "TooManyReplicas")
    elif stable < current:
        rate = min(current, _down_limit(now, state.changes, current, down))
        if stable < max(least, rate):
            return Normalized(
                max(least, rate), "ScaleDownLimit" if rate > least else "TooFewReplicas"
            )
    return Normalized(stable, "" if stable == wanted else "Stabilized")


def stabilized(
    now: datetime,
    recommendations: Iterable[Recommendation],
    current: int,
    wanted: int,
    *,
    windows: tuple[timedelta, timedelta],
) -> int:
    """Take the most careful recommendation of the windows, up and down.

    Up no further than the lowest of the first, down no further than the highest of the second; in
    between, what runs stays (HPA: stabilizeRecommendationWithBehaviors).
    """
    up, down = windows
    lowest = highest = wanted
    for each in recommendations:
        if each.at > now - up:
            lowest = min(lowest, each.replicas)
        if each.at > now - down:
            highest = max(highest, each.replicas)
    return min(max(current, lowest), highest)


def _up_limit(now: datetime, changes: Sequence[Change], current: int, pace: Pace) -> int:
    """HPA: calculateScaleUpLimitWithScalingRules."""
    if pace.select == "Disabled":
        return current
    proposals = []
    for policy in pace.policies:
        start = _at_start(now, changes, current, policy)
        if policy.type == "Pods":
            proposals.append(start + policy.value)
        else:  # rounded up: else a small number never grows
            proposals.append(math.ceil(start * (1 + policy.value / 100)))
    return min(proposals) if pace.select == "Min" else max(proposals)


def _down_limit(now: datetime, changes: Sequence[Change], current: int, pace: Pace) -> int:
    """HPA: calculateScaleDownLimitWithBehaviors."""
    if pace.select == "Disabled":
        return current
    proposals = []
    for policy in pace.policies:
        start = _at_start(now, changes, current, policy)
        if policy.type == "Pods":
            proposals.append(start - policy.value)
        else:
            proposals.append(int(start * (1 - policy.value / 100)))
    return max(proposals) if pace.select == "Min" else min(proposals)


def _at_start(now: datetime, changes: Sequence[Change], current: int, policy: ScalingPolicy) -> int:
    """Replicas when the policy's period began."""
    begin = now - timedelta(seconds=policy.period_seconds)
    return current - sum(each.by for each in changes if each.at > begin)
