"""What a contact's turns come to: her sessions, and where each of them stands. Pure.

A session ends with silence (the Chatbot's `session.idle`), or because the dialogue says so; the
next turn begins another. Turns arrive in the order of their cursors: one told twice counts once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from prosa.contracts.events import TurnTaken

Outcome = Literal["talked", "waiting", "completed", "handed_off"]
Understood = Literal["yes", "clarified", "no", ""]
Step = Mapping[str, Any]

_UNDERSTOOD = frozenset({"understood", "tapped", "filled", "corrected", "confirmed", "denied"})
_NOT_UNDERSTOOD = frozenset({"not_understood", "invalid", "exhausted"})
_WAMID = "wamid."


@dataclass(slots=True)
class SessionState:
    """One row of `sessions`."""

    id: str
    contact: str
    started_ms: int
    ended_ms: int
    turns: int = 0
    inbounds: int = 0
    messages: int = 0
    missed: int = 0
    outcome: Outcome = "talked"
    flow: str = ""
    step: str = ""
    program: str = ""


@dataclass(slots=True)
class ContactState:
    """One row of `contacts`, and the session that it names."""

    contact: str
    phone: str = ""
    user_id: str = ""
    name: str = ""
    username: str = ""
    first_ms: int | None = None
    last_in_ms: int | None = None
    last_out_ms: int | None = None
    turns: int = 0
    cursor: int = 0
    last_turn_ms: int | None = None
    owner: str = "bot"
    marketing: str = "unknown"
    session: SessionState | None = None

    @property
    def session_id(self) -> str:
        """Name her session; empty when none is open."""
        return self.session.id if self.session else ""


@dataclass(frozen=True, slots=True)
class Read:
    """What a turn's steps say."""

    intent: str
    score: float | None
    understood: Understood
    handed_off: bool


def read(steps: Sequence[Step]) -> Read:
    """Sum a turn's steps up: the intent is the first understood, else the first asked about."""
    kinds = {step.get("kind") for step in steps}
    named = next((s for s in steps if s.get("kind") == "understood"), None) or next(
        (s for s in steps if s.get("kind") == "clarified"), None
    )
    understood: Understood = ""
    if kinds & _NOT_UNDERSTOOD:
        understood = "no"
    elif "clarified" in kinds:
        understood = "clarified"
    elif kinds & _UNDERSTOOD:
        understood = "yes"
    return Read(
        intent=str(named.get("subject", "")) if named else "",
        score=named.get("score") if named else None,
        understood=understood,
        handed_off="handed_off" in kinds,
    )


def take_turn(state: ContactState, turn: TurnTaken, idle_ms: int) -> SessionState | None:
    """Count a turn into the contact's session, or into a new one; gives the session it belongs to.

    None when the turn took facts only (a claim, a preference) and no session is open.
    """
    if turn.cursor <= state.cursor:
        return state.session  # told twice
    state.cursor = turn.cursor
    state.turns += 1
    if not _heard(turn):
        return state.session
    session = state.session
    if session is None or _is_over(state, turn, idle_ms):
        session = SessionState(turn.id, turn.contact, turn.at_ms, turn.at_ms)
    state.last_turn_ms = turn.at_ms
    session.ended_ms = max(session.ended_ms, turn.at_ms)
    session.turns += 1
    session.inbounds += sum(map(is_hers, turn.inbounds))
    session.messages += turn.messages
    session.missed += read(turn.steps).understood == "no"
    session.program = turn.session
    _move(session, turn.steps)
    state.session = None if _says_goodbye(turn.steps) else session
    return session


def is_hers(inbound: str) -> bool:
    """Tell by its id whether an inbound is the customer's own; facts have ids of ours."""
    return inbound.startswith(_WAMID)


def _heard(turn: TurnTaken) -> bool:
    return bool(turn.steps or turn.messages or any(map(is_hers, turn.inbounds)))


def _is_over(state: ContactState, turn: TurnTaken, idle_ms: int) -> bool:
    silent = turn.at_ms - (state.last_turn_ms or turn.at_ms)
    return silent > idle_ms or any(step.get("kind") == "expired" for step in turn.steps)


def _says_goodbye(steps: Sequence[Step]) -> bool:
    return any(s.get("kind") == "flow_ended" and s.get("detail") == "session" for s in steps)


def _move(session: SessionState, steps: Sequence[Step]) -> None:
    """Follow the steps to where the session stands now."""
    for step in steps:
        match step.get("kind"):
            case "asked":
                session.outcome = "waiting"
                session.flow, session.step = str(step.get("flow", "")), str(step.get("subject", ""))
            case "flow_ended":
                session.outcome = "completed"
                session.flow, session.step = str(step.get("subject", "")), ""
            case "handed_off":
                session.outcome = "handed_off"
            case "cancelled":
                session.outcome = "talked"
                session.flow, session.step = str(step.get("subject", "")), ""
            case _:
                pass
