"""Every scripted conversation goes as its script says."""

from pathlib import Path

import pytest

from tests.conversations import script
from tests.conversations.in_process import Bot, talking_to
from tests.conversations.playing import play
from tests.conversations.script import Script

HERE = Path(__file__).parent
AUTOCERTO = script.read(HERE / "autocerto")
BAKERY = script.read(HERE / "bakery")


def title(of: Script) -> str:
    return of.conversation


@pytest.mark.parametrize("conversation", AUTOCERTO, ids=title)
async def test_the_dealers_bot_answers_as_a_good_salesperson(
    conversation: Script, autocerto: Bot
) -> None:
    async with talking_to(autocerto, conversation.begins) as driver:
        await play(conversation, driver)


@pytest.mark.parametrize("conversation", BAKERY, ids=title)
async def test_the_bakers_bot_serves_another_trade_in_another_language(
    conversation: Script, bakery: Bot
) -> None:
    async with talking_to(bakery, conversation.begins) as driver:
        await play(conversation, driver)
