"""The table `notifications`: rows are made with their ticket, claimed by one worker, and settled.

A claim is a lease by the database's clock: a worker that dies leaves the row to the next one when
the lease has ended, and one that was frozen finds its claim gone before it does what cannot be
undone (`mark`).
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Literal, TypeAlias

import asyncpg
import msgspec
import structlog

from prosa.contracts.events import HandoffRequested, SendFailed
from prosa.contracts.identity import BotToken, ContactKey
from prosa.postgres.database import away_told
from prosa.postgres.pool import Pool
from services.handoff.notify.notification import (
    ChannelName,
    Handoff,
    LeaseLost,
    Planned,
    read_outbound_id,
)

log = structlog.get_logger(__name__)

Connection: TypeAlias = (
    "asyncpg.Connection[Any] | asyncpg.pool.PoolConnectionProxy[Any]"  # generic for mypy only
)

NOTIFICATION_HEADER = "Prosa-Notification"
"""Header of a replayed HandoffRequested that names the one row to tell again."""

REMEMBERED = timedelta(days=8)
"""How long a delivered notification keeps what it told: as long as a WhatsApp message can still
turn out not to have left."""

_PATIENCE_SECONDS = 5.0


class Claimed(msgspec.Struct, frozen=True):
    """A row in this worker's hands; `was` is the state in which it was found."""

    id: str
    claim: str
    channel: ChannelName
    target: str
    team: str
    contact: ContactKey
    handoff: Handoff
    was: Literal["pending", "claimed", "sending", "failed"]
    attempts: int
    unanswered: int
    deaths: int
    last_error: str
    age_seconds: float


# --- with the ticket: in a transaction of the caller's --------------------------------------------


async def insert(connection: Connection, rows: Iterable[Planned]) -> int:
    """Make the rows of a ticket, in the transaction that opens it; those that are there stay.

    Gives how many are new.
    """
    made = 0
    for row in rows:
        made += _count(
            await connection.execute(
                "insert into notifications"
                " (id, bot, ticket, event, contact, team, channel, target, handoff)"
                " values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing",
                row.id,
                row.handoff.bot,
                row.handoff.ticket,
                row.handoff.request.id,
                row.handoff.request.contact,
                row.team,
                row.channel,
                row.target,
                row.handoff,
            )
        )
    return made


async def reopen(
    connection: Connection, bot: BotToken, event: HandoffRequested, *, only: str
) -> int:
    """Make the dead row of a HandoffRequested that came back by replay due again.

    `only` is the value of its header `NOTIFICATION_HEADER`, which names the row whose letter was
    replayed; it is empty when the event was merely redelivered, and nothing happens. Gives 1 or 0.
    """
    return _count(
        await connection.execute(
            "update notifications set state = 'pending', attempts = 0, unanswered = 0,"
            " next_at = now(), changed_at = now()"
            " where bot = $1 and event = $2 and state = 'dead' and id = $3",
            bot,
            event.id,
            only,
        )
    )


async def refused(connection: Connection, bot: BotToken, failed: SendFailed) -> bool:
    """Take back the delivery of a WhatsApp notification that the sender could not send.

    Gives whether the SendFailed was about one. One about a message before a replay is passed over.
    """
    named = read_outbound_id(failed.outbound)
    if named is None:
        return False
    notification, replays = named
    taken_back = _count(
        await connection.execute(
            "update notifications set state = 'failed', last_error = $3, claim = '',"
            " next_at = now(), changed_at = now()"
            " where bot = $1 and id = $2 and state = 'delivered' and handoff is not null"
            " and deaths = $4",
            bot,
            notification,
            f"whatsapp_{failed.reason}",
            replays,
        )
    )
    return taken_back > 0


# --- the notifier's -------------------------------------------------------------------------------


class Rows:
    """The rows of one bot, as its notifier works them off. All raise Unavailable."""

    def __init__(self, pool: Pool, bot: BotToken) -> None:
        self._pool = pool
        self._bot = bot

    async def claim(self, token: str, limit: int, lease: timedelta) -> list[Claimed]:
        """Take up to `limit` rows that are due, the longest due first, for the time of a lease.

        A row that had failed is taken to be parked, not to be tried: it counts no attempt.
        """
        with away_told():
            rows = await self._pool.fetch(
                "with due as ("
                " select id, state from notifications where bot = $1 and next_at <= now()"
                " and state in ('pending', 'claimed', 'sending', 'failed')"
                " order by next_at limit $2 for update skip locked)"
                " update notifications n set claim = $3, next_at = now() + $4, changed_at = now(),"
                " state = case when due.state = 'failed' then 'failed' else 'claimed' end,"
                " attempts = n.attempts + (due.state <> 'failed')::integer,"
                " unanswered = n.unanswered + (due.state = 'sending')::integer"
                " from due where n.id = due.id"
                " returning n.id, n.claim, n.channel, n.target, n.team, n.contact, n.handoff,"
                " due.state as was, n.attempts, n.unanswered, n.deaths, n.last_error,"
                " extract(epoch from now() - n.created_at)::float8 as age_seconds",
                self._bot,
                limit,
                token,
                lease,
                timeout=_PATIENCE_SECONDS,
            )
        return [claimed for row in rows if (claimed := _read(dict(row))) is not None]

    async def mark(self, row: Claimed, lease: timedelta) -> None:
        """Write down that the row is being handed over. Raises LeaseLost."""
        if not await self._settle(
            row, "state = 'sending', next_at = now() + $3", lease, held="state = 'claimed'"
        ):
            raise LeaseLost(row.id)

    async def delivered(self, row: Claimed) -> bool:
        """Write down a delivery, whoever has the row by now; gives whether it is the first."""
        with away_told():
            done = await self._pool.execute(
                "update notifications set state = 'delivered', claim = '', last_error = '',"
                " changed_at = now() where id = $1 and state <> 'delivered'",
                row.id,
                timeout=_PATIENCE_SECONDS,
            )
        return _count(done) > 0

    async def postpone(self, row: Claimed, after: timedelta, why: str, *, unanswered: int) -> bool:
        """Give the row back until `after`; gives whether it was still ours."""
        return await self._settle(
            row,
            "state = 'pending', claim = '', next_at = now() + $3, last_error = $4, unanswered = $5",
            after,
            why,
            unanswered,
        )

    async def give_up(self, row: Claimed, why: str) -> bool:
        """Write down that the row is not tried again; gives whether it was still ours."""
        return await self._settle(row, "state = 'failed', last_error = $3", why)

    async def bury(self, row: Claimed) -> bool:
        """Write down that the row's dead letter is parked; gives whether it was still ours."""
        return await self._settle(row, "state = 'dead', claim = '', deaths = deaths + 1")

    async def oldest_seconds(self) -> float:
        """Give the age of the oldest row that is neither delivered nor dead; 0 without one."""
        with away_told():
            age = await self._pool.fetchval(
                "select extract(epoch from now() - min(created_at))::float8 from notifications"
                " where bot = $1 and state in ('pending', 'claimed', 'sending', 'failed')",
                self._bot,
                timeout=_PATIENCE_SECONDS,
            )
        return float(age or 0.0)

    async def forget(self) -> int:
        """Forget what was told `REMEMBERED` ago."""
        with away_told():
            done = await self._pool.execute(
                "update notifications set handoff = null where bot = $1 and state = 'delivered'"
                " and handoff is not null and changed_at < now() - $2::interval",
                self._bot,
                REMEMBERED,
                timeout=_PATIENCE_SECONDS,
            )
        return _count(done)

    async def _settle(self, row: Claimed, change: str, *values: object, held: str = "true") -> bool:
        with away_told():
            done = await self._pool.execute(
                f"update notifications set {change}, changed_at = now()"  # noqa: S608 - all three are written in this module
                f" where id = $1 and claim = $2 and {held}",
                row.id,
                row.claim,
                *values,
                timeout=_PATIENCE_SECONDS,
            )
        return _count(done) > 0


def _read(row: dict[str, Any]) -> Claimed | None:
    """Read a claimed row; one of a newer version's shape is left until its lease ends."""
    try:
        return msgspec.convert(row, Claimed)
    except msgspec.ValidationError as error:
        problem = str(error)  # names the field, not its value
        log.warning("notification_unreadable", notification=row["id"], problem=problem)
        return None


def _count(command: str) -> int:
    """Read how many rows a command touched: `UPDATE 2`, `INSERT 0 1`."""
    return int(command.rpartition(" ")[2])
