"""The last gate for campaigns: what may have happened since the job planned."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prosa.campaigns import rules
from prosa.contracts.campaigns import Contacted, Reached
from prosa.contracts.chatbot import Frequency, PerContact
from prosa.contracts.contact import Contact
from prosa.contracts.outbound import Outbound, OutboundId, Template
from prosa.contracts.session import Frame, Session
from services.sender import gate, pacing
from services.sender.gate import Drop, Pass, Record, Wait
from tests.unit.sender.builders import HOUR, NOON, a_contact, an_outbound

TEMPLATE = Template(name="volta_ai", language="pt_BR")
UTC = ZoneInfo("UTC")
DAY = 24 * HOUR


def ours(**details: Any) -> Outbound:
    return an_outbound(
        TEMPLATE,
        **{
            "author": "campaign",
            "category": "marketing",
            "campaign": "volta",
            "occasion": "1",
            "expires_at_ms": NOON + 6 * HOUR,
            **details,
        },
    )


def hers(**details: Any) -> Contact:
    return a_contact(**{"marketing": "granted", **details})


def reached(campaign: str, occasion: str, at_ms: int, outbound: str = "another") -> Reached:
    return Reached(campaign, occasion, OutboundId(outbound), at_ms)


def judge(
    outbound: Outbound,
    contact: Contact | None,
    *messages: Reached,
    now_ms: int = NOON,
    paused: bool = False,
    zone: ZoneInfo = UTC,
    **frequency: Any,
) -> Pass | Drop | Wait:
    return gate.judge(
        outbound,
        outbound.messages,
        contact,
        now_ms,
        rules=rules.read(Frequency(**frequency)),
        record=Record(Contacted(messages), revision=1, paused=paused, zone=zone),
    )


def test_a_willing_contact_gets_it() -> None:
    assert isinstance(judge(ours(), hers()), Pass)


@pytest.mark.parametrize(
    ("contact", "reason"),
    [
        (None, "unknown_contact"),
        (hers(marketing="stopped"), "opted_out"),
        (hers(marketing="unknown"), "no_consent"),
        (hers(marketing_capped_at_ms=NOON - HOUR), "marketing_capped"),
        (hers(unreachable="131026"), "unreachable"),
        (hers(owner="human"), "owner_not_bot"),
        (hers(owner="queue"), "owner_not_bot"),
        (hers(session=Session(program="p", stack=(Frame("buy"),))), "flow_open"),
        (hers(last_inbound_at_ms=NOON + 1), "wrote_since"),
    ],
)
def test_what_happened_since_it_was_planned_drops_it(contact: Contact | None, reason: str) -> None:
    assert judge(ours(), contact) == Drop(reason)  # type: ignore[arg-type]  # a word of the table


def test_what_she_wrote_before_the_plan_but_unknown_to_it_drops_it_too() -> None:
    planned_on_an_old_copy = ours(heard_until_ms=NOON - 3 * HOUR)

    assert judge(planned_on_an_old_copy, hers()) == Drop("wrote_since")  # an hour ago
    assert isinstance(judge(ours(heard_until_ms=NOON - HOUR), hers()), Pass)


@pytest.mark.parametrize(
    ("messages", "reason"),
    [
        ((), None),
        ((reached("volta", "1", NOON - 300 * DAY),), "already_sent"),
        ((reached("volta", "0", NOON - 8 * DAY),), None),
        ((reached("volta", "0", NOON - 6 * DAY),), "contacted_recently"),
        ((reached("other", "x", NOON - 6 * DAY),), "contacted_recently"),
        ((reached("other", "1", NOON - 8 * DAY),), None),
        ((reached("volta", "1", NOON, outbound="o-1"),), None),
        (
            (reached("other", "x", NOON, "b"), reached("volta", "1", NOON, outbound="o-1")),
            None,
        ),
    ],
)
def test_what_others_sent_counts_and_its_own_reservation_does_not(
    messages: tuple[Reached, ...], reason: str | None
) -> None:
    verdict = judge(ours(), hers(), *messages)

    assert (verdict.reason if isinstance(verdict, Drop) else None) == reason


def test_a_paused_campaign_is_dropped_and_a_no_comes_before_that() -> None:
    assert judge(ours(), hers(), paused=True) == Drop("paused")
    assert judge(ours(), hers(marketing="stopped"), paused=True) == Drop("opted_out")


def test_it_waits_for_her_send_window_and_no_longer_than_it_is_good() -> None:
    evening = ZoneInfo("Asia/Tokyo")  # 21:00

    assert judge(ours(expires_at_ms=0), hers(), zone=evening) == Wait(12 * HOUR)
    assert judge(ours(), hers(), zone=evening) == Wait(6 * HOUR)
    assert judge(ours(), hers(), zone=evening, now_ms=NOON + 6 * HOUR) == Drop("expired")


def test_the_end_of_its_time_drops_anybodys() -> None:
    answer = an_outbound(expires_at_ms=NOON)

    verdict = gate.judge(answer, answer.messages, a_contact(), NOON, rules=rules.read(Frequency()))

    assert verdict == Drop("expired")


def test_what_is_of_use_needs_no_consent_but_keeps_to_the_frequency() -> None:
    reminder = ours(category="utility")

    assert isinstance(judge(reminder, hers(marketing="stopped")), Pass)
    lately = reached("other", "x", NOON - HOUR)
    assert judge(reminder, hers(), lately) == Drop("contacted_recently")


@given(
    st.integers(min_value=1, max_value=4),
    st.integers(min_value=1, max_value=30),
    st.lists(st.integers(min_value=0, max_value=120), max_size=40),
)
def test_however_they_come_no_contact_gets_more_than_the_frequency_allows(
    most: int, days: int, arrivals: list[int]
) -> None:
    often = PerContact(max=most, per=f"{days}d")
    left: list[Reached] = []
    for number, day in enumerate(sorted(arrivals)):
        now_ms = NOON + day * DAY
        outbound = ours(
            id=OutboundId(f"o-{number}"),
            occasion=str(number),
            expires_at_ms=0,
            created_at_ms=now_ms,
        )
        verdict = judge(outbound, hers(), *left, now_ms=now_ms, per_contact=often)
        if isinstance(verdict, Pass):
            left.append(reached("volta", str(number), now_ms, outbound.id))

    times = [each.at_ms for each in left]
    for at_ms in times:
        assert sum(0 <= at_ms - other < days * DAY for other in times) <= most


@given(
    st.integers(min_value=1, max_value=300),
    st.lists(st.integers(min_value=0, max_value=90), min_size=1, max_size=120),
)
def test_a_campaign_never_leaves_more_often_than_its_day_allows(
    most: int, minutes: list[int]
) -> None:
    hours: dict[str, int] = {}
    taken: list[tuple[int, int]] = []
    now_ms = NOON
    for wait in minutes:
        now_ms += wait * 60_000
        hours, count = pacing.permits(hours, most, now_ms)
        taken.append((now_ms, count))

    for at_ms, _ in taken:
        day = sum(count for then, count in taken if 0 <= at_ms - then < DAY)
        assert day <= most


def test_a_day_gone_by_makes_room_again() -> None:
    hours, taken = pacing.permits({}, 1, NOON)

    assert taken == 1
    assert pacing.permits(hours, 1, NOON + 23 * HOUR)[1] == 0
    assert pacing.permits(hours, 1, NOON + 25 * HOUR)[1] == 1
