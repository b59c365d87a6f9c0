"""Pausing: no run plans any more, and what is queued is dropped at the sender's gate at once.

PostgreSQL holds who paused what; the sender reads a copy in its bucket, and pauses by itself what
Meta refuses whole. Whichever of both says "paused" counts, and is copied to the other.
"""

from prosa.contracts import subjects
from prosa.contracts.campaigns import Pause, pause_key
from prosa.contracts.identity import BotToken
from prosa.jetstream.buckets import Bucket
from prosa.jetstream.connection import JetStream
from services.campaigns.postgres.database import Database
from services.campaigns.postgres.runs import PauseRecords


class Pauses:
    """The pauses of one bot's campaigns. All methods raise Unavailable."""

    def __init__(self, jetstream: JetStream, database: Database, bot: BotToken) -> None:
        self._bucket = Bucket(jetstream, subjects.bucket(bot, "campaigns"), Pause)
        self._records = PauseRecords(database, bot)

    async def find(self, campaign: str) -> Pause | None:
        """Tell whether and why a campaign is paused, and make both places agree."""
        entry = await self._bucket.get(pause_key(campaign))
        record = (await self._records.all()).get(campaign)
        if entry is not None and record is None:
            await self._records.put(campaign, entry.value)
        if record is not None and entry is None:  # the bucket forgets after a year
            await self._bucket.put(pause_key(campaign), record)
        return record or (entry.value if entry else None)

    async def pause(self, campaign: str, pause: Pause) -> None:
        """Pause a campaign."""
        await self._records.put(campaign, pause)
        await self._bucket.put(pause_key(campaign), pause)

    async def resume(self, campaign: str) -> bool:
        """Resume a campaign; False when it was not paused. A death in between leaves it paused."""
        if await self.find(campaign) is None:
            return False
        await self._bucket.delete(pause_key(campaign))
        await self._records.drop(campaign)
        return True
