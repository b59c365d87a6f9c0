"""The standard conditions, their change since last time, and the events that such changes are.

`lastTransitionTime` moves when the status flips and at no other time; messages are cut to what a
person reads. Events are told once for a change, and once for a reason: three conditions that know
the same cause are one event.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from prosa_operator import reasons
from prosa_operator.observed import Event
from prosa_operator.status import Condition, ConditionStatus, ConditionType, Status, condition

LONGEST = 1000
"""Characters of a message; the API server takes 32 KiB."""

GOOD: dict[ConditionType, ConditionStatus] = {
    "Ready": "True",
    "Progressing": "False",
    "Degraded": "False",
    "DialogueValid": "True",
    "ChannelConnected": "True",
    "ScalingActive": "True",
    "Paused": "False",
}
"""What nobody needs to hear of."""

QUIET = frozenset(
    (
        reasons.RECONCILING,
        reasons.ROLLING_OUT,
        reasons.SCALING_NONE,
        reasons.CHANNEL_NOT_CHECKED,
        reasons.RUNNING,
        reasons.SCALED_TO_ZERO,
        reasons.SCALING,
    )
)
"""Reasons of the daily round: no events."""


class Verdict(NamedTuple):
    """A condition as it is judged now."""

    type: ConditionType
    status: ConditionStatus
    reason: str
    message: str = ""


def merged(
    before: Status, verdicts: Iterable[Verdict], *, generation: int, now: str
) -> tuple[Condition, ...]:
    """Make conditions of verdicts; keeps the time of those that did not flip."""
    return tuple(_condition(before, verdict, generation, now) for verdict in verdicts)


def _condition(before: Status, verdict: Verdict, generation: int, now: str) -> Condition:
    old = condition(before, verdict.type)
    flipped = old is None or old.status != verdict.status or not old.last_transition_time
    return Condition(
        type=verdict.type,
        status=verdict.status,
        reason=verdict.reason,
        message=_cut(verdict.message),
        observed_generation=generation,
        last_transition_time=now if flipped or old is None else old.last_transition_time,
    )


def events(before: Status, after: Status) -> tuple[Event, ...]:
    """Tell what changed between two statuses."""
    told: dict[str, Event] = {}
    for event in _events(before, after):
        told.setdefault(event.reason, event)
    return tuple(told.values())


def _events(before: Status, after: Status) -> Iterator[Event]:
    for new in after.conditions:
        old = condition(before, new.type)
        same = old is not None and (old.status, old.reason) == (new.status, new.reason)
        refused_anew = new.type == "DialogueValid" and (
            before.dialogue.refused != after.dialogue.refused and after.dialogue.refused
        )
        if (same and not refused_anew) or new.reason in QUIET:
            continue
        good = new.status == GOOD[new.type]
        if good and (old is None or old.status == new.status) and new.type != "Ready":
            continue
        calm = good or new.type in ("Progressing", "Paused")
        yield Event("Normal" if calm else "Warning", new.reason, new.message)


def _cut(message: str) -> str:
    return message if len(message) <= LONGEST else message[: LONGEST - 1] + "…"
