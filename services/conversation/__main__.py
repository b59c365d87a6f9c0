"""Builds conversation: a consumer and decisions for each bot, one sentence encoder for all."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta

import aiohttp
import structlog

from prosa import chatbots, service
from prosa.chatbots import RunningBot
from prosa.clock import SystemClock
from prosa.contracts import subjects
from prosa.contracts.catalogue import Item
from prosa.contracts.contact import Contact
from prosa.contracts.durations import duration
from prosa.errors import ProsaError
from prosa.health import Health
from prosa.jetstream.buckets import Bucket
from prosa.jetstream.connection import JetStream, connect
from prosa.jetstream.consumer import Consumer
from prosa.jetstream.dead_letters import DeadLetters
from prosa.jetstream.mailbox import Mailboxes
from prosa.understanding.embedder import Embedder, build_embedder
from prosa.waiting import happened
from services.conversation.catalogue import CatalogueInMemory
from services.conversation.dialogues import Dialogues
from services.conversation.handlers import Conversation
from services.conversation.metrics import ConversationMetrics
from services.conversation.settings import ConversationSettings
from services.conversation.tools import Tools

log = structlog.get_logger(__name__)


class Refresher:
    """A part that looks for a changed dialogue or catalogue now and then."""

    def __init__(
        self, dialogues: Dialogues, catalogue: CatalogueInMemory, every: timedelta
    ) -> None:
        self._dialogues = dialogues
        self._catalogue = catalogue
        self._every = every.total_seconds()
        self._stopped = asyncio.Event()

    async def run(self) -> None:
        """Look until stopped."""
        while not self._stopped.is_set():
            try:
                await self._catalogue.refresh()
                await self._dialogues.refresh()
            except ProsaError as error:
                log.warning("refresh_failed", error=str(error))
            await happened(self._stopped, self._every)

    def stop(self) -> None:
        """Stop looking."""
        self._stopped.set()


async def main(settings: ConversationSettings) -> None:
    """Build, join, run."""
    bots = chatbots.load(settings.chatbots, needs=())
    embedded = any(bot.chatbot.spec.understanding.provider == "embedded" for bot in bots)
    embedder = build_embedder("embedded") if embedded else None
    health = Health()
    metrics = ConversationMetrics(health.registry)
    async with AsyncExitStack() as stack:
        jetstream = await stack.enter_async_context(connect(settings.nats, "conversation"))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        health.ready("nats", lambda: "" if jetstream.connected else "NATS is away")
        parts: list[service.Part] = []
        for bot in bots:
            parts += await build(
                bot,
                settings=settings,
                jetstream=jetstream,
                http=http,
                embedder=embedder,
                metrics=metrics,
                health=health,
            )
        await service.run(settings, *parts, health=health)


async def build(
    running: RunningBot,
    *,
    settings: ConversationSettings,
    jetstream: JetStream,
    http: aiohttp.ClientSession,
    embedder: Embedder | None,
    metrics: ConversationMetrics,
    health: Health,
) -> list[service.Part]:
    """Join the parts of one bot."""
    spec, token, clock = running.chatbot.spec, running.token, SystemClock()
    catalogue = CatalogueInMemory(Bucket(jetstream, subjects.bucket(token, "catalogue"), Item))
    await catalogue.refresh()
    wanted = embedder if spec.understanding.provider == "embedded" else None
    dialogues = Dialogues(running, catalogue, wanted)
    await dialogues.load()
    contacts = Bucket(jetstream, subjects.bucket(token, "contacts"), Contact)
    conversation = Conversation(
        running,
        dialogues=dialogues,
        catalogue=catalogue,
        tools=Tools(http, catalogue),
        contacts=contacts,
        metrics=metrics,
        clock=clock,
    )
    mailboxes = Mailboxes(
        jetstream,
        token,
        contacts,
        conversation,
        clock,
        quiet_time=duration(spec.session.quiet_time),
        max_wait=duration(spec.session.max_wait),
        keep=settings.contacts_in_memory,
    )
    metrics.races.labels(token).set_function(lambda: mailboxes.races)
    metrics.repeats.labels(token).set_function(lambda: mailboxes.repeats)
    consumer = Consumer(
        jetstream,
        service="conversation",
        stream=subjects.in_stream(token),
        names=((subjects.CONVERSATION_CONSUMER, 1),),
        handle=mailboxes.handle,
        dead_letters=DeadLetters(jetstream, token),
        clock=clock,
        limit=settings.turns_in_flight,
    )
    health.live(
        f"mailbox {token}", lambda: "" if consumer.healthy() else "wake-ups in hand do not move"
    )
    return [consumer, Refresher(dialogues, catalogue, settings.refresh)]


if __name__ == "__main__":
    service.start("conversation", ConversationSettings, main)
