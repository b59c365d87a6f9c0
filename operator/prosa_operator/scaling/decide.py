"""How many replicas should there be? One reading of the lag becomes a number, with its reasons.

Pure: the caller brings the time, the reading and what runs. Two phases, as KEDA and the HPA share
the work: between 0 and 1 activation decides, between max(1, min) and max the HPA's arithmetic.

Knowingly otherwise than KEDA (docs/decisions/0008):

- a lag over several consumers is their sum, where KEDA's triggers are each compared by themselves;
- waking may start several replicas at once, within the up policies; KEDA starts one, and leaves
  the rest to the HPA's next sync;
- sleep goes through the down policies; KEDA stops all replicas in one step when the cooldown ends;
- a component that was never seen at work gets a cooldown, too; KEDA stops it at once;
- a fallback never stops the last replica, as KEDA's does with `replicas: 0`, and one that asks for
  none wakes nobody; KEDA takes every fallback as work.
"""

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from prosa.contracts.components import Autoscaling, Fallback
from prosa.contracts.durations import duration
from prosa_operator import reasons
from prosa_operator.scaling.behavior import Normalized, disabled, normalized, paces
from prosa_operator.scaling.controls import Controls
from prosa_operator.scaling.history import State, forgotten, recommended, seeded

Step = Literal["", "ScaledUp", "ScaledDown", "Activated", "Deactivated"]
"""The event that a change deserves; empty: nothing changes."""


@dataclass(frozen=True)
class Lag:
    """What waits and what is in hand, over all consumers of a component.

    `saturated` names the consumers that hand out nothing more until something is acknowledged:
    more replicas would get nothing.
    """

    messages: int
    saturated: tuple[str, ...] = ()


@dataclass(frozen=True)
class LagError:
    """The lag is not known: NATS is away, a consumer is missing, an answer makes no sense."""

    why: str


@dataclass(frozen=True)
class Current:
    """The scale subresource: replicas asked for, and those that run."""

    desired: int
    running: int


@dataclass(frozen=True)
class Decision:
    """What should be, what to remember, and why.

    `reason` is one of reasons.py, for the status and the condition; `step` is the event that a
    change deserves; `fallback` says that the fallback began or ended with this decision.
    """

    replicas: int
    state: State
    reason: str
    message: str
    step: Step = ""
    fallback: Literal["", "began", "ended"] = ""


@dataclass(frozen=True)
class _Round:
    """What stands while one decision is made."""

    now: datetime
    spec: Autoscaling
    current: Current
    controls: Controls

    @property
    def floor(self) -> int:
        """Replicas of a component that is awake."""
        return max(1, self.spec.min)

    def to(self, replicas: int, state: State, reason: str, message: str) -> Decision:
        step = _step(self.current.desired, replicas)
        return Decision(replicas, state, reason, message, step)

    def stay(self, state: State, reason: str, message: str) -> Decision:
        return Decision(self.current.desired, state, reason, message)

    def normal(self, state: State, wanted: int, floor: int) -> Normalized:
        up, down = paces(self.spec.behavior)
        return normalized(
            self.now,
            state,
            current=self.current.desired,
            wanted=wanted,
            least=floor,
            most=self.spec.max,
            up=disabled(up) if self.controls.paused_out else up,
            down=disabled(down) if self.controls.paused_in else down,
        )


def decide(
    now: datetime,
    state: State,
    reading: Lag | LagError,
    spec: Autoscaling,
    current: Current,
    *,
    controls: Controls = Controls(),  # noqa: B008 - frozen
) -> Decision:
    """Decide one component's replicas.

    Within the bounds, deciding again on the same reading changes nothing. The caller carries the
    decision out, and tells the state by `history.scaled` when that has succeeded.
    """
    this = _Round(now, spec, current, controls)
    state = _counted(state, reading, spec)
    if held := _held(this, state):
        return held
    state = seeded(replace(state, paused_at=None), now, current.desired)
    active = controls.force_activation or (
        isinstance(reading, Lag) and reading.messages > spec.activation_lag
    )
    if active and (current.desired > 0 or not controls.paused_out):
        state = replace(state, last_active=now)
    if current.desired > spec.max:  # bounds that moved count at once, past windows and policies
        return this.to(spec.max, state, reasons.SCALING_LIMITED, "more than max ran")
    if 0 < current.desired < spec.min:
        return this.to(spec.min, state, reasons.SCALING_LIMITED, "fewer than min ran")
    if isinstance(reading, LagError):
        return _blind(this, state, reading, active=active)
    decision = _by_lag(this, replace(state, falling_back=False), reading, active=active)
    return replace(decision, fallback="ended") if state.falling_back else decision


def _counted(state: State, reading: Lag | LagError, spec: Autoscaling) -> State:
    """Count failures in a row, no further than it makes a difference: the status shows them."""
    if isinstance(reading, Lag):
        return replace(state, failures=0)
    most = (spec.fallback.failure_threshold if spec.fallback else 0) + 1
    return replace(state, failures=min(state.failures + 1, most))


def _held(this: _Round, state: State) -> Decision | None:
    """Leave replicas alone while somebody else owns them or a person has said stop."""
    said = this.controls
    if said.rival:
        message = f"{said.rival} scales the same Deployment; delete it, or set mode: external"
        return this.stay(forgotten(state), reasons.AUTOSCALER_CONFLICT, message)
    if not said.paused:
        return None
    state = forgotten(state)
    if said.paused_replicas is None:
        return this.stay(state, reasons.SCALING_PAUSED, "paused by annotation")
    message = f"paused at {said.paused_replicas} replicas by annotation"
    if state.paused_at == said.paused_replicas:  # set once; what people do then, stays
        return this.stay(state, reasons.SCALING_PAUSED, message)
    state = replace(state, paused_at=said.paused_replicas)
    return this.to(said.paused_replicas, state, reasons.SCALING_PAUSED, message)


def _blind(this: _Round, state: State, error: LagError, *, active: bool) -> Decision:
    """Hold what runs; after too many failures go by the fallback. Never to zero."""
    fallback, runs = this.spec.fallback, this.current.desired
    if fallback is not None and state.failures > fallback.failure_threshold:
        wanted = fallback_replicas(fallback, runs)
        if runs > 0 or (wanted > 0 and not this.controls.paused_out):
            return _fall_back(this, state, error, wanted)
    if runs == 0 and (active or this.spec.min > 0) and not this.controls.paused_out:
        return this.to(this.floor, state, reasons.LAG_UNKNOWN, error.why)
    return this.stay(state, reasons.LAG_UNKNOWN, error.why)


def _fall_back(this: _Round, state: State, error: LagError, replicas: int) -> Decision:
    """Go to the fallback's replicas, at the pace of the policies; it counts as work (KEDA)."""
    # through the tolerance: KEDA hands the HPA a lag that stands for the fallback's replicas
    lag = replicas * this.spec.lag_per_replica
    wanted = recommend(lag, this.current.running, this.spec)
    result = this.normal(state, wanted, this.floor)
    message = f"{replicas} replicas as fallback: {error.why}"
    after = recommended(replace(state, falling_back=True, last_active=this.now), this.now, wanted)
    decision = this.to(max(result.replicas, this.floor), after, reasons.FALLBACK, message)
    return decision if state.falling_back else replace(decision, fallback="began")


def _by_lag(this: _Round, state: State, lag: Lag, *, active: bool) -> Decision:
    if this.current.desired == 0 and not active and this.spec.min == 0:
        return this.stay(state, reasons.SCALED_TO_ZERO, "nothing to do")
    if this.current.desired == 0 and this.controls.paused_out:
        return this.stay(state, reasons.SCALING_PAUSED, "waking is paused by annotation")
    if this.spec.min == 0 and not active and this.now - state.idle_since >= cooldown(this.spec):
        return _to_sleep(this, state)
    wanted = recommend(lag.messages, this.current.running, this.spec)
    result = this.normal(state, wanted, this.floor)
    replicas = max(result.replicas, this.floor)
    state = recommended(state, this.now, wanted)
    return this.to(replicas, state, *_why(result, wanted, lag))


def _to_sleep(this: _Round, state: State) -> Decision:
    """Go down to zero, at the pace of the down policies.

    What lies below the activation keeps nobody awake: activation outranks scaling (KEDA). For the
    last replica the cooldown was the wait; a window over its own recommendation would be a second.
    """
    above = tuple(each for each in state.recommendations if each.replicas > 1)
    result = this.normal(replace(state, recommendations=above), 0, 0)
    state = recommended(state, this.now, 0)
    if result.replicas == 0:
        return this.to(0, state, reasons.SCALED_TO_ZERO, "nothing to do")
    return this.to(result.replicas, state, reasons.SCALING, "nothing to do; on the way to 0")


def recommend(lag: int, running: int, spec: Autoscaling) -> int:
    """Give the replicas that a lag asks for, within the tolerance of those that run.

    HPA: GetExternalPerPodMetricReplicas: the total over the target, not per ready pod.
    """
    if running > 0:
        ratio = lag / (spec.lag_per_replica * running)
        if 1 - spec.tolerance <= ratio <= 1 + spec.tolerance:
            return running
    return math.ceil(lag / spec.lag_per_replica)


def fallback_replicas(fallback: Fallback, current: int) -> int:
    """Give the fallback's replicas (KEDA: doFallback)."""
    match fallback.behavior:
        case "static":
            return fallback.replicas
        case "currentReplicas":
            return current
        case "currentReplicasIfHigher":
            return max(current, fallback.replicas)
        case "currentReplicasIfLower":
            return min(current, fallback.replicas)


def cooldown(spec: Autoscaling) -> timedelta:
    """How long a component must have been idle before its last replica goes."""
    return duration(spec.cooldown)


def _why(result: Normalized, wanted: int, lag: Lag) -> tuple[str, str]:
    waiting = f"{lag.messages} messages ask for {wanted} replicas"
    if lag.saturated:
        waiting += f"; {', '.join(lag.saturated)} hands out no more until some are acknowledged"
    match result.limit:
        case "TooManyReplicas":
            return reasons.SCALING_LIMITED, f"{waiting}; max is {result.replicas}"
        case "ScaleUpLimit" | "ScaleDownLimit":
            return reasons.SCALING_LIMITED, f"{waiting}; a policy allows {result.replicas} now"
        case "TooFewReplicas":
            return reasons.SCALING, f"{waiting}; min is {result.replicas}"
        case "Stabilized":
            return reasons.SCALING, f"{waiting}; a window keeps {result.replicas}"
        case "":
            return reasons.SCALING, waiting


def _step(before: int, after: int) -> Step:
    if before == after:
        return ""
    if before == 0:
        return "Activated"
    if after == 0:
        return "Deactivated"
    return "ScaledUp" if after > before else "ScaledDown"
