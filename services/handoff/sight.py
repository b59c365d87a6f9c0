"""Who sees which ticket. Pure.

An agent sees the tickets of her teams, those of no team, and her own; supervisors and admins see
all. A team without members in the Chatbot is everybody's.
"""

import msgspec

from prosa.signin.people import Person
from services.handoff import rules as rules_module
from services.handoff.rules import Rules
from services.handoff.tickets import Actor

NO_TEAM = ""


class Sight(msgspec.Struct, frozen=True):
    """Who looks, and at which teams' tickets; None: all."""

    agent: str
    teams: tuple[str, ...] | None


def actor(person: Person) -> Actor:
    """Let a person act."""
    return Actor(person.id, person.name, supervisor=person.may("supervisor"))


def teams_of(person: Person, rules: Rules) -> tuple[str, ...]:
    """List the teams that somebody belongs to."""
    return tuple(
        team.name
        for team in rules.teams
        if rules_module.is_member(team, login=person.login, email=person.email, teams=person.teams)
    )


def sight(person: Person, rules: Rules) -> Sight:
    """Say what somebody's lists are made of."""
    if person.may("supervisor"):
        return Sight(person.id, None)
    return Sight(person.id, (*teams_of(person, rules), NO_TEAM))


def sees(looking: Sight, team: str, agent: str) -> bool:
    """Tell whether a ticket of this team and agent is among them."""
    return looking.teams is None or team in looking.teams or agent == looking.agent
