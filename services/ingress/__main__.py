"""Read the settings, build the parts, join them, run until SIGTERM."""

import structlog

from prosa import chatbots, service
from prosa.clock import SystemClock
from prosa.health import Health
from prosa.jetstream.connection import connect
from prosa.webserver import WebServer
from services.ingress.aliases import Aliases
from services.ingress.api import WEBHOOK_PATH, IngressApi
from services.ingress.bots import Bots
from services.ingress.intake import Intake
from services.ingress.metrics import IngressMetrics
from services.ingress.settings import IngressSettings
from services.ingress.webhooks import Webhooks

log = structlog.get_logger(__name__)


async def main(settings: IngressSettings) -> None:
    """Build, join, run."""
    clock = SystemClock()
    health = Health()
    metrics = IngressMetrics(health.registry)
    bots = Bots(chatbots.load(settings.chatbots, needs=("app-secret", "verify-token")))
    async with connect(settings.nats, "ingress") as jetstream:
        intake = Intake(jetstream, Aliases(jetstream, clock), metrics, clock)
        webhooks = Webhooks(bots, intake, metrics, patience=settings.webhook_patience)
        server = WebServer(
            IngressApi(webhooks),
            settings.webhook_host,
            settings.webhook_port,
            setting="PROSA_WEBHOOK_PORT",
            grace=settings.grace,
            concurrency=settings.webhook_concurrency,
        )
        health.ready("nats", lambda: "" if jetstream.connected else "NATS is away")
        health.ready("webhooks", lambda: "" if server.ready else "not listening yet")
        log.info("listening", port=server.port, path=WEBHOOK_PATH)
        await service.run(settings, server, bots, health=health)


if __name__ == "__main__":
    service.start("ingress", IngressSettings, main)
