"""The scripted conversations with the examples as `prosa up` runs them, all customers at once."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from prosa.cli import manifests
from prosa.clock import SystemClock
from prosa.jetstream.connection import connect
from prosa.settings import NatsSettings
from tests.conversations import script
from tests.conversations.playing import play
from tests.conversations.script import Script
from tests.integration.conversations import choosing
from tests.integration.conversations.over_http import Business, OverHttp
from tests.support.laptop import laptop

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "manifests" / "examples"
SCRIPTS = {
    name: script.read(ROOT / "tests" / "conversations" / name) for name in ("autocerto", "bakery")
}
AT_ONCE = 24  # the sentence encoder has one core of a laptop to answer them


def playable(bot: str) -> list[Script]:
    return [each for each in SCRIPTS[bot] if choosing.obstacle(each) is None]


@asynccontextmanager
async def open_shops(tmp_path: Path) -> AsyncIterator[Mapping[str, Business]]:
    """Run both examples side by side on one platform, and watch them."""
    now = SystemClock().now()
    bots = tmp_path / "bots"
    for name in SCRIPTS:
        choosing.copied(EXAMPLES / name, bots, now)
    async with laptop(bots, tmp_path / "data") as running:
        cli = running.data / "credentials" / "cli"
        settings = NatsSettings(url=running.ready["nats"], credentials=cli)
        async with connect(settings, "cli") as jetstream, asyncio.TaskGroup() as watching:
            shops = {
                bundle.chatbot.metadata.name: Business(bundle, jetstream, running.simulator)
                for bundle in manifests.read(bots)
            }
            watches = [watching.create_task(shop.witness.watch()) for shop in shops.values()]
            yield shops
            for watch in watches:
                watch.cancel()


async def heard(shops: Mapping[str, Business], scripts: Iterable[tuple[str, Script]]) -> list[str]:
    """Play scripts, each with its own customer; give what was wrong with each that failed."""
    casts = {f"+551198{n:07d}": cast for n, cast in enumerate(scripts)}
    meta = next(iter(shops.values())).meta
    await meta.add_customers(*({"name": "Ana", "phone": phone} for phone in casts))
    turns = asyncio.Semaphore(AT_ONCE)

    async def plays(phone: str, bot: str, conversation: Script) -> str:
        customer = OverHttp(shops[bot], phone)
        try:
            async with turns:
                await play(conversation, customer)
            shown = await customer.shown()
            assert shown == customer.said, f"not each answer once and in order: {shown}"
        except AssertionError as error:
            return f"{bot}: {conversation.conversation}\n{error}"
        return ""

    found = await asyncio.gather(*(plays(phone, *cast) for phone, cast in casts.items()))
    return [each for each in found if each]


def test_most_conversations_can_be_had_at_any_time() -> None:
    assert len(playable("autocerto")) >= 80
    assert len(playable("bakery")) >= 12


@pytest.mark.timeout(600)
async def test_the_examples_serve_all_their_customers_at_once_as_their_scripts_say(
    tmp_path: Path,
) -> None:
    scripts = [(bot, each) for bot in SCRIPTS for each in playable(bot)]

    async with open_shops(tmp_path) as shops:
        faults = await heard(shops, scripts)

    assert not faults, "\n\n".join(faults)
