"""Statuses: merged by rank in the sender's document, whatever order they come in."""

from itertools import permutations
from pathlib import Path

import msgspec

from prosa.contracts import subjects
from prosa.contracts.events import StatusError, StatusReceived
from prosa.contracts.inbound import SendRefused
from prosa.contracts.outbound import Outbound, Text, tracker
from tests.support.eventually import eventually
from tests.support.nats import BOT
from tests.support.sender import World, a_world, an_outbound, now_ms
from tests.support.simulator import ANA


async def test_the_best_status_stays_whatever_the_order(tmp_path: Path) -> None:
    outbounds = [an_outbound(ANA, Text(body=f"{n}")) for n in range(6)]
    async with a_world(tmp_path) as world, world.sender():
        await world.knows(ANA)
        await world.meta.faults(silent=True)
        await world.queue(*outbounds)
        await eventually(world.done)
        orders = permutations(("sent", "delivered", "read"))
        for outbound, order in zip(outbounds, orders, strict=True):
            for status in order:
                await _tell(world, outbound, status)

        for outbound in outbounds:
            await eventually(lambda o=outbound: _stands(world, o, "read"))  # type: ignore[misc]


async def test_a_late_failure_is_told_and_marks_the_contact(tmp_path: Path) -> None:
    outbound = an_outbound(ANA, Text(body="oi"))
    async with a_world(tmp_path) as world, world.sender():
        await world.knows(ANA)
        await world.meta.faults(silent=True)
        await world.queue(outbound)
        await eventually(world.done)

        await _tell(world, outbound, "failed", StatusError(131026, "Message undeliverable"))

        await eventually(lambda: _stands(world, outbound, "failed"))
        (failure,) = await world.failures()
        assert (failure.outbound, failure.code) == (outbound.id, 131026)
        (fact,) = await world.mailbox(ANA)
        assert isinstance(fact.body, SendRefused)
        assert fact.body.effect == "unreachable"


async def test_a_status_of_somebody_elses_message_is_passed_over(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world, world.sender():
        event = StatusReceived(
            id="s", contact=an_outbound(ANA).contact, at_ms=1, wamid="w", status="failed"
        )
        await _publish(world, event)
        outbound = an_outbound(ANA, Text(body="oi"))
        await world.knows(ANA)
        await world.queue(outbound)

        await eventually(lambda: _stands(world, outbound, "delivered"))

        assert await world.failures() == []


async def _tell(world: World, outbound: Outbound, status: str, *errors: StatusError) -> None:
    progress = await world.progress(outbound)
    assert progress is not None
    event = StatusReceived(
        id=f"{outbound.id}:{status}",
        contact=outbound.contact,
        at_ms=now_ms(),
        wamid=progress.sent[0].wamid,
        status=status,
        tracker=tracker(outbound.id, 0),
        errors=errors,
    )
    await _publish(world, event)


async def _publish(world: World, event: StatusReceived) -> None:
    subject = subjects.event(BOT, event.kind, event.contact)
    await world.jetstream.publish(subject, msgspec.json.encode(event), message_id=event.id)


async def _stands(world: World, outbound: Outbound, status: str) -> bool:
    progress = await world.progress(outbound)
    return progress is not None and progress.sent[0].status == status
