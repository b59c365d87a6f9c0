"""Whom a campaign leaves alone: one table, asked by the job and by the sender."""

from typing import Any, get_args

import msgspec
import pytest

from prosa.campaigns import rules
from prosa.campaigns.rules import FREED, SENTENCES, Person
from prosa.contracts.chatbot import Frequency, PerContact
from prosa.contracts.contact import Contact
from prosa.contracts.identity import ContactKey
from prosa.contracts.session import Frame, Session
from services.sender.gate import DropReason

NOON = 1_794_571_200_000
HOUR = 3_600_000
WILLING = Person(
    owner="bot",
    flow_open=False,
    last_inbound_at_ms=NOON - HOUR,
    marketing="granted",
    capped_at_ms=0,
    unreachable=False,
)


def bar(person: Person, *, marketing: bool = True, **frequency: Any) -> str | None:
    return rules.bar(person, rules.read(Frequency(**frequency)), NOON, marketing=marketing)


def but(**changes: Any) -> Person:
    return msgspec.structs.replace(WILLING, **changes)


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        (WILLING, None),
        (but(marketing="stopped"), "opted_out"),
        (but(marketing="unknown"), "no_consent"),
        (but(capped_at_ms=NOON - 23 * HOUR), "marketing_capped"),
        (but(capped_at_ms=NOON - 24 * HOUR), None),
        (but(unreachable=True), "unreachable"),
        (but(owner="queue"), "owner_not_bot"),
        (but(owner="human"), "owner_not_bot"),
        (but(owner="standby"), "owner_not_bot"),
        (but(flow_open=True), "flow_open"),
        (but(flow_open=True, last_inbound_at_ms=NOON - 24 * HOUR + 1), "flow_open"),
        (but(flow_open=True, last_inbound_at_ms=NOON - 24 * HOUR), None),  # she left it
        (but(marketing="stopped", owner="human", unreachable=True), "opted_out"),
    ],
)
def test_each_bar_has_its_name(person: Person, expected: str | None) -> None:
    assert bar(person) == expected


def test_where_consent_is_assumed_only_a_stop_counts() -> None:
    assert bar(but(marketing="unknown"), opt_in="assumed") is None
    assert bar(but(marketing="stopped"), opt_in="assumed") == "opted_out"


def test_a_message_of_use_needs_no_consent_to_marketing() -> None:
    assert bar(but(marketing="stopped", capped_at_ms=NOON), marketing=False) is None
    assert bar(but(marketing="stopped", flow_open=True), marketing=False) == "flow_open"


def test_how_long_it_rests_is_the_chatbots_choice() -> None:
    capped = but(capped_at_ms=NOON - 2 * HOUR)

    assert bar(capped, rest="1h") is None
    assert bar(capped, rest="3h") == "marketing_capped"


@pytest.mark.parametrize(
    ("hours_ago", "often"),
    [((), False), ((1,), False), ((1, 2), True), ((1, 47), True), ((1, 48), False)],
)
def test_so_many_in_so_many_days_are_enough(hours_ago: tuple[int, ...], often: bool) -> None:
    two_in_two_days = rules.read(Frequency(per_contact=PerContact(max=2, per="2d")))

    times = [NOON - hours * HOUR for hours in hours_ago]

    assert rules.too_often(times, two_in_two_days, NOON) is often


def test_a_document_is_looked_at_for_what_she_is_doing() -> None:
    session = Session(program="p", stack=(Frame("comprar"),))
    document = Contact(key=ContactKey("p1"), owner="human", marketing="stopped", session=session)

    found = rules.person(document)

    assert (found.owner, found.flow_open, found.marketing) == ("human", True, "stopped")
    assert not rules.person(Contact(key=ContactKey("p1"), session=Session(program="p"))).flow_open


def test_every_reason_that_people_meet_has_its_sentence() -> None:
    met = (words(DropReason) | words(rules.LeftOut)) - {"owner_changed"}  # a bot's answer's

    assert met <= set(SENTENCES)
    assert set(SENTENCES) >= FREED


def words(literals: object) -> set[str]:
    """Name the words of a literal, or of a union of some."""
    return {
        word
        for each in get_args(literals)
        for word in ((each,) if isinstance(each, str) else words(each))
    }
