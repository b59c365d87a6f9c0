"""Read the settings, build the parts of each Chatbot, join them, run until SIGTERM."""

import structlog

from prosa import chatbots, service
from prosa.chatbots import RunningBot
from prosa.clock import SystemClock
from prosa.health import Health
from prosa.jetstream.connection import JetStream, connect
from prosa.understanding.embedder import Embedder, build_embedder
from services.analytics.embedding import Embedding
from services.analytics.keeper import Keeper
from services.analytics.metrics import AnalyticsMetrics
from services.analytics.mirror import Mirror
from services.analytics.pages import Pages
from services.analytics.records import Records
from services.analytics.search import Search
from services.analytics.settings import AnalyticsSettings

log = structlog.get_logger(__name__)


async def main(settings: AnalyticsSettings) -> None:
    """Build, join, run."""
    bots = chatbots.load(settings.chatbots, needs=())
    settings.database_url()  # a missing file is told now, a server that is away is waited for
    embedder = _embedder(bots)
    health, clock = Health(), SystemClock()
    metrics = AnalyticsMetrics(health.registry)
    records = {bot.token: Records() for bot in bots}
    searches = {
        bot.token: Search(bot.token, records[bot.token], _its(bot, embedder), metrics)
        for bot in bots
    }
    async with connect(settings.nats, "analytics") as jetstream:
        pages = Pages(
            bots,
            records,
            {token: search for token, search in searches.items() if search.by_meaning},
            settings=settings,
            jetstream=jetstream,
            registry=health.registry,
            clock=clock,
        )
        parts: list[service.Part] = [pages]
        for bot in bots:
            parts += _join(
                bot,
                settings,
                jetstream=jetstream,
                records=records[bot.token],
                search=searches[bot.token],
                embedder=_its(bot, embedder),
                metrics=metrics,
                health=health,
            )
        health.ready("console", pages.why_unready)
        health.ready("nats", lambda: "" if jetstream.connected else "NATS is away")
        await service.run(settings, *parts, health=health)


def _join(
    bot: RunningBot,
    settings: AnalyticsSettings,
    *,
    jetstream: JetStream,
    records: Records,
    search: Search,
    embedder: Embedder | None,
    metrics: AnalyticsMetrics,
    health: Health,
) -> list[service.Part]:
    """Join the parts of one bot, the writer last: it is stopped after those that use it."""
    clock = SystemClock()
    mirror = Mirror(
        bot,
        settings.database_url,
        jetstream=jetstream,
        records=records,
        metrics=metrics,
        clock=clock,
        every=settings.analytics_roll_every,
    )
    keeper = Keeper(
        bot,
        settings,
        jetstream=jetstream,
        records=records,
        metrics=metrics,
        clock=clock,
        on_erased=mirror.forget,
    )
    health.live(f"records {bot.token}", keeper.why_dead)
    health.ready(f"records {bot.token}", keeper.why_unready)
    parts: list[service.Part] = [mirror, keeper]
    if embedder is not None:
        embedding = Embedding(
            bot.token,
            keeper=keeper,
            records=records,
            search=search,
            embedder=embedder,
            metrics=metrics,
            clock=clock,
        )
        parts.insert(0, embedding)
    return parts


def _embedder(bots: tuple[RunningBot, ...]) -> Embedder | None:
    """Load the sentence encoder once, if any bot has one."""
    embedded = any(bot.chatbot.spec.understanding.provider == "embedded" for bot in bots)
    return build_embedder("embedded") if embedded else None


def _its(bot: RunningBot, embedder: Embedder | None) -> Embedder | None:
    return embedder if bot.chatbot.spec.understanding.provider == "embedded" else None


if __name__ == "__main__":
    service.start("analytics", AnalyticsSettings, main)
