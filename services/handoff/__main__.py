"""Read the settings, build the parts, join them, run until SIGTERM."""

from contextlib import AsyncExitStack
from functools import partial

import aiohttp
import structlog

from prosa import chatbots, service, signin
from prosa import settings as settings_module
from prosa.clock import SystemClock
from prosa.health import Health
from prosa.jetstream.connection import connect
from prosa.jetstream.consumer import Consumer
from prosa.web.pages import Shell
from prosa.webserver import WebServer
from services.handoff.api.app import app
from services.handoff.bot import Shared, join
from services.handoff.metrics import HandoffMetrics
from services.handoff.notify import parts as notify
from services.handoff.notify.metrics import NotificationMetrics
from services.handoff.notify.settings import NotifySettings, SmtpSettings
from services.handoff.postgres.database import open_database
from services.handoff.settings import HandoffSettings

log = structlog.get_logger(__name__)

_CONNECTIONS = 6
_CONNECTIONS_A_BOT = 4  # keeper and publisher hold one each while they work


async def main(settings: HandoffSettings) -> None:
    """Build, join, run."""
    clock, health = SystemClock(), Health()
    metrics = HandoffMetrics(health.registry)
    told = NotificationMetrics(health.registry)
    smtp, notifying = settings_module.load(SmtpSettings), settings_module.load(NotifySettings)
    bots = chatbots.load(settings.chatbots, needs=("access-token",))
    shell = Shell("handoff", "Prosa")
    async with AsyncExitStack() as stack:
        jetstream = await stack.enter_async_context(connect(settings.nats, "handoff"))
        url = settings.database_url()
        database = await stack.enter_async_context(
            open_database(url, size=_CONNECTIONS + _CONNECTIONS_A_BOT * len(bots))
        )
        door = await stack.enter_async_context(
            signin.open(
                settings_module.load(signin.SignInSettings), url, clock, registry=health.registry
            )
        )
        http = await stack.enter_async_context(
            aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        )
        shared = Shared(
            jetstream=jetstream,
            database=database,
            http=http,
            signin=door,
            metrics=metrics,
            clock=clock,
        )
        notifiers = [
            notify.build(
                bot,
                smtp=smtp,
                settings=notifying,
                pool=database.pool,
                jetstream=jetstream,
                http=http,
                metrics=told,
                clock=clock,
            )
            for bot in bots
        ]
        joined = [
            await join(bot, shared, notifier) for bot, notifier in zip(bots, notifiers, strict=True)
        ]
        web = app([bot.served for bot in joined], signin=door, shell=shell, metrics=metrics)
        server = WebServer(
            web,
            settings.handoff_host,
            settings.handoff_port,
            setting="PROSA_HANDOFF_PORT",
            grace=settings.grace,
        )
        health.ready("nats", lambda: "" if jetstream.connected else "NATS is away")
        health.ready("postgres", lambda: database.away)
        health.ready("inbox", lambda: "" if server.ready else "not listening yet")
        for bot in joined:
            for number, consumer in enumerate(bot.consumers):
                name = f"consumer {number} {bot.rules.bot}"
                health.live(name, partial(_moves, consumer))
        log.info("listening", port=server.port)
        await service.run(
            settings,
            *(bot.live for bot in joined),
            server,
            *(part for bot in joined for part in bot.parts),
            *notifiers,
            health=health,
        )


def _moves(consumer: Consumer) -> str:
    return "" if consumer.healthy() else "records in hand do not move"


if __name__ == "__main__":
    service.start("handoff", HandoffSettings, main)
