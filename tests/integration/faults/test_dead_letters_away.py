"""The stream of dead letters is away: a message is kept until its letter is stored."""

import asyncio
from pathlib import Path

import pytest

from prosa.clock import SystemClock
from prosa.contracts import subjects
from prosa.contracts.topology import topology
from prosa.errors import Reject
from prosa.jetstream.consumer import Consumer, Delivery
from prosa.jetstream.dead_letters import DeadLetters, Parked
from prosa.jetstream.provision import provision
from tests.support.eventually import eventually
from tests.support.logged import logged
from tests.support.nats import BOT, provisioned


async def rejects(_: Delivery) -> None:
    raise Reject("poison")


async def test_a_letter_that_cannot_be_stored_is_tried_until_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with provisioned(tmp_path) as (_, jetstream), asyncio.TaskGroup() as tasks:
        dead_letters = DeadLetters(jetstream, BOT)
        consumer = Consumer(
            jetstream,
            service="conversation",
            stream=subjects.in_stream(BOT),
            names=((subjects.CONVERSATION_CONSUMER, 1),),
            handle=rejects,
            dead_letters=dead_letters,
            clock=SystemClock(),
        )
        await jetstream.api(f"STREAM.DELETE.{subjects.dlq_stream(BOT)}")
        await jetstream.publish(subjects.inbound(BOT, "pana"), b"oi")
        tasks.create_task(consumer.run())
        await eventually(lambda: "dead_letter_not_stored" in logged(capsys))

        await provision(jetstream, topology(BOT))

        async def letters() -> list[Parked]:
            return [parked async for parked in dead_letters.walk()]

        (parked,) = await eventually(letters)
        assert (parked.letter.reason, parked.letter.payload) == ("poison", b"oi")
        consumer.stop()
