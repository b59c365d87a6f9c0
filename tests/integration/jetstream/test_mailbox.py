"""The mailbox against a real server: in order, once, whoever dies, with bursts as one turn."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import msgspec
import pytest
from opentelemetry.sdk.trace import TracerProvider

from prosa.clock import SystemClock
from prosa.contracts import subjects
from prosa.contracts.contact import Contact
from prosa.contracts.identity import Address, ContactKey
from prosa.contracts.inbound import Claim, Inbound, Preference, Text
from prosa.contracts.outbound import Outbound, OutboundId
from prosa.contracts.outbound import Text as Words
from prosa.contracts.turn import Received, Turn
from prosa.jetstream import mailbox as mailbox_module
from prosa.jetstream.buckets import Bucket
from prosa.jetstream.connection import JetStream
from prosa.jetstream.consumer import Consumer
from prosa.jetstream.dead_letters import DeadLetters
from prosa.jetstream.mailbox import Decisions, Mailboxes
from prosa.telemetry import tracing
from tests.support.eventually import eventually
from tests.support.nats import BOT

OUT = subjects.out_stream(BOT)
NO_QUIET = timedelta(0)


def an_inbound(n: int, *, contact: str = "pana", text: str = "") -> Inbound:
    return Inbound(
        id=f"wamid.{contact}.{n}",
        contact=ContactKey(contact),
        phone_number_id="1",
        at_ms=0,
        received_at_ms=0,
        body=Text(text or str(n)),
    )


async def arrive(jetstream: JetStream, inbound: Inbound, *, message_id: str = "") -> None:
    await jetstream.publish(
        subjects.inbound(BOT, inbound.contact), msgspec.json.encode(inbound), message_id=message_id
    )


class Parrot:
    """Says back what it heard, one outbound a turn; chokes on the word `poison`."""

    def __init__(self, *, pause: float = 0) -> None:
        self._pause = pause

    async def take_turn(self, contact: Contact, received: Sequence[Received]) -> Turn:
        await asyncio.sleep(self._pause)
        words = [m.inbound.body.body for m in received if isinstance(m.inbound.body, Text)]
        if "poison" in words:
            raise ZeroDivisionError
        return Turn(contact, (self._says(contact, received[-1], " ".join(words)),))

    def give_up(self, contact: Contact, received: Received) -> Turn:
        return Turn(contact, (self._says(contact, received, "sorry"),))

    def wait(self, contact: Contact, inbound: Inbound) -> Outbound | None:  # noqa: ARG002
        return None

    def _says(self, contact: Contact, last: Received, words: str) -> Outbound:
        return Outbound(
            id=OutboundId(f"{contact.key}-{last.sequence}-0"),
            contact=contact.key,
            address=Address(phone="1"),
            phone_number_id="1",
            messages=(Words(body=words),),
            author="bot",
            owner_revision=0,
            created_at_ms=SystemClock().now_ms(),
        )


class Thinker(Parrot):
    """Thinks over its first turn until it may answer."""

    def __init__(self) -> None:
        super().__init__()
        self.thinks = asyncio.Event()
        self.may_answer = asyncio.Event()
        self.turns: list[list[str]] = []

    async def take_turn(self, contact: Contact, received: Sequence[Received]) -> Turn:
        self.turns.append([message.inbound.id for message in received])
        self.thinks.set()
        await self.may_answer.wait()
        return await super().take_turn(contact, received)


@asynccontextmanager
async def replica(
    jetstream: JetStream,
    *,
    quiet: timedelta = NO_QUIET,
    pause: float = 0,
    decisions: Decisions | None = None,
) -> AsyncIterator[Mailboxes]:
    mailboxes = Mailboxes(
        jetstream,
        BOT,
        Bucket(jetstream, subjects.bucket(BOT, "contacts"), Contact),
        decisions or Parrot(pause=pause),
        SystemClock(),
        quiet_time=quiet,
        max_wait=quiet * 4,
    )
    consumer = Consumer(
        jetstream,
        service="conversation",
        stream=subjects.in_stream(BOT),
        names=((subjects.CONVERSATION_CONSUMER, 1),),
        handle=mailboxes.handle,
        dead_letters=DeadLetters(jetstream, BOT),
        clock=SystemClock(),
    )
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(consumer.run())
        try:
            yield mailboxes
        finally:
            consumer.stop()


async def said(jetstream: JetStream, contact: str = "pana") -> list[str]:
    """List what left for a contact, word by word, in stream order; repeats once."""
    stored = await jetstream.read(OUT, subjects.outbound(BOT, "default", contact), limit=1000)
    outbounds: dict[str, Outbound] = {}
    for message in stored:
        outbound = msgspec.json.decode(message.payload, type=Outbound)
        outbounds.setdefault(outbound.id, outbound)
    texts = [o.messages[0] for o in outbounds.values()]
    return " ".join(text.body for text in texts if isinstance(text, Words)).split()


async def words_said(jetstream: JetStream, count: int, contact: str = "pana") -> list[str]:
    async def enough() -> list[str] | None:
        words = await said(jetstream, contact)
        return words if len(words) >= count else None

    found: list[str] = await eventually(enough, within=60)
    return found


async def test_messages_are_answered_in_order(jetstream: JetStream) -> None:
    for n in range(50):
        await arrive(jetstream, an_inbound(n))
    async with replica(jetstream):
        assert await words_said(jetstream, 50) == [str(n) for n in range(50)]


async def test_two_replicas_answer_each_message_once_and_in_order(jetstream: JetStream) -> None:
    contacts = [f"pc{n}" for n in range(5)]
    async with replica(jetstream, pause=0.002) as one, replica(jetstream, pause=0.002) as two:
        for n in range(40):
            for contact in contacts:
                await arrive(jetstream, an_inbound(n, contact=contact))
        for contact in contacts:
            assert await words_said(jetstream, 40, contact) == [str(n) for n in range(40)]
        assert one.races + two.races > 0  # or this test shows nothing


async def test_a_duplicate_beyond_the_dedup_window_has_no_effect(jetstream: JetStream) -> None:
    async with replica(jetstream):
        await arrive(jetstream, an_inbound(1))
        await words_said(jetstream, 1)
        await arrive(jetstream, an_inbound(1))  # no message id: the window is over
        await arrive(jetstream, an_inbound(2))
        assert await words_said(jetstream, 2) == ["1", "2"]


async def test_a_burst_is_one_turn(jetstream: JetStream) -> None:
    async with replica(jetstream, quiet=timedelta(milliseconds=400)):
        for n in range(3):
            await arrive(jetstream, an_inbound(n))
        await words_said(jetstream, 3)

    stored = await jetstream.read(OUT, subjects.outbound(BOT, "default", "pana"), limit=10)
    assert len(stored) == 1


async def test_somebody_who_never_pauses_is_answered_all_the_same(jetstream: JetStream) -> None:
    async with replica(jetstream, quiet=timedelta(milliseconds=300)):
        for n in range(20):
            await arrive(jetstream, an_inbound(n))
            await asyncio.sleep(
                0.1
            )  # shorter than the quiet time, for longer than the longest wait
        answered = await said(jetstream)

    assert answered


async def test_an_outbox_that_was_never_published_is_published_by_the_next(
    jetstream: JetStream,
) -> None:
    contacts = Bucket(jetstream, subjects.bucket(BOT, "contacts"), Contact)
    await arrive(jetstream, an_inbound(1))
    (stored,) = await jetstream.read(
        subjects.in_stream(BOT), subjects.inbound(BOT, "pana"), limit=1
    )
    received = Received(an_inbound(1), stored.sequence, stored.at_ms)
    turn = await Parrot().take_turn(Contact(key=ContactKey("pana")), [received])
    committed = msgspec.structs.replace(turn.contact, cursor=stored.sequence, outbox=turn.outbox)
    await contacts.create("pana", committed)  # and here its process died

    async with replica(jetstream) as survivor:
        assert await words_said(jetstream, 1) == ["1"]
        assert survivor.repeats == 1

    (left,) = await jetstream.read(OUT, subjects.outbound(BOT, "default", "pana"), limit=5)
    assert msgspec.json.decode(left.payload, type=Outbound).repeat


async def test_poison_is_parked_and_those_behind_it_are_answered(
    jetstream: JetStream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox_module, "MAX_ATTEMPTS", 2)
    await arrive(jetstream, an_inbound(1))
    await arrive(jetstream, an_inbound(2, text="poison"))
    await arrive(jetstream, an_inbound(3))

    async with replica(jetstream):
        assert await words_said(jetstream, 3) == ["1", "sorry", "3"]

    (parked,) = [letter async for letter in DeadLetters(jetstream, BOT).walk()]
    assert (parked.letter.reason, parked.letter.detail) == ("poison", "ZeroDivisionError")


async def test_what_cannot_be_read_is_parked_as_it_came(jetstream: JetStream) -> None:
    await jetstream.publish(subjects.inbound(BOT, "pana"), b"\x00 no JSON")
    await arrive(jetstream, an_inbound(2))

    async with replica(jetstream):
        assert await words_said(jetstream, 1) == ["2"]

    (parked,) = [letter async for letter in DeadLetters(jetstream, BOT).walk()]
    assert (parked.letter.reason, parked.letter.payload) == ("undecodable", b"\x00 no JSON")


async def test_the_trace_of_a_webhook_goes_on_in_what_is_sent(jetstream: JetStream) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    inbound = an_inbound(1)
    await jetstream.publish(
        subjects.inbound(BOT, inbound.contact),
        msgspec.json.encode(inbound),
        headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"},
    )
    tracing.use(TracerProvider().get_tracer("test"))
    try:
        async with replica(jetstream):
            await words_said(jetstream, 1)
    finally:
        tracing.use(None)

    (left,) = await jetstream.read(OUT, subjects.outbound(BOT, "default", "pana"), limit=5)
    assert trace in left.headers["traceparent"]


async def test_a_wake_up_that_kills_its_holders_is_parked_untried(
    jetstream: JetStream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox_module, "DEADLY_DELIVERIES", 1)
    await arrive(jetstream, an_inbound(1))

    async with replica(jetstream):
        assert await words_said(jetstream, 1) == ["sorry"]

    (parked,) = [letter async for letter in DeadLetters(jetstream, BOT).walk()]
    assert parked.letter.reason == "deadly"


async def thought_over(jetstream: JetStream, *meanwhile: Inbound) -> tuple[Thinker, int]:
    """Let messages come while a first turn is thought over; gives how often was committed."""
    thinker = Thinker()
    async with replica(jetstream, decisions=thinker):
        await arrive(jetstream, an_inbound(1))
        await thinker.thinks.wait()
        for inbound in meanwhile:
            await arrive(jetstream, inbound)
        thinker.may_answer.set()
        last = (await jetstream.stream_state(subjects.in_stream(BOT))).last_sequence
        contacts = Bucket(jetstream, subjects.bucket(BOT, "contacts"), Contact)

        async def caught_up() -> bool:
            entry = await contacts.get("pana")
            return entry is not None and entry.value.cursor == last

        await eventually(caught_up)
        return thinker, await contacts.last_revision()


async def test_a_claim_that_came_while_a_turn_was_slow_is_committed_with_it(
    jetstream: JetStream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox_module, "SLOW_MS", 0)
    claim = msgspec.structs.replace(an_inbound(3), body=Claim("bia"))

    thinker, commits = await thought_over(jetstream, an_inbound(2), claim)

    assert thinker.turns == [["wamid.pana.1"], ["wamid.pana.2", "wamid.pana.3"]]
    assert commits == 1  # or the answer could leave between the two


async def test_what_she_writes_while_a_turn_is_slow_is_another_turn(
    jetstream: JetStream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox_module, "SLOW_MS", 0)
    stop = msgspec.structs.replace(an_inbound(3), body=Preference("stop"))

    _, commits = await thought_over(jetstream, an_inbound(2), stop)

    assert commits == 2
