"""The inbox's list: a view, a search, page by page, and how many there are.

Pages go by the newest line (`last_at_ms`, then `id`), which an index of each view gives in order.
What an agent may see is part of every question.
"""

import base64
import binascii
from typing import Annotated

import msgspec

from prosa.contracts.identity import BotToken
from prosa.postgres.database import Connection
from services.handoff import tickets, words
from services.handoff.contract import Conversation, View
from services.handoff.postgres.texts import storable
from services.handoff.postgres.tickets import FIELDS, as_ticket
from services.handoff.sight import Sight

MOST = 200

_LATEST_MS = 10**15  # far beyond any time, and within a bigint: a cursor may be made up

_MATCHES = 500
"""Contacts found by what was said, at most."""

_COLUMNS = ", ".join(f"t.{field}" for field in FIELDS)
_VIEWS: dict[View, str] = {
    "queue": "t.status = 'queue'",
    "mine": "t.status = 'open' and t.agent = $2",
    "open": "t.status = 'open'",
    "bot": "t.status = 'closed' and t.outcome = 'returned'",
    "closed": "t.status = 'closed' and t.outcome = 'closed'",
    "all": "true",
}
_SHOWN_IN: dict[tuple[str, str], View] = {
    ("queue", ""): "queue",
    ("open", ""): "open",
    ("closed", "returned"): "bot",
    ("closed", "closed"): "closed",
}
_VISIBLE = "($3::text[] is null or t.team = any($3) or t.agent = $2)"
# Two questions with an index each: joined by `or` they would read every row. Without `materialized`
# the limit tempts the planner into reading all lines, in the hope of meeting enough of them soon.
_SEARCH = (
    "with said as materialized (select e.contact from entries e"  # noqa: S608 - a number of our own
    " where e.bot = $1 and e.words @@ to_tsquery('simple', $4)),"
    " found as (select w.id from tickets w where w.bot = $1"
    " and w.words @@ to_tsquery('simple', $4)"
    " union select s.id from tickets s where s.bot = $1"
    f" and s.contact in (select contact from said limit {_MATCHES}))"
)
_FOUND = "t.id in (select id from found)"


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """The last row of a page."""

    last_at_ms: Annotated[int, msgspec.Meta(ge=0, le=_LATEST_MS)]
    id: str


class Listed(msgspec.Struct, frozen=True):
    """A page of rows, and where the next begins.

    `total` counts what a search or a team leaves; None: all of the view.
    """

    items: tuple[Conversation, ...]
    total: int | None
    next: str | None


async def read(
    connection: Connection,
    bot: BotToken,
    sight: Sight,
    view: View,
    *,
    search: str = "",
    team: str = "",
    cursor: str = "",
    limit: int = 50,
) -> Listed:
    """Read a page of a view. A cursor that is none begins at the front."""
    asked = words.query(search)
    mark = _read_cursor(cursor)
    teams = list(sight.teams) if sight.teams is not None else None
    values: list[object] = [bot, sight.agent, teams, asked, storable(team)]
    where = ["t.bot = $1", _VISIBLE, _VIEWS[view], "($5 = '' or t.team = $5)"]
    where.append(_FOUND if asked else "$4 = ''")
    everything = " and ".join(where)
    narrowed = bool(asked or team)
    before = ""
    if mark is not None:
        before = " and (t.last_at_ms, t.id) < ($6, $7)"
        values += [mark.last_at_ms, storable(mark.id)]
    source, total = "", "null::bigint"
    if narrowed:  # found once: for the page and for its total
        head = f"{_SEARCH}, " if asked else "with "
        source = f"{head}hits as materialized (select t.id from tickets t where {everything}) "  # noqa: S608 - our own conditions
        total, everything = (
            "(select count(*) from hits)",
            "t.bot = $1 and t.id in (select id from hits)",
        )
    rows = await connection.fetch(
        f"{source}select {_COLUMNS}, {total} as total from tickets t"  # noqa: S608 - our own conditions
        f" where {everything}{before}"
        f" order by t.last_at_ms desc, t.id desc limit {min(limit, MOST) + 1}",
        *values,
    )
    found = [as_ticket(row) for row in rows[: min(limit, MOST)]]
    more = len(rows) > len(found)
    return Listed(
        items=tuple(tickets.conversation(ticket) for ticket in found),
        total=(rows[0]["total"] if rows else 0) if narrowed else None,
        next=_cursor(Cursor(found[-1].last_at_ms, found[-1].id)) if more else None,
    )


async def count(
    connection: Connection, bot: BotToken, sight: Sight, *, closed: bool
) -> dict[View, int]:
    """Count the views of what is closed, or of what is not; the others are 0.

    What is closed grows for ever, and to count it is to read an index of all of it.
    """
    rows = await connection.fetch(
        "select t.status, t.outcome, count(*) as number,"  # noqa: S608 - our own conditions
        " count(*) filter (where t.agent = $2) as mine"
        f" from tickets t where t.bot = $1 and {_VISIBLE}"
        f" and t.status {'=' if closed else '<>'} 'closed' group by t.status, t.outcome",
        bot,
        sight.agent,
        list(sight.teams) if sight.teams is not None else None,
    )
    counts: dict[View, int] = dict.fromkeys(_VIEWS, 0)
    for row in rows:
        view = _SHOWN_IN[row["status"], row["outcome"]]
        counts[view] += row["number"]
        counts["all"] += row["number"]
        counts["mine"] += row["mine"] if view == "open" else 0
    return counts


def _cursor(mark: Cursor) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(mark)).decode()


def _read_cursor(text: str) -> Cursor | None:
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(text), type=Cursor) if text else None
    except (ValueError, binascii.Error, msgspec.MsgspecError):
        return None
