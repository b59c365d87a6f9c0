"""What became of a campaign's messages: the roll-up that analytics writes, and our own ledger."""

from datetime import datetime

import msgspec

from prosa.contracts.identity import BotToken
from services.campaigns.postgres.database import Database, reading_analytics

REPLY_WITHIN = "72 hours"
"""A reply later than this is not counted as an answer to the campaign."""

_COUNTS = f"""
select count(*) filter (where sent_at is not null) as sent,
       count(*) filter (where delivered_at is not null or read_at is not null) as delivered,
       count(*) filter (where read_at is not null) as read,
       count(*) filter (where replied_at - sent_at <= interval '{REPLY_WITHIN}') as replied,
       count(*) filter (where opted_out_at is not null) as opted_out
from analytics.campaign_results
where bot = $1 and campaign = $2 and coalesce(sent_at, failed_at) >= $3
"""  # noqa: S608 - a constant of ours
_BILLED = """
select coalesce(billable_as, '') as billable_as, count(*) as messages
from analytics.campaign_results
where bot = $1 and campaign = $2 and sent_at >= $3
  and (delivered_at is not null or read_at is not null)
group by 1
"""
_FAILED = """
select failed_reason as reason, count(*) as messages
from analytics.campaign_results
where bot = $1 and campaign = $2 and coalesce(sent_at, failed_at) >= $3 and failed_reason <> ''
group by 1 order by 2 desc, 1
"""
_PLANNED = """
select count(*) from ledger where bot = $1 and campaign = $2 and lead and planned_at >= $3
"""


class Counts(msgspec.Struct, frozen=True):
    """A campaign's results since a time; `billed` counts delivered messages by Meta's words."""

    planned: int
    sent: int
    delivered: int
    read: int
    replied: int
    opted_out: int
    failed: dict[str, int]
    billed: dict[str, int]


class Results:
    """The results of one bot's campaigns."""

    def __init__(self, database: Database, bot: BotToken) -> None:
        self._database = database
        self._bot = bot

    async def of(self, campaign: str, since: datetime) -> Counts:
        """Count a campaign's results since a time. Raises ConfigError, Unavailable."""
        which = (self._bot, campaign, since)
        with reading_analytics():
            async with self._database.connection() as connection:
                row = await connection.fetchrow(_COUNTS, *which)
                billed = await connection.fetch(_BILLED, *which)
                failed = await connection.fetch(_FAILED, *which)
                planned = await connection.fetchval(_PLANNED, *which)
        assert row is not None  # noqa: S101 - counts always give a row
        return Counts(
            planned=planned,
            **dict(row),
            failed={each["reason"]: each["messages"] for each in failed},
            billed={each["billable_as"]: each["messages"] for each in billed},
        )
