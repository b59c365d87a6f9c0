"""Campaigns at the last gate, with real documents: once, seldom, and never more than its day."""

from pathlib import Path
from typing import Any

from prosa.contracts import subjects
from prosa.contracts.campaigns import Contacted, outbound_id
from prosa.contracts.outbound import Outbound, Template
from prosa.jetstream.buckets import Bucket
from tests.support.eventually import eventually
from tests.support.nats import BOT
from tests.support.sender import (
    ANY_HOUR,
    World,
    a_campaigns_message,
    a_world,
    key_of,
)
from tests.support.simulator import ANA, BRUNO, CARLA

COMEBACK = Template(name="volta_ai", language="pt_BR", body=("Ana",))
CAPPED: dict[str, Any] = {
    "name": "volta",
    "trigger": {"inactive": "48h"},
    "schedule": "0 9 * * *",
    "template": {"name": "volta_ai", "language": "pt_BR"},
    "maxPerDay": 2,
}


def ours(who: str, campaign: str = "volta", occasion: str = "1", **details: Any) -> Outbound:
    identity = outbound_id(key_of(who), campaign, occasion, 0)
    return a_campaigns_message(
        who, COMEBACK, id=identity, campaign=campaign, occasion=occasion, **details
    )


async def contacted(world: World, who: str) -> list[str]:
    bucket = Bucket(world.jetstream, subjects.bucket(BOT, "campaigns"), Contacted)
    entry = await bucket.get(key_of(who))
    return [each.campaign for each in entry.value.messages] if entry else []


async def test_many_campaigns_at_once_and_two_replicas_reach_her_once(tmp_path: Path) -> None:
    async with a_world(tmp_path, frequency=ANY_HOUR) as world:
        await world.knows(ANA, marketing="granted")
        await world.queue(*(ours(ANA, f"campanha-{n}") for n in range(8)))

        async with world.sender(), world.sender():
            await eventually(world.done)

        assert len(await world.said_to(ANA)) == 1
        assert len(await contacted(world, ANA)) == 1
        assert [each.reason for each in await world.failures()] == ["contacted_recently"] * 7


async def test_a_campaign_stops_at_its_day_on_all_replicas_together(tmp_path: Path) -> None:
    async with a_world(tmp_path, frequency=ANY_HOUR, campaigns=[CAPPED]) as world:
        for who in (ANA, BRUNO, CARLA):
            await world.knows(who, marketing="granted")
            await world.queue(ours(who))

        async with world.sender() as one, world.sender() as other:
            await eventually(lambda: _held_back(one) + _held_back(other) == 1)

        assert len(await world.posted()) == 2
        assert await world.queued() == 1


def _held_back(metrics: Any) -> int:
    return int(metrics.put_back.labels(BOT, "campaign_cap")._value.get())


async def test_what_meta_refuses_counts_for_nothing(tmp_path: Path) -> None:
    async with a_world(tmp_path, frequency=ANY_HOUR) as world, world.sender():
        await world.knows(ANA, marketing="granted")
        await world.meta.verdict(131026, next=1, who=ANA)
        await world.queue(ours(ANA))
        await eventually(world.done)

        assert await contacted(world, ANA) == []


async def test_what_fails_late_counts_for_nothing(tmp_path: Path) -> None:
    async with a_world(tmp_path, frequency=ANY_HOUR) as world, world.sender():
        await world.knows(ANA, marketing="granted")
        await world.meta.verdict(131049, when="status", next=1, who=ANA)
        await world.queue(ours(ANA))
        await eventually(world.failures)

        assert await contacted(world, ANA) == []


async def test_a_death_after_the_reservation_neither_loses_nor_doubles_it(tmp_path: Path) -> None:
    async with a_world(tmp_path, frequency=ANY_HOUR) as world:
        await world.knows(ANA, marketing="granted")
        await world.meta.faults(slow={"next": 1, "delayMs": 4000})
        await world.queue(ours(ANA))
        async with world.sender_process() as process:
            await eventually(lambda: contacted(world, ANA))
            process.kill()

        async with world.sender():
            await eventually(world.done, within=60)

        assert len(await world.said_to(ANA)) == 1


async def test_an_outbound_that_lies_on_the_queue_thrice_is_one_message(tmp_path: Path) -> None:
    async with a_world(tmp_path, frequency=ANY_HOUR) as world:
        await world.knows(ANA, marketing="granted")
        await world.queue(ours(ANA), ours(ANA, repeat=True), ours(ANA, repeat=True))

        async with world.sender(), world.sender():
            await eventually(world.done)

        assert len(await world.said_to(ANA)) == 1
        assert await world.failures() == []
