"""Serves the console beside the writers, and waits for PostgreSQL without them.

Sign-in needs PostgreSQL; records do not. So a process that starts while PostgreSQL is away keeps
records at once, and opens the console when it can.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress

import structlog

from prosa import settings as settings_module
from prosa import signin
from prosa.chatbots import RunningBot
from prosa.clock import Clock
from prosa.contracts.identity import BotToken
from prosa.errors import Unavailable
from prosa.jetstream.connection import JetStream
from prosa.service import Part
from prosa.telemetry.metrics import Registry
from prosa.webserver import WebServer
from services.analytics.console.app import app
from services.analytics.console.gauges import Gauges
from services.analytics.console.metrics import QueueMetrics
from services.analytics.console.runs import Runs
from services.analytics.postgres.database import open_database
from services.analytics.records import Records
from services.analytics.search import Search
from services.analytics.settings import AnalyticsSettings

log = structlog.get_logger(__name__)

_AWAY_PAUSE = 3.0


class Pages:
    """The console of all bots, as a part of the process."""

    def __init__(
        self,
        bots: Sequence[RunningBot],
        records: Mapping[BotToken, Records],
        searches: Mapping[BotToken, Search],
        *,
        settings: AnalyticsSettings,
        jetstream: JetStream,
        registry: Registry,
        clock: Clock,
    ) -> None:
        self._bots, self._records, self._searches = bots, records, searches
        self._settings, self._jetstream, self._clock = settings, jetstream, clock
        self._registry = registry
        self._queue_metrics = QueueMetrics(registry)
        self._parts: list[Part] = []
        self._stopped = asyncio.Event()
        self._waits = "not listening yet"

    def why_unready(self) -> str:
        """Be a readiness check."""
        return self._waits

    async def run(self) -> None:
        """Serve until stopped. Raises ConfigError for what a person must change."""
        if not await self._postgres():
            return
        url = self._settings.database_url()
        own = settings_module.load(signin.SignInSettings)
        async with signin.open(own, url, self._clock, registry=self._registry) as door:
            self._parts = self._build(door)
            if self._stopped.is_set():
                return
            async with asyncio.TaskGroup() as group:
                for part in self._parts:
                    group.create_task(part.run())

    def stop(self) -> None:
        """Take no more requests; answers in hand are given."""
        self._stopped.set()
        for part in self._parts:
            part.stop()

    def _build(self, door: signin.SignIn) -> list[Part]:
        console = app(
            self._bots,
            self._records,
            self._jetstream,
            door,
            self._clock,
            meanings=self._searches,
        )
        watched = [
            (watch, Runs(self._jetstream, bot.token, bot.chatbot.spec))
            for watch, bot in zip(console.sampler.watches, self._bots, strict=True)
        ]
        server = WebServer(
            console,
            self._settings.analytics_host,
            self._settings.analytics_port,
            setting="PROSA_ANALYTICS_PORT",
            grace=self._settings.grace,
        )
        log.info("listening", port=server.port)
        self._waits = ""
        return [server, console.sampler, Gauges(watched, self._queue_metrics)]

    async def _postgres(self) -> bool:
        """Wait until PostgreSQL answers; False when stopped before."""
        while not self._stopped.is_set():
            try:
                async with open_database(self._settings.database_url()):
                    return True
            except Unavailable as error:
                self._waits = f"the console waits: {error}"
                with suppress(TimeoutError):
                    async with asyncio.timeout(_AWAY_PAUSE):
                        await self._stopped.wait()
        return False
