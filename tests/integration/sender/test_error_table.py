"""Every code of Meta's error table, said by the simulator of one customer's next message."""

from pathlib import Path

import pytest

from prosa.contracts.inbound import SendRefused
from prosa.contracts.outbound import Message, Template, Text
from services.sender.meta_errors import (
    POLICIES,
    DeadLetter,
    MarkContact,
    PauseChannel,
    Policy,
    Retry,
    RetryPair,
    SlowLane,
    StopCampaigns,
)
from tests.support.eventually import eventually
from tests.support.nats import BOT
from tests.support.sender import ANY_HOUR, World, a_campaigns_message, a_world, an_outbound
from tests.support.simulator import ANA, BRUNO

REMINDER = Template(name="lembrete", language="pt_BR", body=("segunda", "10h"))


def codes_of(*kinds: type[Policy]) -> list[int]:
    return [code for code, policy in POLICIES.items() if isinstance(policy, kinds)]


async def refused_once(world: World, codes: list[int], message: Message) -> list[str]:
    """Queue the message for one customer a code, whose send is refused with it, once."""
    people = [f"+551190000{n:04}" for n in range(len(codes))]
    named = [{"name": f"Cliente {who[-3:]}", "phone": who} for who in people]
    await world.meta.add_customers(*named)
    for who, code in zip(people, codes, strict=True):
        await world.knows(who)
        await world.meta.verdict(code, next=1, who=who)
    await world.queue(*(an_outbound(who, message) for who in people))
    return people


@pytest.mark.parametrize(
    "kinds", [(Retry, RetryPair, SlowLane, StopCampaigns), (PauseChannel,)], ids=["wait", "pause"]
)
async def test_what_passes_is_waited_for_and_sent_once(
    tmp_path: Path, kinds: tuple[type[Policy], ...]
) -> None:
    async with a_world(tmp_path) as world, world.sender():
        people = await refused_once(world, codes_of(*kinds), Text(body="oi"))

        await eventually(world.done, within=120)

        assert [await world.said_to(who) for who in people] == [["oi"]] * len(people)
        assert await world.dead_letters() == []


async def test_what_can_never_work_is_a_dead_letter_with_metas_code(tmp_path: Path) -> None:
    codes = codes_of(DeadLetter)
    async with a_world(tmp_path) as world, world.sender():
        people = await refused_once(world, codes, Text(body="oi"))

        await eventually(world.done)

        reasons = {parked.letter.reason for parked in await world.dead_letters()}
        assert reasons == {f"meta_{code}" for code in codes}
        assert [await world.said_to(who) for who in people] == [[]] * len(people)
        assert {each.code for each in await world.failures()} == set(codes)


async def test_what_lies_with_the_contact_is_told_to_her_mailbox(tmp_path: Path) -> None:
    codes = codes_of(MarkContact)
    async with a_world(tmp_path) as world, world.sender():
        people = await refused_once(world, codes, Text(body="oi"))

        await eventually(world.done)

        facts = [(await world.mailbox(who))[0].body for who in people]
        told = {fact.code: fact.effect for fact in facts if isinstance(fact, SendRefused)}
        expected = {c: p.effect for c, p in POLICIES.items() if isinstance(p, MarkContact)}
        assert told == expected
        assert await world.dead_letters() == []


async def test_a_closed_window_switches_to_the_template(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world, world.sender():
        await world.knows(ANA)
        await world.meta.verdict(131047, next=1, who=ANA)
        await world.queue(an_outbound(ANA, Text(body="um"), Text(body="dois"), fallback=REMINDER))

        await eventually(world.done)

        assert await world.said_to(ANA) == ["Seu test drive é segunda às 10h."]
        assert [each.message for each in await world.sent()] == ["template"]


async def test_a_trouble_without_end_is_a_dead_letter(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world, world.sender(doubt_wait="100ms"):
        await world.knows(ANA)
        await world.meta.verdict(131000, next=99, who=ANA)
        await world.queue(an_outbound(ANA, Text(body="oi")))

        (parked,) = await eventually(world.dead_letters, within=60)

        assert parked.letter.reason == "meta_131000"
        assert len(await world.meta.requests("text")) == 3


async def test_a_spam_limit_stops_campaigns_and_lets_answers_through(tmp_path: Path) -> None:
    async with a_world(tmp_path, frequency=ANY_HOUR) as world, world.sender() as metrics:
        await world.knows(ANA, marketing="granted")
        await world.knows(BRUNO, marketing="granted")
        await world.meta.verdict(131048, next=1, who=ANA)
        await world.queue(a_campaigns_message(ANA, REMINDER))
        await eventually(lambda: metrics.campaign_pauses.labels(BOT)._value.get() == 1)

        await world.queue(
            a_campaigns_message(BRUNO, REMINDER),
            an_outbound(BRUNO, Text(body="oi"), priority="high"),
        )
        await eventually(lambda: world.said_to(BRUNO))

        assert await world.said_to(BRUNO) == ["oi"]
        assert await world.queued() == 2


async def test_a_failure_that_comes_late_pauses_the_channel_too(tmp_path: Path) -> None:
    async with a_world(tmp_path) as world, world.sender(retry_pause="60s") as metrics:
        await world.knows(ANA)
        await world.meta.verdict(131042, when="status", next=1, who=ANA)
        await world.queue(an_outbound(ANA, Text(body="oi")))

        await eventually(lambda: metrics.paused.labels(BOT, "payment")._value.get() == 1)

        assert [each.code for each in await eventually(world.failures)] == [131042]
