"""Conversation in the test's own process: the bot that the Chatbot of a folder says."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from prosa import chatbots
from prosa.health import Health
from prosa.jetstream.connection import connect
from services.conversation.__main__ import build
from services.conversation.metrics import ConversationMetrics
from services.conversation.settings import ConversationSettings
from tests.support.nats import NatsServer


@asynccontextmanager
async def conversation(server: NatsServer, folder: Path) -> AsyncIterator[None]:
    """Run the parts of the only bot in `folder`, on a connection of their own."""
    settings = ConversationSettings(chatbots=folder)
    (bot,) = chatbots.load(settings.chatbots, needs=())
    health = Health()
    async with (
        connect(server.settings, "conversation") as jetstream,
        aiohttp.ClientSession() as http,
        asyncio.TaskGroup() as tasks,
    ):
        parts = await build(
            bot,
            settings=settings,
            jetstream=jetstream,
            http=http,
            embedder=None,
            metrics=ConversationMetrics(health.registry),
            health=health,
        )
        running = [(part, tasks.create_task(part.run())) for part in parts]
        try:
            yield
        finally:
            for part, task in running:
                part.stop()
                await task
