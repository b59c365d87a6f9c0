"""Brings PostgreSQL up to date with one bot: figures, the contact read model, campaigns' results.

It follows: the contacts' bucket by revision, the records by the number of a commit; each pass takes
what changed since the last, in transactions that carry how far they came. PostgreSQL away, or the
records closed, is a pass that is made later: nothing is lost, and the records go on meanwhile.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import structlog
from pydantic import SecretStr

from prosa.chatbots import RunningBot
from prosa.clock import Clock
from prosa.contracts import subjects
from prosa.contracts.contact import Contact
from prosa.errors import Unavailable
from prosa.jetstream.buckets import Bucket, Entry
from prosa.jetstream.connection import JetStream, Refused
from prosa.postgres.database import Database
from services.analytics import figures
from services.analytics.metrics import AnalyticsMetrics
from services.analytics.postgres import contacts, results, rollups
from services.analytics.postgres.database import open_database, reach, reached
from services.analytics.records import Records, TooMuch

log = structlog.get_logger(__name__)

_ROWS = 1_000
"""Contacts or results of one transaction."""

_HOURS = 24
"""Changed hours of one pass: a rebuilt file has a year of them."""

_MINUTES_KEPT = timedelta(days=7)
_AWAY_PAUSE = 3.0

_decode = msgspec.json.Decoder(Contact).decode


class Mirror:
    """A part: PostgreSQL's copy of one bot."""

    def __init__(
        self,
        bot: RunningBot,
        url: Callable[[], SecretStr],
        *,
        jetstream: JetStream,
        records: Records,
        metrics: AnalyticsMetrics,
        clock: Clock,
        every: timedelta,
    ) -> None:
        self._bot, self._url, self._records = bot.token, url, records
        self._zone = ZoneInfo(bot.chatbot.spec.time_zone)
        self._jetstream, self._metrics, self._clock = jetstream, metrics, clock
        self._every = every.total_seconds()
        self._bucket = Bucket(jetstream, subjects.bucket(bot.token, "contacts"), msgspec.Raw)
        self._forgotten: list[str] = []
        self._done_at = time.monotonic()
        self._away = ""
        self._stopped = asyncio.Event()
        metrics.mirror_behind_seconds.labels(self._bot).set_function(
            lambda: time.monotonic() - self._done_at
        )

    def forget(self, contact: str) -> None:
        """Delete a contact that was erased: a pass under way may have written her once more."""
        self._forgotten.append(contact)

    async def run(self) -> None:
        """Follow until stopped. Raises ConfigError for what a person must change."""
        while not self._stopped.is_set():
            try:
                async with open_database(self._url()) as database:
                    await self._follow(database)
            except (Unavailable, TooMuch, Refused) as error:
                self._tell_away(str(error))
                await self._pause(_AWAY_PAUSE)

    def stop(self) -> None:
        """Make no more passes."""
        self._stopped.set()

    async def _follow(self, database: Database) -> None:
        while not self._stopped.is_set():
            more = await self._pass(database)
            self._done_at = time.monotonic()
            if self._away:
                self._away = ""
                log.info("mirror_follows_again", bot=self._bot)
            if not more:
                await self._pause(self._every)

    async def _pass(self, database: Database) -> bool:
        """Take what changed; tell whether there is more."""
        await self._forget(database)
        await self._take_contacts(database)
        with suppress(Unavailable):  # the records are closed for a moment: contacts go on
            await self._take_results(database)
            return await self._roll_up(database)
        return False

    # --- contacts ---------------------------------------------------------------------------------

    async def _forget(self, database: Database) -> None:
        if self._forgotten:
            gone = list(self._forgotten)
            async with database.transaction() as connection:
                await contacts.forget(connection, self._bot, gone)
            del self._forgotten[: len(gone)]

    async def _take_contacts(self, database: Database) -> None:
        source = await self._born()
        async with database.transaction() as connection:
            after = await reached(connection, self._bot, "contacts", source)
            if not after:  # nothing yet of this bucket: what stands there is of another
                await contacts.forget_all(connection, self._bot)
        taken: list[Entry[Contact]] = []
        gone: list[str] = []
        async for key, entry in self._bucket.entries(after=after):
            if entry is None:
                gone.append(key)
            elif document := self._read(key, entry):
                taken.append(document)
            if entry is not None:
                after = entry.revision
            if len(taken) + len(gone) >= _ROWS:
                await self._write_contacts(database, taken, gone, (after, source))
                taken, gone = [], []
        await self._write_contacts(database, taken, gone, (after, source))

    async def _write_contacts(
        self,
        database: Database,
        taken: list[Entry[Contact]],
        gone: list[str],
        place: tuple[int, str],
    ) -> None:
        if not taken and not gone:
            return
        async with database.transaction() as connection:
            await contacts.take(connection, self._bot, taken)
            if gone:
                await contacts.forget(connection, self._bot, gone)
            await reach(connection, self._bot, "contacts", *place)
        self._metrics.mirrored.labels(self._bot, "contacts").inc(len(taken))

    def _read(self, key: str, entry: Entry[msgspec.Raw]) -> Entry[Contact] | None:
        try:
            return Entry(_decode(entry.value), entry.revision)
        except msgspec.MsgspecError as error:
            log.warning("contact_unreadable", bot=self._bot, contact=key, problem=str(error))
            return None

    async def _born(self) -> str:
        """Name the bucket as it is: one made anew begins at revision 1."""
        info = await self._jetstream.api(f"STREAM.INFO.KV_{self._bucket.name}")
        return str(info["created"])

    # --- records ----------------------------------------------------------------------------------

    async def _since(self, database: Database, name: str) -> int:
        """Give the last commit that was followed; 0 when the file is a younger one."""
        async with database.transaction() as connection:
            changed = await reached(connection, self._bot, name)
        (row,) = await self._records.query(figures.LAST_COMMIT)
        return changed if changed <= row["changed"] else 0

    async def _take_results(self, database: Database) -> None:
        changed = await self._since(database, "campaign_results")
        while True:
            (row,) = await self._records.query(
                figures.NEXT_RESULTS, {"changed": changed, "rows": _ROWS}
            )
            if row["changed"] is None:
                return
            stretch = {"changed": changed, "next": row["changed"]}
            rows = await self._records.query(figures.CHANGED_RESULTS, stretch, rows=100_000)
            changed = row["changed"]
            async with database.transaction() as connection:
                await results.take(connection, self._bot, rows)
                await reach(connection, self._bot, "campaign_results", changed)
            self._metrics.mirrored.labels(self._bot, "campaign_results").inc(len(rows))

    async def _roll_up(self, database: Database) -> bool:
        """Count changed hours again, and the days they lie in; tell whether more have changed."""
        changed = await self._since(database, "rollups")
        hours = await self._records.query(
            figures.CHANGED_HOURS, {"changed": changed, "rows": _HOURS}
        )
        days: dict[datetime, datetime] = {}
        for row in hours:
            starts_at = row["hour"].astimezone(UTC)
            ends_at = starts_at + timedelta(hours=1)
            await self._roll(database, "minute", figures.BY_MINUTE, starts_at, ends_at)
            await self._roll(database, "hour", figures.BY_HOUR, starts_at, ends_at)
            for instant in (starts_at, ends_at - timedelta(seconds=1)):
                days.update([self._day(instant)])
        for starts_at, ends_at in days.items():
            await self._roll(database, "day", figures.BY_DAY, starts_at, ends_at)
        if hours:
            async with database.transaction() as connection:
                before = self._clock.now() - _MINUTES_KEPT
                await rollups.drop_minutes(connection, self._bot, before)
                await reach(connection, self._bot, "rollups", hours[-1]["changed"])
        return len(hours) >= _HOURS

    async def _roll(
        self, database: Database, period: str, sql: str, starts_at: datetime, ends_at: datetime
    ) -> None:
        stretch: dict[str, Any] = {"starts_at": starts_at, "ends_at": ends_at}
        rows = await self._records.query(sql, stretch, rows=100_000)
        async with database.transaction() as connection:
            await rollups.replace(
                connection, self._bot, period, starts_at=starts_at, ends_at=ends_at, rows=rows
            )
        self._metrics.mirrored.labels(self._bot, "rollups").inc(len(rows))

    def _day(self, instant: datetime) -> tuple[datetime, datetime]:
        """Give the bot's day around an instant, in UTC: 23 to 25 hours long."""
        local = instant.astimezone(self._zone)
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        following = (midnight + timedelta(days=1)).replace(tzinfo=self._zone)
        return midnight.astimezone(UTC), following.astimezone(UTC)

    # --- pieces -----------------------------------------------------------------------------------

    def _tell_away(self, reason: str) -> None:
        if not self._away:
            log.warning("mirror_waits", bot=self._bot, reason=reason)
        self._away = reason

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopped.wait()
