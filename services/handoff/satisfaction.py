"""The question after a conversation: how well she was helped, from one to five.

Pure. It goes out as a list of five rows; a tap comes back as a choice whose id names ticket and
rating. Conversation leaves such taps alone.
"""

import re

from prosa.contracts.inbound import Choice, Inbound
from prosa.contracts.outbound import List, Outbound, OutboundId, Row, Section, Text
from services.handoff.rules import Rules
from services.handoff.tickets import Ticket

BEST = 5

_ID = re.compile(r"csat:([A-Za-z0-9_-]{1,64}):([1-5])")
_WORDS = {
    "pt": ("Avaliar", ("Péssimo", "Ruim", "Regular", "Bom", "Ótimo")),
    "en": ("Rate", ("Terrible", "Poor", "Fair", "Good", "Great")),
}


def question(ticket: Ticket, rules: Rules, now_ms: int) -> Outbound:
    """Ask, under the name of nobody: it must pass though the bot has the conversation again."""
    button, words = _WORDS.get(rules.locale.partition("-")[0].lower(), _WORDS["en"])
    rows = tuple(
        Row(id=f"csat:{ticket.id}:{rating}", title=f"{'★' * rating} {words[rating - 1]}")
        for rating in range(BEST, 0, -1)
    )
    asked = List(body=rules.question, button=button, sections=(Section(rows=rows),))
    return _platform(ticket, f"{ticket.revision}0", asked, now_ms)


def thanks(ticket: Ticket, rules: Rules, now_ms: int) -> Outbound | None:
    """Thank her; None when the Chatbot has no words for it."""
    if not rules.thanks:
        return None
    return _platform(ticket, f"{ticket.revision}1", Text(body=rules.thanks), now_ms)


def answer(told: Inbound) -> tuple[str, int] | None:
    """Read a tap on the question: the ticket's id and the rating."""
    if not isinstance(told.body, Choice):
        return None
    found = _ID.fullmatch(told.body.id)
    return (found[1], int(found[2])) if found else None


def _platform(ticket: Ticket, number: str, message: List | Text, now_ms: int) -> Outbound:
    return Outbound(
        id=OutboundId(f"{ticket.contact}-{ticket.opened_at_ms}{number}-0"),
        contact=ticket.contact,
        address=ticket.address,
        phone_number_id=ticket.phone_number_id,
        messages=(message,),
        author="platform",
        owner_revision=0,
        created_at_ms=now_ms,
        priority="high",
    )
