"""What the autoscaler remembers between readings, and what of it outlives a restart.

Pure. The windows of the last minutes live in memory, as the HPA's do, and begin anew with the
replicas that run. What decides over sleep and fallback (when there was last work, failures in a
row, the number that a pause has set) is kept in the Chatbot's status, coarsely: the status is
written seldom, and reading it back errs towards staying awake.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from prosa_operator import reasons
from prosa_operator.status import ScalingStatus

LONGEST_WINDOW = timedelta(seconds=3600)
"""autoscaling/v2 allows no stabilisation window above this, and no policy above half of it."""

GRAIN = timedelta(minutes=1)
"""How finely the status tells when there was last work: at most one write a minute for it."""


@dataclass(frozen=True)
class Recommendation:
    """Replicas that the lag asked for at one moment, before any bound."""

    at: datetime
    replicas: int


@dataclass(frozen=True)
class Change:
    """A change of replicas that was carried out: positive up, negative down."""

    at: datetime
    by: int


@dataclass(frozen=True)
class State:
    """All that one decision takes over from the ones before.

    `since` is when this component was first seen by this process; `paused_at` the replicas that a
    pause has set once; `falling_back` whether the last decision stood on the fallback.
    """

    since: datetime
    recommendations: tuple[Recommendation, ...] = ()
    changes: tuple[Change, ...] = ()
    last_active: datetime | None = None
    last_scale: datetime | None = None
    failures: int = 0
    falling_back: bool = False
    paused_at: int | None = None

    @property
    def idle_since(self) -> datetime:
        """When cooldown begins. A component never seen at work cools down from its first sight."""
        return self.last_active or self.since


def restored(status: ScalingStatus | None, now: datetime) -> State:
    """Begin where the status says that the last process ended; None: begin afresh."""
    if status is None:
        return State(since=now)
    last_active = _instant(status.last_active_time)
    return State(
        since=now,
        last_active=min(last_active + GRAIN, now) if last_active else None,
        last_scale=_instant(status.last_scale_time),
        failures=status.failures,
        falling_back=status.reason == reasons.FALLBACK,
        paused_at=status.desired if status.reason == reasons.SCALING_PAUSED else None,
    )


def seeded(state: State, now: datetime, replicas: int) -> State:
    """Let an empty window begin with the replicas that run: nobody is sent home at first sight.

    HPA: recordInitialRecommendation.
    """
    if state.recommendations:
        return state
    return replace(state, recommendations=(Recommendation(now, replicas),))


def recommended(state: State, now: datetime, replicas: int) -> State:
    """Remember a recommendation, and forget those that no window can see any more."""
    kept = (each for each in state.recommendations if now - each.at < LONGEST_WINDOW)
    return replace(state, recommendations=(*kept, Recommendation(now, replicas)))


def scaled(state: State, now: datetime, before: int, after: int) -> State:
    """Remember that replicas were really changed; called once the write has succeeded.

    HPA: storeScaleEvent.
    """
    kept = (each for each in state.changes if now - each.at < LONGEST_WINDOW)
    return replace(state, changes=(*kept, Change(now, after - before)), last_scale=now)


def forgotten(state: State) -> State:
    """Drop the windows, as a pause does: KEDA deletes the HPA, and with it what it remembers."""
    return replace(state, recommendations=(), changes=())


def coarse(instant: datetime | None) -> str:
    """Write an instant for the status, to the minute below; `restored` adds the minute again."""
    return instant.replace(second=0, microsecond=0).isoformat() if instant else ""


def _instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
