"""Who gets a message, which one, and why the others do not."""

from typing import Any

import pytest

from prosa.contracts import topology
from prosa.contracts.identity import Address
from prosa.contracts.outbound import Template, Text
from services.campaigns.candidates import NOTHING, History
from services.campaigns.news import News
from services.campaigns.planning import MOST_WAITING, Left, Planned
from tests.unit.campaigns.builders import (
    HOUR,
    NOON,
    SILENT,
    a_candidate,
    a_car,
    a_planner,
    plan,
)

COROLLA = a_car("31", "Corolla XEi", 95900)
GOL = a_car("32", "Gol", 38000)
CHEAPER = {
    **SILENT,
    "trigger": {"catalogue": "priceDrop", "atLeast": "3%"},
    "template": {
        "name": "baixou",
        "language": "pt_BR",
        "parameters": ["{contact.name|first}", "{item.modelo}", "{previous|brl}", "{price|brl}"],
    },
}
FALLEN = (News(COROLLA, 99900, 95900), News(GOL, 39900, 38000))


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        ({"marketing": "stopped"}, "opted_out"),
        ({"marketing": "unknown"}, "no_consent"),
        ({"capped_at_ms": NOON - HOUR}, "marketing_capped"),
        ({"unreachable": "131026"}, "unreachable"),
        ({"owner": "human"}, "owner_not_bot"),
        ({"flow_open": True, "last_inbound_at_ms": NOON - HOUR}, "flow_open"),
        ({"address": Address()}, "no_address"),
        ({"last_inbound_at_ms": 0}, "never_talked"),
        ({"last_inbound_at_ms": NOON - 48 * HOUR + 1}, "not_silent"),
        ({"last_inbound_at_ms": NOON - 31 * 24 * HOUR}, "silent_too_long"),
    ],
)
def test_who_is_left_out_is_told_by_name(known: dict[str, Any], reason: str) -> None:
    assert plan(a_candidate(**known)) == Left(reason)  # type: ignore[arg-type]  # a word of the table


def test_who_has_been_silent_long_enough_is_written_to_for_this_silence() -> None:
    planned = plan(a_candidate(last_inbound_at_ms=NOON - 48 * HOUR))

    assert isinstance(planned, Planned)
    assert planned.occasions == (str(NOON - 48 * HOUR),)
    assert planned.outbound.priority == "low"
    assert planned.outbound.heard_until_ms == NOON - 48 * HOUR


@pytest.mark.parametrize(
    ("history", "reason"),
    [
        (History(used=frozenset({str(NOON - 50 * HOUR)})), "already_sent"),
        (History(lately=(NOON - 6 * 24 * HOUR,)), "contacted_recently"),
        (History(lately=(NOON - 8 * 24 * HOUR,)), None),
        (History(used=frozenset({"another silence"})), None),
    ],
)
def test_what_was_written_before_counts(history: History, reason: str | None) -> None:
    decision = plan(a_candidate(), history)

    assert (decision.reason if isinstance(decision, Left) else None) == reason


def test_an_occasion_that_was_used_in_vain_gets_another_name() -> None:
    first = plan(a_candidate())
    again = plan(a_candidate(), History(attempts={str(NOON - 50 * HOUR): 1}))

    assert isinstance(first, Planned)
    assert isinstance(again, Planned)
    assert first.occasions == again.occasions
    assert first.outbound.id != again.outbound.id


def test_the_best_news_is_told_and_all_of_them_are_covered() -> None:
    planned = plan(a_candidate(seen=("32", "31")), campaign=CHEAPER, news=FALLEN)

    assert isinstance(planned, Planned)
    (message,) = planned.outbound.messages
    assert isinstance(message, Template)
    assert message.body == ("Ana", "Corolla XEi", "R$ 99.900", "R$ 95.900")
    assert planned.occasions == ("31:95900", "32:38000")


def test_news_that_she_got_already_are_not_told_again() -> None:
    had = History(used=frozenset({"31:95900"}))

    planned = plan(a_candidate(seen=("31", "32")), had, campaign=CHEAPER, news=FALLEN)

    assert isinstance(planned, Planned)
    assert planned.occasions == ("32:38000",)
    assert "Gol" in planned.outbound.messages[0].body  # type: ignore[union-attr]  # a template


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        ({"seen": ("77",)}, "no_match"),
        ({"searched": {"where": {"modelo": "Onix"}}}, "no_match"),
        ({}, "no_search"),
    ],
)
def test_whom_no_news_concern_is_left_out(known: dict[str, Any], reason: str) -> None:
    decision = plan(a_candidate(**known), campaign=CHEAPER, news=FALLEN)

    assert decision == Left(reason)  # type: ignore[arg-type]  # a word of the table


def test_a_value_that_is_missing_leaves_her_out_and_is_named() -> None:
    decision = plan(a_candidate(name="", seen=("31",)), campaign=CHEAPER, news=FALLEN)

    assert decision == Left("no_parameters", "contact.name|first")


def test_in_her_open_window_the_text_goes_first_and_the_template_stands_by() -> None:
    vip = {**SILENT, "trigger": {"audience": "true"}, "text": "Oi, {contact.name|first}!"}

    planned = plan(a_candidate(last_inbound_at_ms=NOON - HOUR), campaign=vip)

    assert isinstance(planned, Planned)
    assert planned.outbound.messages == (Text(body="Oi, Ana!"),)
    assert planned.outbound.fallback == Template(name="volta_ai", language="pt_BR")


def test_with_her_window_closed_the_template_goes_alone() -> None:
    vip = {**SILENT, "trigger": {"audience": "true"}, "text": "Oi!"}

    planned = plan(a_candidate(), campaign=vip)

    assert isinstance(planned, Planned)
    assert planned.outbound.messages == (Template(name="volta_ai", language="pt_BR"),)
    assert planned.outbound.fallback is None


def test_it_expires_when_her_own_send_window_closes() -> None:
    here = plan(a_candidate(time_zone="America/Sao_Paulo"))
    lisbon = plan(a_candidate(time_zone="Europe/Lisbon"))
    tokyo = plan(a_candidate(time_zone="Asia/Tokyo"))  # midnight: it waits for nine

    assert isinstance(here, Planned)
    assert isinstance(lisbon, Planned)
    assert isinstance(tokyo, Planned)
    assert here.outbound.expires_at_ms == NOON + 6 * HOUR
    assert lisbon.outbound.expires_at_ms == NOON + 3 * HOUR
    assert (tokyo.wait_ms, tokyo.outbound.expires_at_ms) == (9 * HOUR, NOON + 18 * HOUR)


def test_a_campaign_sends_no_more_than_its_day_allows() -> None:
    planner = a_planner(campaign={**SILENT, "maxPerDay": 5}, sent_today=3)

    decisions = [planner.plan(a_candidate(), History()) for _ in range(4)]

    assert [isinstance(each, Planned) for each in decisions] == [True, True, False, False]
    assert decisions[3] == Left("campaign_cap")


@pytest.mark.parametrize(
    ("every", "occasion"),
    [("once", "once"), ("day", "2026-11-24"), ("week", "2026-W48"), ("month", "2026-11")],
)
def test_an_audience_is_written_to_once_an_occasion(every: str, occasion: str) -> None:
    vip = {**SILENT, "trigger": {"audience": "'vip' in contact.tags", "occasion": every}}

    planned = plan(a_candidate(tags=("vip",)), campaign=vip)

    assert isinstance(planned, Planned)
    assert planned.occasions == (occasion,)
    assert plan(a_candidate(), campaign=vip) == Left("not_in_audience")


def test_only_so_many_wait_for_their_send_window_and_the_others_go_on() -> None:
    afternoons = {"sendWindow": "13:00-18:00"}  # it is noon
    planner = a_planner(on_queue=MOST_WAITING - 1, frequency=afternoons)
    abroad = a_candidate(time_zone="Africa/Maputo")  # and 17:00

    decisions = [planner.plan(each, NOTHING) for each in (a_candidate(), a_candidate(), abroad)]

    assert isinstance(decisions[0], Planned)
    assert decisions[1] == Left("queue_full")
    assert isinstance(decisions[2], Planned)


def test_two_runs_at_once_cannot_fill_what_the_sender_holds() -> None:
    assert 2 * MOST_WAITING < topology.MAX_ACK_PENDING
