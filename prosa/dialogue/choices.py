"""The options of a choice: where they come from, what a tap on one carries, which one is meant.

A payload is `slot=id`; it leads back to the value as long as the option exists.
"""

import re
from typing import Any

from prosa.contracts.session import Offer
from prosa.dialogue import filters, templates
from prosa.dialogue.conversation import Conversation
from prosa.dialogue.extractors import choices as extractor
from prosa.dialogue.extractors.normalise import fold
from prosa.dialogue.extractors.numbers import read_place
from prosa.dialogue.language import FromCatalogue, FromResult, Slot
from prosa.dialogue.speech import ROWS

MAX_OPTIONS = 500
"""Options that are looked at; ten pages of a list are more than anyone turns."""

_WORD = re.compile(r"[a-z0-9]+")
_PAYLOAD = 200  # Meta: a row's id


def offers(talk: Conversation, slot: Slot) -> tuple[Offer, ...]:
    """Give the options of a slot at this moment, in the order of their source."""
    match slot.source:
        case FromCatalogue(field):
            values = talk.scene.vocabulary.get(field, ())
            return _distinct(
                [Offer(f"{slot.name}={value}", value, value) for value in values[:MAX_OPTIONS]],
                slot,
            )
        case FromResult(tool, path):
            items = templates.get(talk.results.get(tool), path)
            if not isinstance(items, list):
                return ()
            return _distinct([_of_item(talk, slot, item) for item in items[:MAX_OPTIONS]], slot)
        case None:
            return tuple(
                Offer(
                    f"{slot.name}={option.id}",
                    talk.text(option.label),
                    option.id,
                    (option.id, *option.words),
                    talk.text(option.description) if option.description else "",
                )
                for option in slot.options
            )


def _of_item(talk: Conversation, slot: Slot, item: Any) -> Offer:
    local = item if isinstance(item, dict) else {"value": item}
    local = {str(key): value for key, value in local.items()}
    label = talk.render(slot.label, local) if slot.label else filters.show(item, talk.manner)
    description = talk.render(slot.description, local) if slot.description else ""
    identity = local.get(slot.key, label)
    return Offer(f"{slot.name}={identity}", " ".join(label.split()), item, (), description)


def _distinct(found: list[Offer], slot: Slot) -> tuple[Offer, ...]:
    """Give numbers to the options whose payload is too long for WhatsApp or taken already."""
    seen: set[str] = set()
    distinct = []
    for place, offer in enumerate(found, start=1):
        payload = offer.payload
        if len(payload) > _PAYLOAD or payload in seen:
            payload = f"{slot.name}=#{place}"
        seen.add(payload)
        if offer.label.strip():
            distinct.append(
                Offer(payload, offer.label, offer.value, offer.words, offer.description)
            )
    return tuple(distinct)


def match(
    text: str, among: tuple[Offer, ...], locale: str, *, fuzzy: bool = True
) -> Offer | tuple[Offer, ...] | None:
    """Find the offer that a text names; several when it fits them equally well."""
    options = [extractor.Option(offer.label, offer.label, offer.words) for offer in among]
    found = extractor.match_choice(text, options, locale, fuzzy=fuzzy)
    if isinstance(found, extractor.Tie):
        places = {options.index(option) for option in found.options}
        tied = tuple(offer for place, offer in enumerate(among) if place in places)
        return tied if len(tied) > 1 else tied[0]
    if found is not None:
        return among[options.index(found)]
    return among if len(among) > 1 and _said_of_all(text, among) else None


def _said_of_all(text: str, among: tuple[Offer, ...]) -> bool:
    """Tell whether a text says only what every label says: `2018`, of two of that year."""
    said = [word for word in _WORD.findall(fold(text)) if len(word) > 2]  # noqa: PLR2004 - o, de
    labels = [set(_WORD.findall(fold(offer.label))) for offer in among]
    return bool(said) and all(word in label for word in said for label in labels)


def on_screen(talk: Conversation, slot: Slot, text: str) -> tuple[Offer, ...]:
    """Give the options to look among first: those of a tie, or for a place those of the page."""
    question = talk.question
    if question is None or question.kind != "slot":
        return ()
    if question.page and read_place(text, talk.locale) is not None:
        start = question.page * (ROWS - 1)
        return (question.offers or offers(talk, slot))[start : start + ROWS]
    return question.offers


def names_a_place_only(text: str, among: tuple[Offer, ...], locale: str) -> bool:
    """Tell whether a text is a place in a list (`2`, `o segundo`) and none of the labels."""
    if read_place(text, locale) is None:
        return False
    said = set(_WORD.findall(fold(text)))
    return not any(
        said.intersection(_WORD.findall(fold(name)))
        for offer in among
        for name in (offer.label, *offer.words)
    )


def by_payload(payload: str, among: tuple[Offer, ...]) -> Offer | None:
    """Find the offer that a tap came from."""
    return next((offer for offer in among if offer.payload == payload), None)
