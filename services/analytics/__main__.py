"""Read the settings, build a keeper for each Chatbot, run until SIGTERM."""

import structlog

from prosa import chatbots, service
from prosa.clock import SystemClock
from prosa.health import Health
from prosa.jetstream.connection import connect
from services.analytics.keeper import Keeper
from services.analytics.metrics import AnalyticsMetrics
from services.analytics.records import Records
from services.analytics.settings import AnalyticsSettings

log = structlog.get_logger(__name__)


async def main(settings: AnalyticsSettings) -> None:
    """Build, join, run."""
    bots = chatbots.load(settings.chatbots, needs=())
    health = Health()
    metrics = AnalyticsMetrics(health.registry)
    parts: list[service.Part] = []
    async with connect(settings.nats, "analytics") as jetstream:
        for bot in bots:
            keeper = Keeper(
                bot,
                settings,
                jetstream=jetstream,
                records=Records(),
                metrics=metrics,
                clock=SystemClock(),
            )
            health.live(f"records {bot.token}", keeper.why_dead)
            health.ready(f"records {bot.token}", keeper.why_unready)
            parts.append(keeper)
        health.ready("nats", lambda: "" if jetstream.connected else "NATS is away")
        await service.run(settings, *parts, health=health)


if __name__ == "__main__":
    service.start("analytics", AnalyticsSettings, main)
