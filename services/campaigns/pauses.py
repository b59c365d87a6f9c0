"""Pausing: no run plans any more, and what is queued is dropped at the sender's gate at once.

PostgreSQL holds who paused what; the sender reads a copy in its bucket, and pauses by itself what
Meta refuses whole. Whichever of both says "paused" counts, and is copied to the other; who changes
or copies one does it alone, or a look in the middle of a resumption would undo it.
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
        self._database, self._bot = database, bot

    async def find(self, campaign: str) -> Pause | None:
        """Tell whether and why a campaign is paused, and make both places agree."""
        copy = await self._copy(campaign)
        async with self._database.connection() as connection:
            record = await PauseRecords(connection, self._bot).find(campaign)
        if (copy is None) == (record is None):
            return record
        async with self._database.changing_pause(self._bot, campaign) as connection:
            return await self._agree(PauseRecords(connection, self._bot), campaign)

    async def pause(self, campaign: str, pause: Pause) -> None:
        """Pause a campaign."""
        async with self._database.changing_pause(self._bot, campaign) as connection:
            await PauseRecords(connection, self._bot).put(campaign, pause)
            await self._bucket.put(pause_key(campaign), pause)

    async def resume(self, campaign: str) -> bool:
        """Resume a campaign; False when it was not paused. A death in between leaves it paused."""
        async with self._database.changing_pause(self._bot, campaign) as connection:
            records = PauseRecords(connection, self._bot)
            if await self._agree(records, campaign) is None:
                return False
            await self._bucket.delete(pause_key(campaign))
            await records.drop(campaign)
            return True

    async def _copy(self, campaign: str) -> Pause | None:
        entry = await self._bucket.get(pause_key(campaign))
        return entry.value if entry else None

    async def _agree(self, records: PauseRecords, campaign: str) -> Pause | None:
        copy, record = await self._copy(campaign), await records.find(campaign)
        if copy is not None and record is None:
            await records.put(campaign, copy)
        if record is not None and copy is None:  # the bucket forgets after a year
            await self._bucket.put(pause_key(campaign), record)
        return record or copy
