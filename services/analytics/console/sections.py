"""The sections that the records answer: which statements each asks, and how their answers are laid.

The statements are read once, from the files beside this module.
"""

import asyncio
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from services.analytics.console import asking, shapes
from services.analytics.console.asking import Ask, Statement
from services.analytics.console.shapes import Parts, Row, Setting, Shape

SQL = Path(__file__).parent / "sql"


class Records(Protocol):
    """What answers statements: `services.analytics.records.Records`."""

    async def query(
        self, sql: str, parameters: dict[str, Any], *, rows: int | None = None
    ) -> list[Row]:
        """Give the rows. Raises Unavailable, or TooMuch."""
        ...


class Section(NamedTuple):
    """One page's questions."""

    statements: dict[str, Statement]
    shape: Shape

    async def answer(self, records: Records, ask: Ask, setting: Setting) -> Row:
        """Ask all statements at once and lay out what they say. Raises Unavailable, TooMuch."""
        found = await asyncio.gather(
            *(
                records.query(statement.sql, statement.bound(ask))
                for statement in self.statements.values()
            )
        )
        parts: Parts = dict(zip(self.statements, found, strict=True))
        return self.shape(parts, ask, setting)


class Sections(NamedTuple):
    """All of them, by the name in their address."""

    by_name: dict[str, Section]
    found: Section
    replay: Section

    def statement(self, section: str, part: str, ask: Ask) -> Statement | None:
        """Find the statement behind a table that is asked for as a file."""
        if section == "conversations" and ask.contact:
            return self.replay.statements.get(part)
        if section == "conversations" and ask.q:
            return self.found.statements.get(part)
        known = self.by_name.get(section)
        return known.statements.get(part) if known else None


def load() -> Sections:
    """Read the statements."""
    files = {file.stem: asking.statements(file.read_text()) for file in SQL.glob("*.sql")}
    talk = files.pop("conversations")

    def some(*names: str) -> dict[str, Statement]:
        return {name: talk[name] for name in names}

    laid: dict[str, Shape] = {
        "flows": shapes.flows,
        "intents": shapes.intents,
        "people": shapes.people,
        "campaigns": shapes.campaigns,
        "costs": shapes.costs,
        "data": shapes.data,
    }
    by_name = {name: Section(files[name], shape) for name, shape in laid.items()}
    by_name["conversations"] = Section(some("conversations", "intents"), shapes.listed)
    return Sections(
        by_name=by_name,
        found=Section(some("found", "intents"), shapes.listed),
        replay=Section(some("person", "messages", "turns", "trace", "moves"), shapes.replayed),
    )
