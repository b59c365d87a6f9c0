"""Puts what the sampler saw last into gauges: a part of the process, beside the sampler.

Gauges([(watch, Runs(jetstream, bot.token, bot.chatbot.spec)) …], QueueMetrics(registry))
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import structlog

from prosa.contracts.identity import BotToken
from prosa.errors import ProsaError
from prosa.waiting import happened
from services.analytics.console.metrics import QueueMetrics
from services.analytics.console.queues import Sample
from services.analytics.console.runs import Runs
from services.analytics.console.sampler import Watch

log = structlog.get_logger(__name__)

EVERY = timedelta(seconds=5)
"""As often as Prometheus asks, at most."""


class Gauges:
    """Keeps the gauges of all bots (`prosa.service.Part`)."""

    def __init__(
        self,
        bots: Sequence[tuple[Watch, Runs]],
        metrics: QueueMetrics,
        every: timedelta = EVERY,
    ) -> None:
        self._bots = bots
        self._metrics = metrics
        self._every = every.total_seconds()
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Show what is known, again and again."""
        while not self._stopping.is_set():
            for watch, runs in self._bots:
                self._metrics.unknown.labels(watch.bot).set(watch.away)
                if watch.history and not watch.away:
                    show(self._metrics, watch.bot, watch.history[-1])
                await self._show_runs(runs)
            await happened(self._stopping, self._every)

    def stop(self) -> None:
        """Show no more."""
        self._stopping.set()

    async def _show_runs(self, runs: Runs) -> None:
        try:
            rhythms = await runs.look()
        except ProsaError as error:
            log.debug("campaign_runs_unknown", bot=runs.bot, problem=str(error))
            return
        for campaign, rhythm in rhythms.items():
            self._metrics.campaign_ran.labels(runs.bot, campaign).set(rhythm.last_ms / 1000)
            self._metrics.campaign_gap_seconds.labels(runs.bot, campaign).set(rhythm.gap_ms / 1000)


def show(metrics: QueueMetrics, bot: BotToken, sample: Sample) -> None:
    """Put one sample into the gauges."""
    for queue in sample.queues:
        labels = (bot, queue.stream, queue.consumer)
        metrics.waiting.labels(*labels).set(queue.depth)
        metrics.in_hand.labels(*labels).set(queue.in_flight)
        metrics.oldest_seconds.labels(*labels).set(queue.oldest_ms / 1000)
    for store in sample.stores:
        metrics.stored.labels(bot, store.stream).set(store.messages)
        metrics.stored_bytes.labels(bot, store.stream).set(store.bytes)
        metrics.replicas_missing.labels(bot, store.stream).set(
            max(0, store.replicas - store.current)
        )
    metrics.dead_letters.labels(bot).set(sample.dead)
