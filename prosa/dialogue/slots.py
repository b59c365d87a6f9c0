"""Read a slot's value from what she said, and judge it.

`read` finds a value of the slot's type or nothing; `fault` says why a value will not do.
"""

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import cel
import msgspec

from prosa.contracts.session import Offer
from prosa.dialogue import choices, filters, smalltalk
from prosa.dialogue.conversation import Conversation
from prosa.dialogue.extractors import dates, documents, money, numbers
from prosa.dialogue.extractors.affirmation import read_yes_no
from prosa.dialogue.extractors.normalise import fold
from prosa.dialogue.extractors.when import Impossible, When
from prosa.dialogue.language import Slot
from prosa.dialogue.turns import Utterance

FILES = frozenset({"image", "video", "audio", "document"})
_LARGEST = 10**15
"""Beyond it a JSON number loses digits."""


_READERS: Mapping[str, Callable[[str, str], Any]] = {
    "text": lambda text, _: " ".join(text.split()),
    "yes_no": read_yes_no,
    "email": lambda text, _: documents.read_email(text),
    "cpf": lambda text, _: documents.read_cpf(text),
    "plate": lambda text, _: documents.read_plate(text),
    "phone": documents.read_phone,
    "postal_code": documents.read_postal_code,
}


class Found(msgspec.Struct, frozen=True):
    """A value of the right type."""

    value: Any


class Wrong(msgspec.Struct, frozen=True):
    """Of the right type, and will not do: `phrase` names why, `limit` the bound that it broke."""

    phrase: str
    limit: str = ""


class Tied(msgspec.Struct, frozen=True):
    """It fits several options."""

    offers: tuple[Offer, ...]


class Partly(msgspec.Struct, frozen=True):
    """A day without an hour, or an hour without a day."""

    known: When


class Skipped(msgspec.Struct, frozen=True):
    """She does not mind."""


Reading = Found | Wrong | Tied | Partly | Skipped | None


def read(
    talk: Conversation,
    slot: Slot,
    heard: Utterance,
    *,
    expected: bool,
    among: tuple[Offer, ...] = (),
) -> Reading:
    """Read a value; `expected` when she was asked for it, `among` the options on her screen."""
    reading = _of_type(talk, slot, heard, expected=expected, among=among)
    if isinstance(reading, Found):
        return fault(talk, slot, reading.value) or reading
    return reading


def _of_type(
    talk: Conversation, slot: Slot, heard: Utterance, *, expected: bool, among: tuple[Offer, ...]
) -> Reading:
    text = heard.text
    if slot.type in FILES:
        return _file(slot, heard)
    if slot.type == "location":
        return _location(heard)
    if slot.type == "phone" and heard.phones:
        return Found(heard.phones[0])
    if not text.strip():
        return None
    if slot.type in _READERS:
        value = _READERS[slot.type](text, talk.locale)
        return None if value is None else Found(value)
    match slot.type:
        case "choice":
            return _choice(talk, slot, text, among, expected=expected)
        case "money":
            return _money(talk, slot, text, expected=expected)
        case "number":
            return _number(talk, slot, text, expected=expected)
        case _:
            return _moment(talk, slot, text, expected=expected)


def indifferent(talk: Conversation, heard: Utterance) -> bool:
    """Tell whether she says that she does not mind."""
    return smalltalk.is_kind(heard.text, "indifferent", talk.locale)


def _file(slot: Slot, heard: Utterance) -> Found | None:
    if heard.kind != slot.type or heard.file is None:
        return None
    return Found(msgspec.to_builtins(heard.file))


def _location(heard: Utterance) -> Found | None:
    return Found(msgspec.to_builtins(heard.place)) if heard.place else None


def _choice(
    talk: Conversation, slot: Slot, text: str, among: tuple[Offer, ...], *, expected: bool
) -> Reading:
    options = choices.offers(talk, slot)
    if not expected and choices.names_a_place_only(text, options, talk.locale):
        return None  # "48" is no 48th of a list that is not on her screen
    if among and (narrowed := choices.match(text, among, talk.locale, fuzzy=slot.fuzzy)):
        return _chosen(narrowed)
    if not options:
        return None
    found = choices.match(text, options, talk.locale, fuzzy=slot.fuzzy)
    return _chosen(found) if found else None


def _chosen(found: Offer | tuple[Offer, ...]) -> Reading:
    return Tied(found) if isinstance(found, tuple) else Found(found.value)


def _money(talk: Conversation, slot: Slot, text: str, *, expected: bool) -> Reading:
    amount = money.read_money(
        text, locale=talk.locale, bare_thousands=slot.bare_thousands, expected=expected
    )
    if amount is None:
        return None
    value: Decimal | None = amount.amount
    if slot.bound == "upper":
        value = amount.high if amount.high is not None or not expected else amount.amount
    elif slot.bound == "lower":
        exact = amount.kind == "exact"
        value = None if exact and not expected else amount.low
        value = amount.amount if value is None and expected else value
    return _number_found(value)


def _number(talk: Conversation, slot: Slot, text: str, *, expected: bool) -> Reading:
    value = _beside_unit(slot, text, talk.locale) if slot.units else None
    if value is None and expected:
        value = numbers.read_number(text, talk.locale)
    return _number_found(value)


def _beside_unit(slot: Slot, text: str, locale: str) -> Decimal | None:
    """Read the number beside one of the slot's units: `48x`, `98 mil km`, `a partir de 2018`."""
    units = "|".join(re.escape(fold(unit)) for unit in slot.units)
    digits = r"\d+(?:[.,]\d+)*(?: ?(?:mil|k|thousand)\b)?"
    for pattern in (
        rf"(?<![\w.,])({digits}) ?(?:{units})\b",
        rf"\b(?:{units})(?: de| do| da| of|:)? ?({digits})(?!\w)",
        rf"((?:\b[a-z]+ ){{1,4}})(?:{units})\b",
    ):
        for found in re.finditer(pattern, fold(text)):
            if (value := numbers.read_number(found[1], locale)) is not None:
                return value
    return None


def _number_found(value: Decimal | None) -> Found | None:
    if value is None or not value.is_finite() or abs(value) > _LARGEST:
        return None
    return Found(int(value) if value == value.to_integral_value() else float(value))


def _moment(talk: Conversation, slot: Slot, text: str, *, expected: bool) -> Reading:
    known = talk.partial.get(slot.name)
    found = dates.read_when(
        text,
        now=talk.now,
        locale=talk.locale,
        known=msgspec.convert(known, When) if known else None,
    )
    if found is None:
        return None
    if isinstance(found, Impossible):
        return Wrong(found.reason)
    if expected and slot.type == "datetime" and talk.has(slot.name):
        found = _as_it_was(talk, slot).merge(found)
    if slot.type == "date":
        return Partly(found) if found.date is None else Found(found.date.isoformat())
    if not found.complete:
        return Partly(found)
    return Found(found.instant(talk.scene.time_zone).isoformat())


def _as_it_was(talk: Conversation, slot: Slot) -> When:
    """Give the moment that she changes: `às 16h` keeps the day, `no sábado` the hour."""
    moment = dt.datetime.fromisoformat(talk.slots[slot.name]).astimezone(talk.scene.time_zone)
    return When(date=moment.date(), time=moment.time())


# --- judging --------------------------------------------------------------------------------------


def fault(talk: Conversation, slot: Slot, value: Any) -> Wrong | None:
    """Say why a value will not do; None when it will."""
    wrong: Wrong | None = None
    if slot.type in {"number", "money"}:
        wrong = _out_of_bounds(talk, slot, value)
    elif slot.type == "text":
        wrong = _misshapen(slot, value)
    elif slot.type in {"date", "datetime"}:
        wrong = _untimely(talk, slot, dt.datetime.fromisoformat(value))
    if wrong is None and slot.valid is not None:
        bound = dt.datetime.fromisoformat(value) if slot.type == "datetime" else value
        if not talk.holds(slot.valid, {"value": bound}):
            return Wrong("not_valid")
    return wrong


def _out_of_bounds(talk: Conversation, slot: Slot, value: float) -> Wrong | None:
    name = "money" if slot.type == "money" else "number"
    if not math.isfinite(value):
        return Wrong("wrong_number")
    for bound, phrase, broken in (
        (slot.minimum, "too_small", slot.minimum is not None and value < slot.minimum),
        (slot.maximum, "too_large", slot.maximum is not None and value > slot.maximum),
    ):
        if broken:
            return Wrong(phrase, str(filters.apply(name, "", bound, talk.manner)))
    return None


def _misshapen(slot: Slot, value: str) -> Wrong | None:
    if slot.min_length is not None and len(value) < slot.min_length:
        return Wrong("too_short", str(slot.min_length))
    if slot.max_length is not None and len(value) > slot.max_length:
        return Wrong("too_long", str(slot.max_length))
    if slot.pattern and not cel.evaluate(
        "text.matches(pattern)", {"text": value, "pattern": f"^(?:{slot.pattern})$"}
    ):
        return Wrong("not_valid")
    return None


def _untimely(talk: Conversation, slot: Slot, moment: dt.datetime) -> Wrong | None:
    hours = talk.scene.hours
    if slot.type == "date":
        day = moment.date()
        if slot.only == "future" and day < talk.now.date():
            return Wrong("past")
        if slot.only == "past" and day > talk.now.date():
            return Wrong("not_past")
        return Wrong("closed_then") if slot.within_hours and hours and not hours.of(day) else None
    if slot.only == "future" and moment <= talk.now:
        return Wrong("past")
    if slot.only == "past" and moment > talk.now:
        return Wrong("not_past")
    local = moment.astimezone(talk.scene.time_zone)
    return (
        Wrong("closed_then") if slot.within_hours and hours and not hours.open_at(local) else None
    )
