"""What is done between two batches: erasures to their end, exports, retention.

Each step is in the writer's thread, of seconds at most, and can be repeated: a crash in the middle
leaves it due.
"""

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog

from prosa.clock import Clock
from prosa.contracts.chatbot import ChatbotSpec
from prosa.contracts.durations import duration
from prosa.contracts.identity import BotToken
from services.analytics import exports, retention
from services.analytics.metrics import AnalyticsMetrics
from services.analytics.writer import Writer

log = structlog.get_logger(__name__)

Work = Callable[[Writer], None]


@dataclass(frozen=True)
class Kept:
    """How long records and exports are kept; no time at all: as long as there is room."""

    messages: dt.timedelta
    export: dt.timedelta


def kept(spec: ChatbotSpec) -> Kept:
    """Read it from a Chatbot."""
    retention = spec.components.analytics.retention
    if retention is None:
        return Kept(messages=dt.timedelta(days=365), export=dt.timedelta())
    return Kept(duration(retention.messages), duration(retention.export))


class Tidying:
    """Knows what is due for one bot."""

    def __init__(
        self,
        folder: Path,
        bot: BotToken,
        kept: Kept,
        metrics: AnalyticsMetrics,
        clock: Clock,
    ) -> None:
        self._folder, self._bot, self._kept = folder, bot, kept
        self._metrics, self._clock = metrics, clock
        self._next = 0.0

    @property
    def exports(self) -> Path:
        """Where the Parquet files stand."""
        return self._folder / "export"

    def due(self, every: dt.timedelta) -> Work | None:
        """Give what is to be done now, if anything: one day's export, or the deletions."""
        if time.monotonic() < self._next:
            return None
        self._next = time.monotonic() + every.total_seconds()
        return self.tidy

    def tidy(self, writer: Writer) -> None:
        """Export a day that is due; when none is left, delete what is past its time."""
        now = self._clock.now()
        days = writer.do(lambda c: exports.due(c, now, self._kept.messages))
        if days:
            day = days[0]
            writer.do(lambda c: exports.export(c, self.exports, self._bot, day, now))
            self._metrics.exported.labels(self._bot).inc()
            self._next = 0.0  # the others one by one, so that the streams are read in between
            return
        deleted = writer.do(lambda c: retention.delete_before(c, now - self._kept.messages, now))
        if self._kept.export:
            exports.drop_before(self.exports, (now - self._kept.export).date())
        if deleted:
            log.info("records_deleted", bot=self._bot, rows=deleted)
        self._metrics.file_bytes.labels(self._bot, "export").set(exports.size(self.exports))

    def erase_files(self, writer: Writer, digests: list[str]) -> None:
        """Take contacts whose rows are deleted out of the files, logs put aside included."""
        changed = writer.do(lambda c: exports.erase(c, self.exports, self._bot, digests))
        for broken in self._folder.glob("*.bad-*"):
            broken.unlink()  # the streams hold what it held, but for her
        log.info("exports_erased", bot=self._bot, files=changed)
