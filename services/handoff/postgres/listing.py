"""The inbox's list: a view, a search, page by page, and how many there are.

Pages go by the newest line (`last_at_ms`, then `id`), which an index of each view gives in order.
What an agent may see is part of every question.
"""

import base64
import binascii
from typing import Annotated

import msgspec

from prosa.contracts.identity import BotToken
from services.handoff import tickets, words
from services.handoff.contract import Conversation, View
from services.handoff.postgres.database import Connection
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
_VISIBLE = "($3::text[] is null or t.team = any($3) or t.agent = $2)"
_FOUND = (
    "(t.words @@ to_tsquery('simple', $4) or t.contact in ("  # noqa: S608 - a number of our own
    "select e.contact from entries e where e.bot = $1"
    f" and e.words @@ to_tsquery('simple', $4) limit {_MATCHES}))"
)


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """The last row of a page."""

    last_at_ms: Annotated[int, msgspec.Meta(ge=0, le=_LATEST_MS)]
    id: str


class Listed(msgspec.Struct, frozen=True):
    """A page of rows, how many the view has, and where the next begins."""

    items: tuple[Conversation, ...]
    total: int
    next: str | None
    counts: dict[View, int]


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
    counts = await _counts(connection, bot, sight)
    total = counts[view]
    if asked or team:
        total = await connection.fetchval(
            f"select count(*) from tickets t where {everything}",  # noqa: S608 - our own conditions
            *values,
        )
    if mark is not None:
        everything += " and (t.last_at_ms, t.id) < ($6, $7)"
        values += [mark.last_at_ms, storable(mark.id)]
    rows = await connection.fetch(
        f"select {_COLUMNS} from tickets t where {everything}"  # noqa: S608 - our own conditions
        f" order by t.last_at_ms desc, t.id desc limit {min(limit, MOST) + 1}",
        *values,
    )
    found = [as_ticket(row) for row in rows[: min(limit, MOST)]]
    more = len(rows) > len(found)
    return Listed(
        items=tuple(tickets.conversation(ticket) for ticket in found),
        total=total,
        next=_cursor(Cursor(found[-1].last_at_ms, found[-1].id)) if more else None,
        counts=counts,
    )


async def _counts(connection: Connection, bot: BotToken, sight: Sight) -> dict[View, int]:
    row = await connection.fetchrow(
        "select"
        + ",".join(f" count(*) filter (where {_VIEWS[view]}) as {view}" for view in _VIEWS)
        + f" from tickets t where t.bot = $1 and {_VISIBLE}",
        bot,
        sight.agent,
        list(sight.teams) if sight.teams is not None else None,
    )
    return {view: row[view] for view in _VIEWS} if row else dict.fromkeys(_VIEWS, 0)


def _cursor(mark: Cursor) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(mark)).decode()


def _read_cursor(text: str) -> Cursor | None:
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(text), type=Cursor) if text else None
    except (ValueError, binascii.Error, msgspec.MsgspecError):
        return None
