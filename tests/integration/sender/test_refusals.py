"""What Meta refuses, by class: waited for, worked around, told or dead-lettered."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from prosa.contracts.inbound import SendRefused
from prosa.contracts.outbound import Template, Text
from tests.support.eventually import eventually
from tests.support.nats import BOT
from tests.support.sender import World, a_world, an_outbound
from tests.support.simulator import ACCESS_TOKEN, ANA, BRUNO

STRANGER = "+5511900000000"


@asynccontextmanager
async def a_meta(answer: Callable[[web.Request], Awaitable[web.Response]]) -> AsyncIterator[str]:
    """Serve one answer in Meta's place, whatever is posted; gives its address."""
    app = web.Application()
    app.router.add_post("/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def test_a_throttled_number_slows_down_and_loses_nothing(tmp_path: Path) -> None:
    texts = [f"{n}" for n in range(5)]
    async with a_world(tmp_path) as world, world.sender() as metrics:
        await world.knows(ANA)
        await world.meta.faults(rate={"next": 2})
        await world.queue(*(an_outbound(ANA, Text(body=text)) for text in texts))

        await eventually(world.done)

        assert await world.said_to(ANA) == texts
        assert metrics.refused.labels(BOT, 130429)._value.get() == 2


async def test_a_throttled_message_waits_as_long_as_meta_asks(tmp_path: Path) -> None:
    asked_at: list[float] = []

    async def busy(_: web.Request) -> web.Response:
        asked_at.append(time.monotonic())
        throttled = {"error": {"code": 130429, "message": "too fast"}}
        return web.json_response(throttled, status=429, headers={"Retry-After": "3"})

    async with a_world(tmp_path) as world, a_meta(busy) as graph:
        await world.knows(ANA)
        world.write_chatbot(whatsapp={"graphUrl": graph})
        async with world.sender():
            await world.queue(an_outbound(ANA, Text(body="oi")))
            await eventually(lambda: len(asked_at) >= 2)

    assert asked_at[1] - asked_at[0] >= 2.9  # the first backoff is a second at most


async def test_metas_trouble_is_waited_for(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world, world.sender():
        await world.knows(ANA)
        await world.meta.faults(error={"next": 4})
        await world.queue(an_outbound(ANA, Text(body="um")))

        await eventually(world.done, within=60)

        assert await world.said_to(ANA) == ["um"]


async def test_an_expired_token_keeps_the_queue_until_the_secret_is_renewed(
    tmp_path: Path,
) -> None:
    async with a_world(tmp_path) as world:
        await world.knows(ANA)
        await world.knows(BRUNO)
        world.write_token("expired")
        async with world.sender() as metrics:
            paused = metrics.paused.labels(BOT, "token")
            await world.queue(*(an_outbound(who, Text(body="oi")) for who in (ANA, BRUNO)))
            await eventually(lambda: paused._value.get() == 1)
            assert await world.queued() == 2

            world.write_token(ACCESS_TOKEN)
            await eventually(world.done, within=60)

        assert paused._value.get() == 0
        assert await world.said_to(ANA) == await world.said_to(BRUNO) == ["oi"]
        assert await world.dead_letters() == []


async def test_a_meta_that_cannot_be_reached_keeps_the_queue(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        await world.knows(ANA)
        graph = world.meta.graph
        world.write_chatbot(whatsapp={"graphUrl": "http://127.0.0.1:9"})
        async with world.sender() as metrics:
            await world.queue(an_outbound(ANA, Text(body="oi")))
            await eventually(lambda: metrics.paused.labels(BOT, "unreachable")._value.get() == 1)

        world.write_chatbot(whatsapp={"graphUrl": graph})
        async with world.sender():
            await eventually(world.done)

        assert await world.said_to(ANA) == ["oi"]


async def test_a_wrong_template_is_a_dead_letter_and_comes_back_by_replay(tmp_path: Path) -> None:
    wrong = Template(name="lembrete", language="pt_BR", body=("segunda",))
    outbound = an_outbound(ANA, Text(body="um"), wrong)
    async with a_world(tmp_path) as world, world.sender():
        await world.knows(ANA)
        await world.queue(outbound, an_outbound(ANA, Text(body="dois")))
        (parked,) = await eventually(world.dead_letters)
        assert parked.letter.reason == "meta_132000"
        assert [(each.index, each.reason) for each in await world.failures()] == [
            (1, "meta_132000")
        ]

        await world.letters.replay(parked.number)
        (again,) = await eventually(world.dead_letters)

        assert again.number > parked.number
        assert await world.said_to(ANA) == ["um", "dois"]


async def test_what_stands_behind_a_dead_letter_goes_on_at_once(tmp_path: Path) -> None:
    wrong = Template(name="unknown", language="pt_BR")
    async with a_world(tmp_path) as world, world.sender() as metrics:
        await world.knows(ANA)
        await world.queue(*(an_outbound(ANA, wrong) for _ in range(5)))
        await world.queue(an_outbound(ANA, Text(body="oi")))

        await eventually(lambda: world.said_to(ANA))

        assert len(await world.dead_letters()) == 5
        assert metrics.put_back.labels(BOT, "behind")._value.get() == 0


async def test_what_is_no_outbound_is_a_dead_letter(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world, world.sender():
        await world.jetstream.publish(f"prosa.{BOT}.out.high.p5519999990001", b"{}")

        (parked,) = await eventually(world.dead_letters)

        assert parked.letter.reason == "undecodable"


async def test_somebody_without_whatsapp_is_marked_in_her_mailbox(tmp_path: Path) -> None:
    template = Template(name="volta_ai", language="pt_BR", body=("Ana",))
    async with a_world(tmp_path) as world, world.sender():
        await world.queue(an_outbound(STRANGER, template))

        (fact,) = await eventually(lambda: world.mailbox(STRANGER))

        assert isinstance(fact.body, SendRefused)
        assert (fact.body.code, fact.body.effect) == (131026, "unreachable")
        await eventually(lambda: _failed(world, "meta_131026"))


async def test_a_window_that_meta_finds_closed_late_is_answered_by_the_fallback(
    tmp_path: Path,
) -> None:
    fallback = Template(name="lembrete", language="pt_BR", body=("segunda", "10h"))
    async with a_world(tmp_path) as world, world.sender():
        await world.knows(ANA)
        await world.meta.advance(25 * 3600)  # Meta's clock alone: our document says it is open
        await world.queue(an_outbound(ANA, Text(body="oi"), fallback=fallback))

        await eventually(lambda: _heard(world, "Seu test drive é segunda às 10h."))

        (fact,) = [each for each in await world.mailbox(ANA) if isinstance(each.body, SendRefused)]
        assert isinstance(fact.body, SendRefused)
        assert fact.body.effect == "window_closed"


async def _heard(world: World, text: str) -> bool:
    return text in await world.said_to(ANA)


async def _failed(world: World, reason: str) -> bool:
    return reason in [each.reason for each in await world.failures()]
