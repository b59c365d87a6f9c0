"""An audience: a CEL condition over one contact, such as `'vip' in contact.tags`.

    now - contact.last_inbound_at > duration('720h') && contact.attributes.cidade == 'Campinas'

What a contact does not have makes the condition false for her, never true and never an error.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from prosa.dialogue import expressions
from prosa.dialogue.expressions import BadExpression, Expression, ExpressionFailed
from prosa.dialogue.problems import did_you_mean

FIELDS: Final = (
    *("name", "phone", "locale", "tags", "attributes", "slots", "marketing", "owner"),
    *("first_inbound_at", "last_inbound_at", "searched", "searched_at", "seen"),
)
"""What a condition may ask of a contact; times are timestamps, or null."""

_NAMES = ("contact", "now")
_FIELD = re.compile(r"\bcontact\s*\.\s*([A-Za-z_]\w*)")
_TEXT = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")


class BadAudience(Exception):
    """A text is no condition over contacts; `remedy` says what to write."""

    def __init__(self, message: str, remedy: str) -> None:
        self.message, self.remedy = message, remedy
        super().__init__(message)


def compile_audience(source: str) -> Expression:
    """Compile a condition. Raises BadAudience."""
    try:
        compiled = expressions.compile_expression(source)
    except BadExpression as error:
        raise BadAudience(
            f"this is no CEL: {error.message} (character {error.column})",
            "Write a condition such as 'vip' in contact.tags.",
        ) from error
    for name in sorted(compiled.names - set(_NAMES)):
        raise BadAudience(
            f"`{name}` is not known here", "A condition asks `contact` and `now`; texts are quoted."
        )
    for function in expressions.unknown_functions(compiled):
        raise BadAudience(
            f"CEL has no function `{function}`", did_you_mean(function, expressions.FUNCTIONS)
        )
    for field in _FIELD.findall(_TEXT.sub("''", source)):
        if field not in FIELDS:
            raise BadAudience(f"a contact has no `{field}`", did_you_mean(field, FIELDS))
    return compiled


def holds(audience: Expression, contact: Mapping[str, Any], now: datetime) -> bool:
    """Tell whether the condition is true of a contact with `FIELDS`."""
    try:
        return expressions.evaluate(audience, {"contact": contact, "now": now}) is True
    except ExpressionFailed:
        return False
