"""What a campaign says: the parameters of its template, and the text for an open service window.

The placeholders and filters are the dialogue's. What fills them is the contact, her search, and
what changed in the catalogue; a value that is not known leaves the contact out, unless `|or:` names
another.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from prosa.contracts.chatbot import Campaign, ChatbotSpec
from prosa.contracts.outbound import Message, Template, Text
from prosa.dialogue import filters, templates
from prosa.dialogue.filters import Manner
from prosa.dialogue.problems import did_you_mean
from prosa.dialogue.templates import BadTemplate, Placeholder

CONTACT_FIELDS: Final = ("name", "phone", "tags", "attributes", "slots")
OF_CATALOGUE: Final = ("item", "items")
OF_PRICE_DROP: Final = ("previous", "price")

_PARAMETER_CHARACTERS = 300
"""Of one parameter; a template's body is at most 1,024 in all (Meta, 132005)."""

_BODY_CHARACTERS = 4096

_YEARS = 9999
"""Numbers up to here are written without a mark at the thousands: most of them are years."""


class Wording(msgspec.Struct, frozen=True):
    """A campaign's texts, parsed; `text` is None without one."""

    name: str
    language: str
    parameters: tuple[templates.Template, ...]
    text: templates.Template | None


class MissingValue(Exception):
    """A placeholder has no value for this contact."""

    def __init__(self, placeholder: str) -> None:
        self.placeholder = placeholder
        super().__init__(f"{{{placeholder}}} has no value")


def parse(campaign: Campaign) -> Wording:
    """Parse a campaign's texts. Raises BadTemplate."""
    template = campaign.template
    return Wording(
        template.name,
        template.language,
        tuple(parsed(text, campaign) for text in template.parameters),
        parsed(campaign.text, campaign) if campaign.text else None,
    )


def parsed(text: str, campaign: Campaign) -> templates.Template:
    """Parse one text of a campaign. Raises BadTemplate."""
    found = templates.parse(text)
    for placeholder in found.placeholders():
        _check(placeholder, campaign)
    return found


def _check(placeholder: Placeholder, campaign: Campaign) -> None:
    known = names(campaign)
    root, snippet = placeholder.path[0], f"{{{placeholder.written}}}"
    if root not in known:
        remedy = did_you_mean(root, known)
        if root in (*OF_CATALOGUE, *OF_PRICE_DROP):
            remedy = "Only a campaign about the catalogue knows what changed in it."
        raise BadTemplate(f"`{root}` is not known here", remedy, snippet)
    if root == "contact" and (
        len(placeholder.path) == 1 or placeholder.path[1] not in CONTACT_FIELDS
    ):
        asked = placeholder.path[1] if len(placeholder.path) > 1 else ""
        raise BadTemplate(
            f"a contact has no `{asked}`", did_you_mean(asked, CONTACT_FIELDS), snippet
        )
    if root == "item" and len(placeholder.path) == 1:
        raise BadTemplate(
            "an item is no text", "Name one of its fields, such as `{item.modelo}`.", snippet
        )
    for each in placeholder.filters:
        if each.name not in filters.FILTERS:
            raise BadTemplate(
                f"there is no filter `{each.name}`",
                did_you_mean(each.name, filters.FILTERS),
                snippet,
            )


def names(campaign: Campaign) -> tuple[str, ...]:
    """Name what the placeholders of a campaign may begin with."""
    trigger = campaign.trigger
    return (
        *("contact", "searched"),
        *(OF_CATALOGUE if trigger.catalogue else ()),
        *(OF_PRICE_DROP if trigger.catalogue == "priceDrop" else ()),
    )


def manner(spec: ChatbotSpec, now: datetime) -> Manner:
    """Say how values are written for a bot's customers."""
    return Manner(spec.locale, filters.currency_of(spec.locale), now, ZoneInfo(spec.time_zone))


def template(wording: Wording, values: Mapping[str, Any], how: Manner) -> Template:
    """Fill the template. Raises MissingValue.

    A parameter is one line without runs of blanks (Meta, 132018).
    """
    body = tuple(
        _shortened(" ".join(_filled(each, values, how).split()), _PARAMETER_CHARACTERS)
        for each in wording.parameters
    )
    for each, text in zip(wording.parameters, body, strict=True):
        if not text:
            raise MissingValue(next((p.written for p in each.placeholders()), ""))
    return Template(name=wording.name, language=wording.language, body=body)


def messages(
    wording: Wording, values: Mapping[str, Any], how: Manner, *, window_open: bool
) -> tuple[tuple[Message, ...], Template | None]:
    """Give the messages and the fallback: her open service window takes the text, if there is one.

    Raises MissingValue.
    """
    approved = template(wording, values, how)
    if wording.text is None or not window_open:
        return (approved,), None
    body = _shortened(_filled(wording.text, values, how), _BODY_CHARACTERS)
    return (Text(body=body),), approved


def _filled(text: templates.Template, values: Mapping[str, Any], how: Manner) -> str:
    return text.render(lambda placeholder: _value(placeholder, values, how))


def _value(placeholder: Placeholder, values: Mapping[str, Any], how: Manner) -> str:
    value = _found(placeholder.path, values)
    for each in placeholder.filters:
        value = filters.apply(each.name, each.argument, value, how)
    shown = filters.show(value, how)
    if not shown.strip():
        raise MissingValue(placeholder.written)
    return shown


def _found(path: tuple[str, ...], values: Mapping[str, Any]) -> Any:
    """Follow a path; `{searched}` alone is the search in words."""
    if path == ("searched",):
        return values.get("searched_words")
    return templates.get(dict(values), path)


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


# --- a search in words ----------------------------------------------------------------------------

_WORDS = {
    "pt": {"atMost": "até {}", "atLeast": "a partir de {}", "not": "menos {}", "or": " ou "},
    "en": {"atMost": "up to {}", "atLeast": "from {}", "not": "not {}", "or": " or "},
}
_BETWEEN = {"pt": "de {} a {}", "en": "from {} to {}"}


def search_words(form: Mapping[str, Any], money: Iterable[str], how: Manner) -> str:
    """Put a search into words, such as `Corolla automático até R$ 90.000`; "" for an empty one.

    `money` names the fields that hold amounts; the name of another number's field is said.
    """
    where = form.get("where")
    if not isinstance(where, Mapping):
        return ""
    amounts = frozenset(money)
    said = (part for field, value in where.items() for part in _said(field, value, amounts, how))
    return " ".join(part for part in said if part)


def _said(field: str, value: Any, amounts: frozenset[str], how: Manner) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield _one(field, value, amounts, how)
        return
    words = _WORDS[how.language]
    for operator, wanted in value.items():
        if operator == "between" and isinstance(wanted, list | tuple) and len(wanted) == 2:  # noqa: PLR2004 - a pair
            low, high = (_amount(field, each, amounts, how) for each in wanted)
            if low and high:
                yield _named(field, _BETWEEN[how.language].format(low, high), wanted[0], amounts)
        elif operator in words and (shown := _amount(field, wanted, amounts, how)):
            yield _named(field, words[operator].format(shown), wanted, amounts)
        elif operator in ("is", "equals", "contains"):
            yield _one(field, wanted, amounts, how)


def _one(field: str, value: Any, amounts: frozenset[str], how: Manner) -> str:
    if isinstance(value, bool):
        return field if value else ""
    if isinstance(value, list | tuple):
        shown = (_amount(field, each, amounts, how) for each in value)
        return _WORDS[how.language]["or"].join(each for each in shown if each)
    return _named(field, _amount(field, value, amounts, how), value, amounts)


def _named(field: str, words: str, value: Any, amounts: frozenset[str]) -> str:
    plain = isinstance(value, int | float) and field not in amounts
    return f"{field} {words}" if plain and words else words


def _amount(field: str, value: Any, amounts: frozenset[str], how: Manner) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        if field in amounts:
            value = filters.apply("money", "", value, how)
        elif abs(value) > _YEARS:
            value = filters.apply("number", "", value, how)
    return filters.show(value, how)


def searched_values(form: Mapping[str, Any]) -> dict[str, Any]:
    """Give what was searched by field, for `{searched.modelo}`; of several values the first."""
    where = form.get("where")
    if not isinstance(where, Mapping):
        return {}
    return {field: _plain(value) for field, value in where.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        value = next(iter(value.values()), None)
    if isinstance(value, list | tuple):
        value = value[0] if value else None
    return value
