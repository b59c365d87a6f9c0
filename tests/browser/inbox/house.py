"""One team's inbox with 5,000 old conversations, between the real services.

The simulator answers for Meta, so templates and files are real; nothing takes what agents send out
of its stream, where the tests read it.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from prosa.web.pages import ASSETS
from tests.browser.inbox.past import CONVERSATIONS, remember
from tests.support.handoff import Inbox, World, a_world
from tests.support.simulator import Simulator, simulator

TEAM = {
    "teams": [{"name": "vendas"}, {"name": "financeiro"}],
    "cannedReplies": [
        {"name": "ola", "text": "Olá, {name}! Aqui é {agent}."},
        {"name": "horario", "text": "Atendemos de segunda a sábado, das 9h às 18h."},
    ],
    "satisfaction": {"ask": "Como foi o atendimento?"},
}


@dataclass(frozen=True)
class House:
    """What runs: the streams and the database, Meta, and the inbox."""

    world: World
    meta: Simulator
    inbox: Inbox


@asynccontextmanager
async def a_house(folder: Path) -> AsyncIterator[House]:
    """Run it. The pages must be built."""
    async with simulator() as meta, a_world(folder) as world:
        world.write_chatbot(graph=meta.graph, **TEAM)
        async with world.handoff(assets=ASSETS) as inbox:
            await remember(inbox.database, CONVERSATIONS)
            yield House(world, meta, inbox)
