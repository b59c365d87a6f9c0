"""The channel `whatsapp` through the real sender to the simulator."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from prosa import chatbots
from prosa.clock import SystemClock
from prosa.errors import Reject, RetryLater
from services.handoff.notify.notification import Notification
from services.handoff.notify.whatsapp import WhatsApp
from tests.support.eventually import eventually
from tests.support.sender import World, a_world
from tests.support.simulator import ANA, BRUNO
from tests.unit.handoff_notify.builders import BOT, PORTUGUESE, a_handoff

HANDOFF = {
    "teams": [
        {
            "name": "vendas",
            "notify": {
                "whatsapp": [ANA, BRUNO],
                "whatsappTemplate": {
                    "name": "lembrete",
                    "language": "pt_BR",
                    "parameters": ["{name}", "{summary}"],
                },
            },
        },
        {"name": "sem_modelo", "notify": {"whatsapp": [ANA]}},
    ]
}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(tmp_path, handoff=HANDOFF) as world, world.sender():
        yield world


async def tell(world: World, to: str, team: str = "vendas", *, repeat: bool = False) -> None:
    (bot,) = chatbots.load(world.folder / "chatbots", needs=())
    channel = WhatsApp(world.jetstream, BOT, bot.chatbot.spec, PORTUGUESE, SystemClock())
    told = Notification("notify-1", "whatsapp", to.lstrip("+"), team, a_handoff(), repeat=repeat)
    await channel.deliver(told, no_mark)


async def no_mark() -> None:
    raise AssertionError("an outbound has an id: nothing to mark")


async def test_a_number_that_wrote_lately_gets_all_of_it(world: World) -> None:
    await world.knows(ANA)
    await world.meta.customer_says(ANA, "oi")
    await tell(world, ANA)
    (text,) = await eventually(lambda: world.said_to(ANA))

    assert text.startswith("Atendimento: Maria (vendas)\n")
    assert "Resumo: Quer um Onix até 60 mil" in text


async def test_a_number_that_never_wrote_gets_the_template(world: World) -> None:
    await tell(world, BRUNO)
    (sent,) = await eventually(world.sent)

    assert (sent.message, sent.author, sent.category) == ("template", "platform", "utility")
    (posted,) = await world.posted()
    assert posted["template"]["name"] == "lembrete"


async def test_without_a_template_a_closed_window_is_told_back(world: World) -> None:
    await tell(world, ANA, "sem_modelo")
    (failed,) = await eventually(world.failures)

    assert (failed.outbound, failed.reason) == ("notify-1", "window_closed")


async def test_a_repeat_leaves_once(world: World) -> None:
    await tell(world, BRUNO)
    await eventually(world.sent)
    await tell(world, BRUNO, repeat=True)
    await eventually(world.done)

    assert len(await world.posted()) == 1


async def test_while_nats_is_away_it_is_tried_again(world: World) -> None:
    await world.server.stop()
    with pytest.raises(RetryLater, match="nats_away"):
        await tell(world, ANA)
    await world.server.start()


async def test_what_is_no_number_is_told(world: World) -> None:
    with pytest.raises(Reject, match="country code"):
        await tell(world, "+123")
