"""A reply leaves once, whatever dies or keeps silent, and in order."""

import asyncio
from pathlib import Path

import msgspec

from prosa.contracts.outbound import Outbound, Text
from tests.support.eventually import eventually
from tests.support.nats import BOT
from tests.support.sender import World, a_world, an_outbound
from tests.support.simulator import ANA, BRUNO


async def test_an_answer_that_never_comes_is_settled_by_the_status(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world, world.sender(answer_timeout="1s", status_wait="30s"):
        await world.knows(ANA)
        await world.meta.faults(hang={"next": 1})
        await world.queue(an_outbound(ANA, Text(body="um"), Text(body="dois")))

        await eventually(world.done)

        assert await world.said_to(ANA) == ["um", "dois"]
        assert [(each.index, each.ambiguous) for each in await world.sent()] == [
            (0, False),
            (1, False),
        ]


async def test_a_connection_cut_after_accepting_is_settled_by_the_status(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world, world.sender(status_wait="30s"):
        await world.knows(ANA)
        await world.meta.faults(reset={"next": 1})
        await world.queue(an_outbound(ANA, Text(body="um")))

        await eventually(world.done)

        assert await world.said_to(ANA) == ["um"]


async def test_a_5xx_that_hides_a_success_is_settled_by_the_status(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world, world.sender(status_wait="30s", doubt_wait="30s"):
        await world.knows(ANA)
        await world.meta.faults(error={"next": 2, "accepted": True})
        await world.queue(an_outbound(ANA, Text(body="um"), Text(body="dois"), Text(body="três")))

        await eventually(world.done)

        assert await world.said_to(ANA) == ["um", "dois", "três"]


async def test_without_any_status_it_is_sent_again_and_counted(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world, world.sender(answer_timeout="1s") as metrics:
        await world.knows(ANA)
        await world.meta.faults(hang={"next": 1}, silent=True)
        await world.queue(an_outbound(ANA, Text(body="um")))

        await eventually(world.done)

        assert await world.said_to(ANA) == ["um", "um"]
        assert [each.ambiguous for each in await world.sent()] == [True]
        assert metrics.ambiguous.labels(BOT)._value.get() == 1


async def test_a_doubt_holds_up_the_customer_and_nobody_else(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world, world.sender(answer_timeout="1s", status_wait="3s"):
        await world.knows(ANA)
        await world.knows(BRUNO)
        await world.meta.faults(hang={"next": 1}, silent=True)
        await world.queue(an_outbound(ANA, Text(body="um")))
        await eventually(world.posted)
        await world.queue(an_outbound(ANA, Text(body="dois")), an_outbound(BRUNO, Text(body="oi")))

        await eventually(lambda: world.said_to(BRUNO))
        assert "dois" not in await world.said_to(ANA)
        await eventually(world.done)

        assert await world.said_to(ANA) == ["um", "um", "dois"]


async def test_a_sender_killed_in_mid_post_sends_once(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world:
        await world.knows(ANA)
        await world.meta.faults(hang={"next": 1})
        async with world.sender_process() as process:
            await world.queue(an_outbound(ANA, Text(body="um")))
            await eventually(world.posted, within=60)
            process.kill()

        async with world.sender(status_wait="30s"):
            await eventually(world.done, within=60)

        assert await world.said_to(ANA) == ["um"]


async def test_a_sender_killed_under_load_loses_and_repeats_nothing(tmp_path: Path) -> None:
    texts = [f"{n}" for n in range(30)]
    async with a_world(tmp_path) as world:
        await world.knows(ANA)
        await world.knows(BRUNO)
        for text in texts:
            await world.queue(*(an_outbound(who, Text(body=text)) for who in (ANA, BRUNO)))
        for half_way in (5, 20):
            async with world.sender_process(status_wait="10s") as process:
                await eventually(lambda n=half_way: _got(world, n), within=60)  # type: ignore[misc]
                process.kill()

        async with world.sender(status_wait="10s"):
            await eventually(world.done, within=120)

        assert await world.said_to(ANA) == texts
        assert await world.said_to(BRUNO) == texts


async def test_a_sender_that_is_stopped_finishes_what_it_has_begun(tmp_path: Path) -> None:
    texts = [f"{n}" for n in range(20)]
    async with a_world(tmp_path) as world:
        await world.knows(ANA)
        await world.queue(*(an_outbound(ANA, Text(body=text)) for text in texts))
        async with world.sender_process() as process:
            await eventually(lambda: _got(world, 5), within=60)
            process.terminate()
            assert await asyncio.wait_for(process.wait(), timeout=60) == 0

        async with world.sender() as metrics:
            await eventually(world.done)

        assert await world.said_to(ANA) == texts
        assert metrics.ambiguous.labels(BOT)._value.get() == 0


async def _got(world: World, most: int) -> bool:
    return len(await world.said_to(ANA)) >= most


async def test_a_repeat_of_what_was_sent_is_not_sent(tmp_path: Path) -> None:
    outbound = an_outbound(ANA, Text(body="um"))
    async with a_world(tmp_path) as world, world.sender():
        await world.knows(ANA)
        await world.queue(outbound)
        await eventually(world.done)

        await world.queue(_repeated(outbound), an_outbound(ANA, Text(body="dois")))
        await eventually(world.done)

        assert await world.said_to(ANA) == ["um", "dois"]


async def test_a_repeat_of_what_was_never_published_is_sent(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world, world.sender():
        await world.knows(ANA)
        await world.queue(_repeated(an_outbound(ANA, Text(body="um"))))

        await eventually(world.done)

        assert await world.said_to(ANA) == ["um"]


async def test_two_replicas_keep_the_order_of_a_customer(tmp_path: Path) -> None:
    texts = [f"{n}" for n in range(20)]
    async with a_world(tmp_path) as world, world.sender(in_flight=3), world.sender(in_flight=3):
        await world.knows(ANA)
        await world.queue(
            *(
                an_outbound(ANA, Text(body=text), priority="high" if n % 3 else "default")
                for n, text in enumerate(texts)
            )
        )

        await eventually(world.done)

        assert await world.said_to(ANA) == texts


async def test_nats_that_restarts_in_between_changes_nothing(tmp_path: Path) -> None:
    texts = [f"{n}" for n in range(20)]
    async with a_world(tmp_path) as world, world.sender(status_wait="10s"):
        await world.knows(ANA)
        await world.queue(*(an_outbound(ANA, Text(body=text)) for text in texts))
        await eventually(lambda: _got(world, 5))

        await world.server.kill()
        await world.server.start()
        await eventually(lambda: _drained(world), within=120)

        assert await world.said_to(ANA) == texts


async def _drained(world: World) -> bool:
    return world.jetstream.connected and await world.done()


def _repeated(outbound: Outbound) -> Outbound:
    return msgspec.structs.replace(outbound, repeat=True)
