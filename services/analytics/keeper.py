"""Keeps the records of one bot: follows its two streams into the file, and tidies it.

All that touches the file's writer runs in one thread, one thing after another; this part only
decides what is next. When the writer breaks (a full disk, a broken file), readiness and liveness
say why for a moment, then the process ends: DuckDB refuses everything until a process opens the
file anew, and the streams keep what comes meanwhile.
"""

import asyncio
import shutil
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from datetime import timedelta
from functools import partial
from typing import TypeVar

import structlog

from prosa.chatbots import RunningBot
from prosa.clock import Clock
from prosa.contracts import subjects
from prosa.contracts.durations import duration
from prosa.errors import Unavailable
from prosa.health import Progress
from prosa.jetstream.connection import JetStream, Refused, Stored
from prosa.jetstream.follow import follow
from prosa.waiting import happened
from services.analytics import erasure, store, streams
from services.analytics.metrics import AnalyticsMetrics
from services.analytics.records import Records
from services.analytics.settings import AnalyticsSettings
from services.analytics.tidying import Tidying, kept
from services.analytics.writer import Broken, Taken, Writer

log = structlog.get_logger(__name__)

T = TypeVar("T")

LOOK_EVERY = 5.0
"""Seconds between two looks at the streams: how far they are, and whether they are the same."""

ROOM = 64 * 1024 * 1024
"""With less left on the volume nothing is opened: a checkpoint could not be written."""

_LAST_WORDS = timedelta(seconds=12)
"""For so long the health checks say why the process ends; the kubelet asks every 10 s."""

_STILL = timedelta(minutes=2)
_AWAY_PAUSE = 1.0
_MARK_SECONDS = 10.0


class Keeper:
    """The writer of one bot's records, as a part of the process."""

    def __init__(
        self,
        bot: RunningBot,
        settings: AnalyticsSettings,
        *,
        jetstream: JetStream,
        records: Records,
        metrics: AnalyticsMetrics,
        clock: Clock,
        on_erased: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Call `on_erased` with the key of each contact that was erased."""
        self._on_erased = on_erased
        self._bot, self._settings = bot.token, settings
        self._spec = bot.chatbot.spec
        self._jetstream, self._records = jetstream, records
        self._metrics, self._clock = metrics, clock
        self._streams = (subjects.evt_stream(bot.token), subjects.in_stream(bot.token))
        self._folder = settings.analytics_data / bot.token
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"records-{bot.token}")
        self._progress = Progress(_STILL)
        self._stopped = asyncio.Event()
        self._lag: dict[str, int] = {}
        self._broken = ""
        self._waits = "the records are being opened"
        self._opened: store.Opened
        self._writer: Writer
        self._tidying = Tidying(self._folder, bot.token, kept(self._spec), metrics, clock)

    def why_dead(self) -> str:
        """Be a liveness check."""
        return self._broken or self._progress()

    def why_unready(self) -> str:
        """Be a readiness check: opened, unbroken, and not far behind the streams."""
        if reason := self._broken or self._waits:
            return reason
        for stream, lag in self._lag.items():
            if lag > self._settings.analytics_lag:
                return f"{lag} messages of {stream} are not in the records yet"
        return ""

    async def run(self) -> None:
        """Keep records until stopped. Raises Broken, or ConfigError when the file cannot open."""
        try:
            if not await self._room():
                return
            await self._unhurried(self._open)
            self._waits = "the streams were not looked at yet"
            await self._keep()
        except Broken as error:
            await self._say_last_words(str(error))
            raise
        finally:
            self._records.close(self._broken or "the process stops")
            await self._in_thread(self._close)
            self._thread.shutdown()

    def stop(self) -> None:
        """Take no more; what was taken is in the file."""
        self._stopped.set()

    async def with_writer(self, work: Callable[[Writer], T]) -> T:
        """Do something else with the writer, between two batches. Raises Broken."""
        return await self._in_thread(lambda: work(self._writer))

    # --- the loop ---------------------------------------------------------------------------------

    async def _keep(self) -> None:
        while not self._stopped.is_set():
            try:
                await self._follow()
            except Refused as error:
                self._waits = f"a stream is missing: {error}"
                log.warning("stream_missing", bot=self._bot, problem=str(error))
                await self._pause(LOOK_EVERY)
            except Unavailable:
                self._progress.mark()  # NATS is away: nothing to do is no standstill
                await self._pause(_AWAY_PAUSE)

    async def _follow(self) -> None:
        """Read both streams until one of them is another, or its reader has to go elsewhere."""
        loop = asyncio.get_running_loop()
        await self._look()
        look_at = loop.time() + LOOK_EVERY
        evt, inbound = self._streams
        async with (
            aclosing(self._read(evt, subjects.event(self._bot, "*", "*"))) as facts,
            aclosing(self._read(inbound, subjects.inbound(self._bot, "*"))) as mailbox,
        ):
            while not self._stopped.is_set():
                await self._take(*await asyncio.gather(anext(facts), anext(mailbox)))
                await self._tidy()
                if loop.time() >= look_at:
                    if await self._look():
                        return
                    look_at = loop.time() + LOOK_EVERY

    def _read(self, stream: str, subject: str) -> AsyncGenerator[list[Stored], None]:
        return follow(
            self._jetstream,
            stream,
            subject,
            after=self._writer.readings[stream].sequence,
            limit=self._settings.analytics_batch,
            pause=self._settings.analytics_pause,
        )

    async def _take(self, events: Sequence[Stored], mailbox: Sequence[Stored]) -> None:
        if events or mailbox:
            taken = await self._in_thread(lambda: self._writer.take(events, mailbox))
            self._count(taken, events, mailbox)
        self._progress.mark()

    async def _tidy(self) -> None:
        """Finish erasures at once, and the rest when it is due."""
        if self._writer.erasing:
            await self._unhurried(self._finish_erasures)
        elif work := self._tidying.due(self._settings.analytics_tidy_every):
            await self._unhurried(lambda: work(self._writer))

    async def _look(self) -> bool:
        """See where the streams are; tell whether their readers have to go elsewhere."""
        elsewhere = False
        for stream in self._streams:
            seen = await streams.look(self._jetstream, stream)
            verdict = streams.judge(self._writer.readings[stream], seen)
            if verdict.made_anew:
                log.error("stream_made_anew", stream=stream, before=verdict.before, now=seen.born)
                self._metrics.streams_made_anew.labels(self._bot, stream).inc()
            if verdict.missed:
                log.error("records_missed", stream=stream, sequences=verdict.missed)
                self._metrics.missed.labels(self._bot, stream).inc(verdict.missed)
            if verdict.changes:
                elsewhere = True
                go = partial(self._writer.go_to, stream, verdict)
                await self._in_thread(go)
            lag = max(0, seen.last_sequence - self._writer.readings[stream].sequence)
            self._lag[stream] = lag if seen.messages else 0
            self._metrics.lag.labels(self._bot, stream).set(self._lag[stream])
        self._waits = ""
        self._metrics.free_bytes.labels(self._bot).set(shutil.disk_usage(self._folder).free)
        self._metrics.file_bytes.labels(self._bot, "database").set(store.size(self._opened.file))
        return elsewhere

    def _count(self, taken: Taken, *batches: Sequence[Stored]) -> None:
        self._metrics.commit_seconds.labels(self._bot).observe(taken.seconds)
        for contact in taken.erased:
            self._on_erased(contact)
        for stream, count in taken.messages.items():
            self._metrics.taken.labels(self._bot, stream).inc(count)
        for stream, count in taken.oddities.items():
            self._metrics.oddities.labels(self._bot, stream).inc(count)
        now = self._clock.now_ms()
        for stream, batch in zip(self._streams, batches, strict=True):
            if batch:
                delay = max(0, now - batch[0].at_ms) / 1000
                self._metrics.delay_seconds.labels(self._bot, stream).observe(
                    delay, exemplar=streams.exemplar(batch[0])
                )

    # --- the file ---------------------------------------------------------------------------------

    def _open(self) -> None:
        file = self._folder / "analytics.duckdb"
        opened = store.open_file(file, memory=self._settings.analytics_memory, stamp=self._stamp)
        for aside in opened.recovered:
            what = "log" if ".wal." in aside else "database"
            self._metrics.recoveries.labels(self._bot, what).inc()
        self._use(opened)

    def _use(self, opened: store.Opened) -> None:
        self._opened = opened
        idle = duration(self._spec.session.idle)
        self._writer = Writer(opened.root.cursor(), bot=self._bot, idle=idle)
        self._records.open(opened.root)

    def _finish_erasures(self) -> None:
        """Leave nothing of who was erased in any file; readers wait a moment."""
        erased = self._writer.erasing
        self._tidying.erase_files(self._writer, erased)
        self._records.close("the records are rewritten after an erasure; try again in a moment")
        self._writer.close()
        self._use(store.rewrite(self._opened, memory=self._settings.analytics_memory))
        self._writer.do(lambda c: erasure.finish(c, erased, self._clock.now()))
        self._writer.erasing = []
        self._metrics.erased.labels(self._bot).inc(len(erased))
        log.info("contacts_erased", bot=self._bot, contacts=len(erased))

    def _close(self) -> None:
        if hasattr(self, "_opened"):
            self._writer.close()
            self._opened.close()

    async def _room(self) -> bool:
        """Wait until the volume has room; False when stopped before."""
        self._folder.mkdir(parents=True, exist_ok=True)
        while (free := shutil.disk_usage(self._folder).free) < ROOM:
            self._waits = f"the disk is full: {free // 1024**2} MB are left at {self._folder}"
            self._progress.mark()
            self._metrics.broken.labels(self._bot).set(1)
            if not await self._pause(LOOK_EVERY):
                return False
        self._metrics.broken.labels(self._bot).set(0)
        return True

    # --- pieces -----------------------------------------------------------------------------------

    async def _say_last_words(self, reason: str) -> None:
        self._broken = reason
        self._metrics.broken.labels(self._bot).set(1)
        self._records.close(reason)
        log.error("records_broken", bot=self._bot, reason=reason)
        await self._pause(_LAST_WORDS.total_seconds())

    async def _pause(self, seconds: float) -> bool:
        """Wait; False when stopped meanwhile."""
        return not await happened(self._stopped, seconds)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def _unhurried(self, work: Callable[[], None]) -> None:
        """Do what may take minutes (a long log, a large file to rewrite) and is no standstill."""
        doing = asyncio.ensure_future(self._in_thread(work))
        while not doing.done():
            self._progress.mark()
            await asyncio.wait((doing,), timeout=_MARK_SECONDS)
        await doing
        self._progress.mark()

    def _stamp(self) -> str:
        return self._clock.now().strftime("%Y%m%dT%H%M%S")
