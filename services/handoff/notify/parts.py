"""Builds the notifiers: for `__main__`, which joins them to the rest of the service."""

import random

import aiohttp

from prosa.chatbots import RunningBot
from prosa.clock import Clock
from prosa.jetstream.connection import JetStream
from prosa.jetstream.dead_letters import DeadLetters
from prosa.postgres.pool import Pool
from services.handoff.notify.chatwoot import Chatwoot
from services.handoff.notify.mail import Mail
from services.handoff.notify.metrics import NotificationMetrics
from services.handoff.notify.notification import Channel, ChannelName
from services.handoff.notify.notifier import Notifier
from services.handoff.notify.postgres import Rows
from services.handoff.notify.settings import NotifySettings, SmtpSettings
from services.handoff.notify.webhook import Webhook
from services.handoff.notify.whatsapp import WhatsApp
from services.handoff.notify.wording import Voice


def build(
    bot: RunningBot,
    *,
    smtp: SmtpSettings,
    settings: NotifySettings,
    pool: Pool,
    jetstream: JetStream,
    http: aiohttp.ClientSession,
    metrics: NotificationMetrics,
    clock: Clock,
) -> Notifier:
    """Join what notifies for one bot. `http` is a session without cookies, shared by the bots."""
    spec = bot.chatbot.spec
    voice = Voice(spec.locale, spec.time_zone, settings.handoff_url)
    channels: dict[ChannelName, Channel] = {
        "email": Mail(smtp, voice, clock),
        "whatsapp": WhatsApp(jetstream, bot.token, spec, voice, clock),
        "webhook": Webhook(http, bot, voice, clock),
        "chatwoot": Chatwoot(http, bot, voice),
    }
    return Notifier(
        bot=bot.token,
        rows=Rows(pool, bot.token),
        channels=channels,
        dead_letters=DeadLetters(jetstream, bot.token),
        metrics=metrics,
        clock=clock,
        chance=random.SystemRandom().random,
    )
