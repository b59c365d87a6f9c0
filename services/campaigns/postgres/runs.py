"""Runs of campaigns, and who paused which."""

from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec

from prosa.contracts.campaigns import Pause
from prosa.contracts.identity import BotToken
from prosa.postgres.database import Connection
from services.campaigns.postgres.database import Database

_BEGIN = "insert into runs (bot, campaign, run, started_at) values ($1, $2, $3, $4)"
_END = """
update runs set ended_at = $4, considered = $5, queued = $6, again = $7, skipped = $8
where bot = $1 and campaign = $2 and run = $3
"""
_LAST = """
select distinct on (campaign)
       campaign, run, started_at, ended_at, considered, queued, again, skipped
from runs where bot = $1
order by campaign, started_at desc
"""
_PAUSE = """
insert into pauses (bot, campaign, at, by, reason) values ($1, $2, $3, $4, $5)
on conflict (bot, campaign) do nothing
"""
_PAUSED = "select at, by, reason from pauses where bot = $1 and campaign = $2"
_RESUME = "delete from pauses where bot = $1 and campaign = $2"


class RunRecord(msgspec.Struct, frozen=True):
    """One run; `ended_at` is None while it works, or when it died."""

    campaign: str
    run: str
    started_at: datetime
    ended_at: datetime | None
    considered: int
    queued: int
    again: int
    skipped: dict[str, int]


class Runs:
    """The runs of one bot's campaigns."""

    def __init__(self, database: Database, bot: BotToken) -> None:
        self._database = database
        self._bot = bot

    async def begin(self, campaign: str, run: str, now: datetime) -> None:
        """Write down that a run has begun."""
        async with self._database.connection() as connection:
            await connection.execute(_BEGIN, self._bot, campaign, run, now)

    async def end(
        self,
        campaign: str,
        run: str,
        now: datetime,
        *,
        considered: int,
        queued: int,
        again: int,
        skipped: Mapping[str, int],
    ) -> None:
        """Write down what a run has done."""
        async with self._database.connection() as connection:
            await connection.execute(
                *(_END, self._bot, campaign, run, now, considered, queued, again, dict(skipped))
            )

    async def last(self) -> dict[str, RunRecord]:
        """Give the last run of each campaign."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(_LAST, self._bot)
        return {row["campaign"]: RunRecord(**row) for row in rows}


class PauseRecords:
    """What is paused, for good: the sender's copy in its bucket is renewed from here."""

    def __init__(self, connection: Connection, bot: BotToken) -> None:
        self._connection = connection
        self._bot = bot

    async def put(self, campaign: str, pause: Pause) -> None:
        """Write down that a campaign is paused; the first who paused it stays named."""
        at = datetime.fromtimestamp(pause.at_ms / 1000, UTC)
        await self._connection.execute(_PAUSE, self._bot, campaign, at, pause.by, pause.reason)

    async def find(self, campaign: str) -> Pause | None:
        """Give a campaign's pause, if it is paused."""
        row = await self._connection.fetchrow(_PAUSED, self._bot, campaign)
        if row is None:
            return None
        return Pause(round(row["at"].timestamp() * 1000), row["by"], row["reason"])

    async def drop(self, campaign: str) -> None:
        """Forget that a campaign is paused."""
        await self._connection.execute(_RESUME, self._bot, campaign)
