"""One platform for the package: tests tell their customers apart by phone.

What needs a Chatbot of its own, or breaks servers, makes a world of its own.
"""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.support.handoff import Inbox, World, a_world
from tests.support.simulator import simulator


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[World, Inbox]]:
    async with simulator() as meta, a_world(tmp_path_factory.mktemp("house")) as world:
        world.write_chatbot(
            graph=meta.graph,
            teams=[{"name": "geral"}, {"name": "vendas", "members": ["vera", "nara"]}],
            satisfaction={"ask": "Como foi?", "thanks": "Obrigado!"},
            cannedReplies=[{"name": "horário", "text": "Abrimos às 9h, {name}."}],
        )
        async with world.handoff() as inbox:
            yield world, inbox


@pytest.fixture
def world(house: tuple[World, Inbox]) -> World:
    return house[0]


@pytest.fixture
def inbox(house: tuple[World, Inbox]) -> Inbox:
    return house[1]
