"""One team for the package: an inbox with 5,000 old conversations, between the real services.

The simulator answers for Meta, so templates and files are real; nothing takes what agents send out
of its stream, where the tests read it.
"""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from prosa.web.pages import ASSETS
from tests.browser.inbox.desk import Desk
from tests.browser.inbox.past import CONVERSATIONS, remember
from tests.support.handoff import Inbox, World, a_world
from tests.support.simulator import simulator

TEAM = {
    "teams": [{"name": "vendas"}, {"name": "financeiro"}],
    "cannedReplies": [
        {"name": "ola", "text": "Olá, {name}! Aqui é {agent}."},
        {"name": "horario", "text": "Atendemos de segunda a sábado, das 9h às 18h."},
    ],
    "satisfaction": {"ask": "Como foi o atendimento?"},
}


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def house(
    assets: None, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[World, Inbox]]:
    folder = tmp_path_factory.mktemp("inbox")
    async with simulator() as meta, a_world(folder) as world:
        world.write_chatbot(graph=meta.graph, **TEAM)
        async with world.handoff(assets=ASSETS) as inbox:
            await remember(inbox.database, CONVERSATIONS)
            yield world, inbox


@pytest_asyncio.fixture(loop_scope="session")
async def desk(house: tuple[World, Inbox], browser: Browser) -> AsyncIterator[Desk]:
    own = Desk(browser, *house)
    yield own
    await own.close()
    assert own.reports == []
