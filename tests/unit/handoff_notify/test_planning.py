"""Whom a team wants told."""

from services.handoff.notify import planning
from services.handoff.notify.notification import Line, outbound_id, read_outbound_id
from tests.unit.handoff_notify.builders import a_handoff, a_team


def test_each_target_of_a_team_is_one_row() -> None:
    team = a_team(
        email=["a@shop.example", "b@shop.example"],
        whatsapp=["+55 19 99999-0000"],
        crm={"webhookSecretRef": {"name": "crm"}, "kind": "chatwoot"},
    )
    rows = planning.planned(a_handoff(), team)

    assert [(row.channel, row.target) for row in rows] == [
        ("email", "a@shop.example"),
        ("email", "b@shop.example"),
        ("whatsapp", "5519999990000"),
        ("chatwoot", "crm"),
    ]


def test_a_target_that_is_listed_twice_is_told_once() -> None:
    team = a_team(whatsapp=["+5519999990000", "+55 (19) 99999-0000"])

    assert len(planning.planned(a_handoff(), team)) == 1


def test_the_same_ticket_gives_the_same_ids_and_another_gives_others() -> None:
    team = a_team(email=["a@shop.example"])
    first, again = (planning.planned(a_handoff(), team)[0].id for _ in range(2))
    (other,) = planning.planned(a_handoff(ticket="t-2"), team)

    assert first == again != other.id


def test_the_whatsapp_message_of_a_row_and_its_replays_lead_back_to_it() -> None:
    (row,) = planning.planned(a_handoff(), a_team(whatsapp=["+5519999990000"]))

    assert read_outbound_id(outbound_id(row.id, 0)) == (row.id, 0)
    assert read_outbound_id(outbound_id(row.id, 12)) == (row.id, 12)
    assert read_outbound_id("p5519999990001-7-0") is None


def test_without_a_team_or_targets_nobody_is_told() -> None:
    assert planning.planned(a_handoff(), None) == ()
    assert planning.planned(a_handoff(), a_team()) == ()


def test_only_the_beginnings_of_her_last_messages_are_kept() -> None:
    lines = tuple(Line(n, "x" * 10_000) for n in range(20))
    (row,) = planning.planned(a_handoff(messages=lines), a_team(email=["a@shop.example"]))

    assert [line.at_ms for line in row.handoff.messages] == [15, 16, 17, 18, 19]
    assert {len(line.text) for line in row.handoff.messages} == {planning.LONGEST_TEXT}
