"""The last gate, with real documents: who speaks, what she accepts, whether her window is open."""

from pathlib import Path

from prosa.contracts.inbound import SendRefused
from prosa.contracts.outbound import MarkRead, Template, Text
from tests.support.eventually import eventually
from tests.support.sender import (
    ANY_HOUR,
    World,
    a_campaigns_message,
    a_world,
    an_outbound,
    now_ms,
)
from tests.support.simulator import ANA, BRUNO

REMINDER = Template(name="lembrete", language="pt_BR", body=("segunda", "10h"))
COMEBACK = Template(name="volta_ai", language="pt_BR", body=("Ana",))


async def test_a_bots_answer_does_not_talk_over_an_agent(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world, world.sender():
        await world.knows(ANA, owner="human", owner_revision=2)
        await world.queue(
            an_outbound(ANA, Text(body="do robô"), owner_revision=1),
            an_outbound(ANA, Text(body="da Bia"), author="agent", owner_revision=1),
        )

        await eventually(world.done)

        assert await world.said_to(ANA) == ["da Bia"]
        assert [each.reason for each in await world.failures()] == ["owner_changed"]


async def test_outside_her_window_the_fallback_goes_out(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world, world.sender():
        await world.knows(ANA, wrote=False)
        await world.queue(an_outbound(ANA, Text(body="oi"), fallback=REMINDER))

        await eventually(world.done)

        assert await world.said_to(ANA) == ["Seu test drive é segunda às 10h."]


async def test_outside_her_window_nothing_else_does_and_conversation_is_told(
    tmp_path: Path,
) -> None:
    async with a_world(tmp_path) as world, world.sender():
        await world.knows(ANA, wrote=False)
        await world.queue(an_outbound(ANA, Text(body="oi")))

        await eventually(world.done)

        assert await world.posted() == []
        assert [each.reason for each in await world.failures()] == ["window_closed"]
        (fact,) = await world.mailbox(ANA)
        assert isinstance(fact.body, SendRefused)


async def test_marketing_reaches_who_wants_it_and_nobody_else(tmp_path: Path) -> None:
    async with a_world(tmp_path, frequency=ANY_HOUR) as world, world.sender():
        await world.knows(ANA, marketing="granted")
        await world.knows(BRUNO, marketing="stopped")
        for who in (ANA, BRUNO):
            await world.queue(a_campaigns_message(who, COMEBACK))

        await eventually(world.done)

        assert len(await world.said_to(ANA)) == 1
        assert await world.said_to(BRUNO) == []


async def test_the_messaging_limit_holds_campaigns_back_and_answers_not(tmp_path: Path) -> None:
    limits = {"messagesPerSecond": 1000, "contactsPerDay": 1}
    async with a_world(tmp_path, whatsapp={"limits": limits}) as world, world.sender():
        await world.knows(ANA)
        await world.knows(BRUNO, wrote=False)
        await world.queue(an_outbound("+5521977770003", REMINDER, priority="low"))
        await eventually(world.posted)
        await world.queue(
            an_outbound(BRUNO, REMINDER, priority="low"), an_outbound(ANA, Text(body="oi"))
        )

        await eventually(lambda: world.said_to(ANA))

        assert await world.said_to(BRUNO) == []
        assert await world.queued() == 1


async def test_a_read_mark_is_paid_at_once_or_not_at_all(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world, world.sender():
        await world.knows(ANA)
        hers = await world.meta.customer_says(ANA, "oi")
        mark = MarkRead(message=hers, typing=True)
        await world.queue(
            an_outbound(ANA, mark, priority="high"),
            an_outbound(ANA, mark, created_at_ms=now_ms() - 60_000),
        )

        await eventually(world.done)

        assert await _marks(world) == 1


async def test_a_refused_read_mark_is_nobodys_concern(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world, world.sender():
        await world.knows(ANA)
        await world.queue(an_outbound(ANA, MarkRead(message="wamid.unknown"), Text(body="oi")))

        await eventually(world.done)

        assert await world.said_to(ANA) == ["oi"]
        assert await world.dead_letters() == []


async def _marks(world: World) -> int:
    return len(await world.meta.requests("read"))
