"""Whose matter is a ticket: the team that it goes to, and the agent who gets it.

Pure. A team that assigns by hand gets tickets into its queue; the others give each to somebody who
is there, available and has room.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from prosa.contracts.chatbot import Team


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who could get a ticket. `assigned_at_ms` is when she was last given one."""

    id: str
    name: str
    load: int = 0
    assigned_at_ms: int = 0


def team_for(
    teams: Sequence[Team],
    *,
    asked: str = "",
    reason: str = "",
    tags: Iterable[str] = (),
    slots: Mapping[str, Any] | None = None,
) -> str:
    """Choose a team: the one that was asked for, else the one with most skills that fit.

    Among equals the first wins. Without a fit it is the first team that has no skills, a general
    one, else the first; "" when there are no teams at all.
    """
    if any(team.name == asked for team in teams):
        return asked
    told = {_plain(word) for word in (reason, *tags, *_words(slots or {}))}
    fits = [(len(told & {_plain(skill) for skill in team.skills}), team) for team in teams]
    best = max((fit for fit, _ in fits), default=0)
    if best:
        return next(team.name for fit, team in fits if fit == best)
    general = (team for team in teams if not team.skills)
    chosen = next(general, teams[0] if teams else None)
    return chosen.name if chosen else ""


def agent_for(team: Team, candidates: Sequence[Candidate]) -> Candidate | None:
    """Choose who gets a ticket of this team; None leaves it in the queue.

    `candidates` are available members of the team. Round robin takes who has waited longest for
    one, least loaded who has fewest; ties go to the longest wait, then by id, so that replicas
    agree.
    """
    if team.assignment == "manual":
        return None
    free = [each for each in candidates if each.load < team.capacity]
    if team.assignment == "round-robin":
        return min(free, key=lambda each: (each.assigned_at_ms, each.id), default=None)
    return min(free, key=lambda each: (each.load, each.assigned_at_ms, each.id), default=None)


def _words(slots: Mapping[str, Any]) -> Iterable[str]:
    for value in slots.values():
        if isinstance(value, str):
            yield value
        elif isinstance(value, Mapping):
            yield from _words(value)


def _plain(text: str) -> str:
    """Compare words as people mean them: without case and accents."""
    decomposed = unicodedata.normalize("NFKD", text.strip().casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
