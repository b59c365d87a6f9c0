"""A notifier as a process of its own, to be killed by the tests beside.

Arguments: PostgreSQL's URL is read from standard input, then NATS' URL and the mail server's port,
CA file and password file, or a CRM's chatbots folder.
"""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

import aiohttp
from pydantic import SecretStr

from prosa import chatbots
from prosa.clock import SystemClock
from prosa.jetstream.connection import connect
from prosa.jetstream.dead_letters import DeadLetters
from prosa.postgres import pool
from prosa.settings import NatsSettings
from prosa.telemetry.metrics import Registry
from services.handoff.notify.mail import Mail
from services.handoff.notify.metrics import NotificationMetrics
from services.handoff.notify.notification import Channel, ChannelName
from services.handoff.notify.notifier import Notifier
from services.handoff.notify.postgres import Rows
from services.handoff.notify.settings import SmtpSettings
from services.handoff.notify.webhook import Webhook
from services.handoff.notify.wording import Voice

VOICE = Voice("pt-BR", "America/Sao_Paulo")


async def main(nats: str, folder: Path, port: int) -> None:
    """Notify until killed."""
    (bot,) = chatbots.load(folder / "chatbots", needs=())
    smtp = SmtpSettings(
        host="localhost",
        port=port,
        tls="none",
        sender="bot@shop.example",
        timeout=timedelta(minutes=1),
    )
    async with (
        connect(NatsSettings(url=nats), "handoff") as jetstream,
        pool.connect(SecretStr(sys.stdin.readline().strip()), "handoff") as connections,
        aiohttp.ClientSession() as http,
    ):
        channels: dict[ChannelName, Channel] = {
            "email": Mail(smtp, VOICE, SystemClock()),
            "webhook": Webhook(http, bot, VOICE, SystemClock()),
        }
        notifier = Notifier(
            bot=bot.token,
            rows=Rows(connections, bot.token),
            channels=channels,
            dead_letters=DeadLetters(jetstream, bot.token),
            metrics=NotificationMetrics(Registry()),
            clock=SystemClock(),
            chance=lambda: 0.0,
            lease=timedelta(seconds=3),
        )
        await notifier.run()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))
