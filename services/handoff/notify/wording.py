"""A handoff in words, in the bot's language: what every channel says in its own form. Pure.

Portuguese for bots that speak it, English for all others. Control characters are taken out of all
that comes from a customer, so that nothing of hers can end a header or hide a line.
"""

import datetime as dt
import unicodedata
from collections.abc import Iterator
from typing import Any, Literal
from urllib.parse import quote
from zoneinfo import ZoneInfo

import msgspec

from prosa.contracts.events import HandoffRequested
from prosa.dialogue import filters
from prosa.dialogue.filters import Manner
from services.handoff.notify.notification import Handoff

Language = Literal["pt", "en"]

LONGEST_SUBJECT = 120
LONGEST_VALUE = 300
MOST_SLOTS = 20

_REASONS: dict[Language, dict[str, str]] = {
    "pt": {
        "asked": "pediu para falar com uma pessoa",
        "step": "encaminhado pelo atendimento automático",
        "exhausted": "o atendimento automático não entendeu",
        "failed": "o atendimento automático falhou",
    },
    "en": {
        "asked": "asked for a person",
        "step": "handed over by the bot",
        "exhausted": "the bot did not understand",
        "failed": "the bot failed",
    },
}
_WORDS: dict[Language, dict[str, str]] = {
    "pt": {
        "subject": "Atendimento: {name} ({team})",
        "someone": "alguém sem nome",
        "contact": "Cliente",
        "phone": "Telefone",
        "team": "Equipe",
        "reason": "Motivo",
        "summary": "Resumo",
        "since": "Desde",
        "hours": "Horário",
        "in_hours": "a equipe está atendendo",
        "out_of_hours": "fora do horário",
        "opens": "fora do horário até {at}",
        "messages": "Últimas mensagens",
        "link": "Abrir a conversa",
    },
    "en": {
        "subject": "Handoff: {name} ({team})",
        "someone": "somebody without a name",
        "contact": "Customer",
        "phone": "Phone",
        "team": "Team",
        "reason": "Reason",
        "summary": "Summary",
        "since": "Since",
        "hours": "Hours",
        "in_hours": "the team is at work",
        "out_of_hours": "outside business hours",
        "opens": "outside business hours until {at}",
        "messages": "Last messages",
        "link": "Open the conversation",
    },
}


class Told(msgspec.Struct, frozen=True):
    """A handoff in words: facts and messages are pairs of a label and a text."""

    language: Language
    subject: str
    name: str
    reason: str
    summary: str
    facts: tuple[tuple[str, str], ...]
    messages_label: str
    messages: tuple[tuple[str, str], ...]
    link_label: str
    link: str


class Voice(msgspec.Struct, frozen=True):
    """How a bot writes, and where its inbox is: `inbox` is empty without a public address."""

    locale: str
    time_zone: str
    inbox: str = ""

    @property
    def language(self) -> Language:
        """Give the language of its notifications."""
        return "pt" if self.locale.lower().partition("-")[0] == "pt" else "en"


def tell(handoff: Handoff, team: str, voice: Voice) -> Told:
    """Put a handoff into words."""
    words = _WORDS[voice.language]
    manner = _manner(handoff, voice)
    request = handoff.request
    name = clean(handoff.name) or words["someone"]
    reason = reason_in_words(request, voice.language)
    facts = (
        (words["contact"], name),
        (words["phone"], f"+{handoff.phone}" if handoff.phone else ""),
        (words["team"], clean(team)),
        (words["reason"], reason),
        (words["summary"], clean(request.summary)),
        (words["since"], _moment(request.at_ms, manner)),
        (words["hours"], _hours(handoff, words, manner)),
        *_slots(request.slots, manner),
    )
    return Told(
        language=voice.language,
        subject=_cut(words["subject"].format(name=name, team=clean(team)), LONGEST_SUBJECT),
        name=name,
        reason=reason,
        summary=clean(request.summary),
        facts=tuple((label, text) for label, text in facts if text),
        messages_label=words["messages"],
        messages=tuple((_time(line.at_ms, manner), clean(line.text)) for line in handoff.messages),
        link_label=words["link"],
        link=conversation_url(voice.inbox, handoff),
    )


def plain(told: Told) -> str:
    """Write it as plain text."""
    lines = [f"{label}: {text}" for label, text in told.facts]
    if told.messages:
        lines += ["", f"{told.messages_label}:"]
        lines += [f"[{at}] {text}" for at, text in told.messages]
    if told.link:
        lines += ["", f"{told.link_label}: {told.link}"]
    return "\n".join(lines)


def conversation_url(inbox: str, handoff: Handoff) -> str:
    """Give the address of a conversation in the inbox; empty without a public address."""
    if not inbox:
        return ""
    # the inbox' place in the address bar: `<bot>/<view>/<conversation>` (web/place.ts)
    return f"{inbox.rstrip('/')}/{handoff.bot}/all/{quote(handoff.ticket, safe='')}"


def reason_in_words(request: HandoffRequested, language: Language) -> str:
    """Say why it came to people; a reason without words of its own is said as it is."""
    return _REASONS[language].get(request.reason) or clean(request.reason)


def clean(text: str) -> str:
    """Take out what is no visible text (controls, line ends, marks of direction), join blanks."""
    visible = (" " if _is_hidden(character) else character for character in text)
    return " ".join("".join(visible).split())


_HIDDEN = frozenset({"Cc", "Cs", "Zl", "Zp"})
_DIRECTION = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Unicode, "Bidirectional Algorithm": with them a text can be made to read as another. Other marks
of the category Cf stay: they join emoji."""


def _is_hidden(character: str) -> bool:
    return unicodedata.category(character) in _HIDDEN or character in _DIRECTION


def _slots(slots: dict[str, Any], manner: Manner) -> Iterator[tuple[str, str]]:
    for key in list(slots)[:MOST_SLOTS]:
        text = clean(filters.show(slots[key], manner))
        if text:
            yield clean(key), _cut(text, LONGEST_VALUE)


def _hours(handoff: Handoff, words: dict[str, str], manner: Manner) -> str:
    if handoff.in_hours:
        return words["in_hours"]
    if not handoff.opens_at_ms:
        return words["out_of_hours"]
    return words["opens"].format(at=_moment(handoff.opens_at_ms, manner))


def _manner(handoff: Handoff, voice: Voice) -> Manner:
    zone = ZoneInfo(voice.time_zone)
    now = dt.datetime.fromtimestamp(handoff.request.at_ms / 1000, zone)
    return Manner(voice.locale, filters.currency_of(voice.locale), now, zone)


def _moment(at_ms: int, manner: Manner) -> str:
    at = dt.datetime.fromtimestamp(at_ms / 1000, manner.time_zone)
    return str(filters.apply("datetime", "", at, manner))


def _time(at_ms: int, manner: Manner) -> str:
    return f"{dt.datetime.fromtimestamp(at_ms / 1000, manner.time_zone):%H:%M}"


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
