"""The last gate: owner, consent, reach and window, at the moment of sending."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from prosa.campaigns import rules
from prosa.contracts.campaigns import Contacted
from prosa.contracts.chatbot import Frequency
from prosa.contracts.contact import Contact
from prosa.contracts.outbound import MarkRead, Outbound, Template, Text
from services.sender import gate
from services.sender.gate import Drop, Pass, Record, Wait
from tests.unit.sender.builders import HOUR, NOON, a_contact, an_outbound

TEMPLATE = Template(name="volta_ai", language="pt_BR")


def judge(
    outbound: Outbound, contact: Contact | None, *, now_ms: int = NOON, consent: bool = True
) -> Pass | Drop | Wait:
    record = None
    if outbound.author == "campaign":
        record = Record(Contacted(), revision=0, paused=False, zone=ZoneInfo("UTC"))
    return gate.judge(
        outbound,
        outbound.messages,
        contact,
        now_ms,
        rules=rules.read(Frequency(opt_in="required" if consent else "assumed")),
        record=record,
    )


def test_an_answer_in_the_open_window_passes() -> None:
    outbound = an_outbound(Text(body="oi"))

    assert judge(outbound, a_contact()) == Pass(outbound.messages)


def test_a_bot_answer_computed_before_an_agent_took_over_is_dropped() -> None:
    outbound = an_outbound(owner_revision=3)

    assert judge(outbound, a_contact(owner="human", owner_revision=4)) == Drop("owner_changed")


@pytest.mark.parametrize("author", ["agent", "platform"])
def test_only_a_bots_answer_minds_the_owner(author: str) -> None:
    outbound = an_outbound(author=author, owner_revision=0)

    assert isinstance(judge(outbound, a_contact(owner="human", owner_revision=4)), Pass)


def test_an_answer_computed_under_the_present_owner_passes() -> None:
    assert isinstance(judge(an_outbound(owner_revision=4), a_contact(owner_revision=4)), Pass)


@pytest.mark.parametrize(
    ("marketing", "consent", "expected"),
    [
        ("granted", True, None),
        ("unknown", True, "no_consent"),
        ("stopped", True, "opted_out"),
        ("granted", False, None),
        ("unknown", False, None),
        ("stopped", False, "opted_out"),
    ],
)
def test_marketing_needs_consent(marketing: str, consent: bool, expected: str | None) -> None:
    outbound = an_outbound(TEMPLATE, author="campaign", category="marketing")

    verdict = judge(outbound, a_contact(marketing=marketing), consent=consent)

    assert (verdict.reason if isinstance(verdict, Drop) else None) == expected


def test_what_is_no_marketing_needs_no_consent() -> None:
    outbound = an_outbound(TEMPLATE, category="utility")

    assert isinstance(judge(outbound, a_contact(marketing="stopped")), Pass)


def test_marketing_rests_for_a_day_after_metas_cap() -> None:
    outbound = an_outbound(TEMPLATE, author="campaign", category="marketing")
    capped = a_contact(marketing="granted", marketing_capped_at_ms=NOON)

    assert judge(outbound, capped, now_ms=NOON + 23 * HOUR) == Drop("marketing_capped")
    assert isinstance(judge(outbound, capped, now_ms=NOON + 24 * HOUR), Pass)


def test_campaigns_leave_the_unreachable_alone_and_answers_try() -> None:
    gone = a_contact(unreachable="131026")

    assert judge(an_outbound(TEMPLATE, author="campaign"), gone) == Drop("unreachable")
    assert isinstance(judge(an_outbound(), gone), Pass)


@pytest.mark.parametrize(
    "closed",
    [{"last_inbound_at_ms": NOON - 24 * HOUR}, {"window_closed": True}, {"last_inbound_at_ms": 0}],
)
def test_outside_the_window_only_templates_pass(closed: dict[str, Any]) -> None:
    contact = a_contact(**closed)

    assert judge(an_outbound(Text(body="oi")), contact) == Drop("window_closed")
    assert judge(an_outbound(TEMPLATE), contact) == Pass((TEMPLATE,), outside_window=True)
    mixed = an_outbound(TEMPLATE, Text(body="oi"))
    assert judge(mixed, contact) == Drop("window_closed")


def test_the_window_is_open_until_its_last_millisecond() -> None:
    contact = a_contact(last_inbound_at_ms=NOON - 24 * HOUR + 1)

    assert isinstance(judge(an_outbound(), contact), Pass)


def test_outside_the_window_the_fallback_goes_out_instead() -> None:
    outbound = an_outbound(Text(body="oi"), fallback=TEMPLATE)

    verdict = judge(outbound, a_contact(window_closed=True))

    assert verdict == Pass((TEMPLATE,), outside_window=True, instead=True)


def test_a_read_mark_minds_no_window_and_initiates_nothing() -> None:
    outbound = an_outbound(MarkRead(message="wamid.1"))

    assert judge(outbound, a_contact(window_closed=True)) == Pass(outbound.messages)


def test_a_stranger_gets_templates_only_and_no_marketing_without_consent() -> None:
    assert judge(an_outbound(Text(body="oi")), None) == Drop("window_closed")
    assert judge(an_outbound(TEMPLATE), None) == Pass((TEMPLATE,), outside_window=True)
    marketing = an_outbound(TEMPLATE, category="marketing")
    assert judge(marketing, None) == Drop("no_consent")
    assert isinstance(judge(marketing, None, consent=False), Pass)
