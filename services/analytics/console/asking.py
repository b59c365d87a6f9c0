"""What a page asks of the records, read and bounded once, and bound to the statements that answer.

Pure. What a person typed is only ever the value of a parameter: the SQL stands in `sql/`, whole,
and a statement gets the parameters that it names.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from services.analytics.console.periods import Period

PAGE_ROWS = 100
"""Rows of a list on a page."""

FILE_ROWS = 50_000
"""Rows of a file: what a spreadsheet still opens at ease."""

LONGEST_TEXT = 200
"""Characters of a search or a name."""

LOW_SCORE = 0.55
"""Below this an intent was acted on, but barely: a text worth an example."""

TEXTS = ("q", "by", "author", "intent", "contact", "flow", "kind")

_MS_DIGITS = 14
_LEAST_DIGITS = 4
_NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)
_PARAMETER = re.compile(r"\$([a-z_]+)")


class BadQuestion(ValueError):
    """A parameter has no meaning; the message is one word for the page."""


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """One question. Texts are as the person typed them, at most `LONGEST_TEXT` characters.

    `by` says how `q` is searched for: `meaning`, or by its words.
    `before` is the instant (ms) from which a list goes back; 0: from the newest. `idle_before` is
    when a conversation must have fallen silent to count as left: later ones may still go on.
    """

    period: Period
    idle_before: datetime
    q: str = ""
    by: str = ""
    author: str = ""
    intent: str = ""
    contact: str = ""
    flow: str = ""
    kind: str = ""
    before: int = 0
    rows: int = PAGE_ROWS

    def values(self) -> dict[str, Any]:
        """Give every parameter that a statement may name."""
        return {
            "since": self.period.since,
            "until": self.period.until,
            "step": self.period.step,
            "zone": self.period.zone,
            "idle_before": self.idle_before,
            "low": LOW_SCORE,
            "digits": digits(self.q),
            "before": self.before,
            "rows": self.rows,
        } | {name: getattr(self, name) for name in TEXTS}


class Statement(NamedTuple):
    """One statement and the names of its parameters."""

    sql: str
    names: frozenset[str]

    def bound(self, ask: Ask) -> dict[str, Any]:
        """Give the parameters that it takes: DuckDB refuses others."""
        values = ask.values()
        return {name: values[name] for name in self.names}


def statements(text: str) -> dict[str, Statement]:
    """Read a file of statements, each after a line `-- name: …`."""
    _, *parts = _NAME.split(text)
    return {
        name: Statement(sql.strip().rstrip(";"), frozenset(_PARAMETER.findall(sql)))
        for name, sql in zip(parts[::2], parts[1::2], strict=True)
    }


def read(
    asked: Mapping[str, str], period: Period, idle_before: datetime, rows: int = PAGE_ROWS
) -> Ask:
    """Read a page's parameters. Raises BadQuestion."""
    texts = {name: asked.get(name, "").strip() for name in TEXTS}
    if any(len(text) > LONGEST_TEXT or "\0" in text for text in texts.values()):
        raise BadQuestion("too_long")
    before = asked.get("before") or "0"
    if not (before.isascii() and before.isdigit() and len(before) <= _MS_DIGITS):
        raise BadQuestion("bad_cursor")
    return Ask(period=period, idle_before=idle_before, before=int(before), rows=rows, **texts)


def digits(text: str) -> str:
    """Give the figures of what may be a phone number: four at least, and no letters."""
    figures = "".join(each for each in text if each in "0123456789")
    return figures if len(figures) >= _LEAST_DIGITS and not any(map(str.isalpha, text)) else ""
