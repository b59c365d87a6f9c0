"""What may happen to a conversation: the rows of docs/reference/ownership.md, made to happen."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from prosa.contracts import inbound
from prosa.contracts.contact import Contact
from prosa.contracts.inbound import CustomerBody, FactBody
from prosa.contracts.turn import Turn
from prosa.dialogue.turns import Failed
from services.conversation import turns
from tests.unit.conversation.builders import NOW_MS, decide, received, rules_at

PAGE: Final = Path(__file__).parents[3] / "docs" / "reference" / "ownership.md"
OWNERS: Final = ("bot", "queue", "human", "standby")
HOUR_MS: Final = 3_600_000

Happening = Callable[[Contact, int], Turn]
"""Takes the contact and the time, and gives the turn."""


def table() -> dict[str, dict[str, str]]:
    """Read the page's table: what happens, and the owner after it by the owner before."""
    lines = PAGE.read_text("utf-8").splitlines()
    cells = [[cell.strip() for cell in line[1:-1].split("|")] for line in lines if line[:2] == "| "]
    return {
        what: dict(zip(OWNERS, after, strict=True))
        for what, *after in cells
        if len(after) == len(OWNERS) and after[0] in OWNERS and what != "what happens"
    }


def of(*bodies: CustomerBody | FactBody | str) -> Happening:
    """Let these messages come in."""
    return lambda contact, at_ms: decide(
        contact, received(*bodies, at_ms=at_ms), rules_at(at_ms), answer=Failed("down")
    )


def much_later(contact: Contact, at_ms: int) -> Turn:
    return of("vocês entregam?")(contact, at_ms + 13 * HOUR_MS)


def misunderstood(contact: Contact, at_ms: int) -> Turn:
    for _ in range(3):  # the first answers the open question, where there is one
        contact = of("blá")(contact, at_ms).contact
    return of("blá")(contact, at_ms)


def poison(contact: Contact, at_ms: int) -> Turn:
    return turns.give_up(contact, received("?", at_ms=at_ms)[0], rules_at(at_ms))


HAPPENINGS: Final[Mapping[str, Happening]] = {
    "she writes": of("vocês entregam?"),
    "she writes after `resume.idle` of people's silence": much_later,
    "she asks for a person": of("quero falar com uma pessoa"),
    "the dialogue hands over": of("reclamar"),
    "repair is exhausted": misunderstood,
    "a tool fails and the dialogue has no steps for it": of("prazo"),
    "her message is a dead letter": poison,
    "an agent claims": of(inbound.Claim("ze")),
    "the business writes from its phone": of(inbound.Echo("text", "oi")),
    "a person puts it into the queue": of(inbound.Requeue("ze", "balcao")),
    "an agent returns it": of(inbound.Return("ze")),
    "an agent closes it": of(inbound.Return("ze", closed=True)),
    "another app speaks": of(inbound.Standby("oi", from_business=True)),
    "another app takes control": of(inbound.Handover(to_us=False)),
    "control comes to us": of(inbound.Handover(to_us=True)),
    "she stops marketing": of(inbound.Preference("stop")),
    "she says how content she was": of(inbound.Choice("list", "csat:7:5", "Ótimo")),
    "Meta refuses a message": of(inbound.SendRefused(131047, "window_closed")),
}


def owned_by(owner: str) -> Contact:
    """Give a contact who was asked something by the bot, and whom somebody has now."""
    contact = of("vocês entregam?")(Contact(key=received("?")[0].inbound.contact), NOW_MS).contact
    taken = {
        "bot": "she stops marketing",
        "queue": "a person puts it into the queue",
        "human": "an agent claims",
        "standby": "another app takes control",
    }
    return HAPPENINGS[taken[owner]](contact, NOW_MS).contact
