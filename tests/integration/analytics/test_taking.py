"""Batches into the file: once, in any order, whatever they hold."""

import msgspec
import pytest

from prosa.contracts import events, outbound, subjects
from prosa.contracts.identity import contact_digest
from prosa.jetstream.connection import Stored
from tests.support.nats import BOT
from tests.support.records import (
    ANA,
    BIA,
    EVT,
    MINUTE_MS,
    NOON_MS,
    Kept,
    a_message,
    a_sent,
    a_status,
    a_turn,
    stored,
)

ANSWER = f"{ANA}-1-0/0"
CAMPAIGN = f"{ANA}-campaign-x-1/0"
HOUR_MS = 60 * MINUTE_MS


def test_a_status_may_come_before_its_message(kept: Kept) -> None:
    kept.takes(a_status(ANSWER, "read"))
    assert kept.value("select count(*) from messages") == 0

    kept.takes(a_sent(ANSWER), a_status(ANSWER, "delivered"))
    assert kept.rows("select text, status from messages") == [{"text": "Olá!", "status": "read"}]


def test_a_turn_may_come_before_its_messages(kept: Kept) -> None:
    kept.takes(a_turn(ANA, 1, messages=1))
    kept.takes(a_message(ANA, 1), a_sent(ANSWER))

    assert kept.value("select count(*) from messages where turn = session") == 2


def test_what_is_told_twice_stands_once(kept: Kept) -> None:
    for _ in range(2):
        kept.takes(a_message(ANA, 1), a_turn(ANA, 1, {"kind": "asked"}), a_status(ANSWER, "read"))

    counted = kept.rows(
        "select (select count(*) from messages) as messages, (select count(*) from steps) as steps,"
        " (select count(*) from statuses) as statuses, (select sum(turns) from sessions) as turns"
    )
    assert counted == [{"messages": 1, "steps": 1, "statuses": 1, "turns": 1}]


def test_a_batch_that_is_read_again_is_not_taken_again(kept: Kept) -> None:
    batch = [stored(a_status(ANSWER, "read"), 7)]

    assert kept.writer.take(batch, []).messages == {EVT: 1}
    assert kept.writer.take(batch, []).messages == {}


def test_a_session_goes_on_after_a_restart(kept: Kept) -> None:
    kept.takes(a_turn(ANA, 1))
    kept.reopen()
    kept.takes(a_turn(ANA, 2, at_ms=NOON_MS + HOUR_MS))

    assert kept.rows("select id, turns from sessions") == [{"id": f"{ANA}:turn:1", "turns": 2}]


def test_where_conversations_are_left(kept: Kept) -> None:
    asked = {"kind": "asked", "subject": "modelo", "flow": "buscar"}
    kept.takes(a_turn(ANA, 1, asked), a_turn(BIA, 1, asked))
    kept.takes(a_turn(BIA, 2, {"kind": "filled"}, {"kind": "flow_ended", "subject": "buscar"}))

    assert kept.rows("from drop_offs") == [
        {"flow": "buscar", "step": "modelo", "reached": 2, "ended_here": 1}
    ]


@pytest.mark.parametrize("answer_first", [False, True])
def test_an_answer_within_72_hours_is_a_campaigns(kept: Kept, answer_first: bool) -> None:
    send = a_sent(CAMPAIGN, author="campaign", campaign="volta", occasion="o", category="marketing")
    answer = a_message(ANA, 1, at_ms=NOON_MS + 71 * HOUR_MS)
    for record in (answer, send) if answer_first else (send, answer):
        kept.takes(record)
    kept.takes(a_status(CAMPAIGN, "delivered", billable_as="regular/marketing"))

    assert kept.rows(
        "select campaign, occasion, epoch_ms(replied_at) as replied, billable_as,"
        " delivered_at is not null as delivered from campaign_sends"
    ) == [
        {
            "campaign": "volta",
            "occasion": "o",
            "replied": NOON_MS + 71 * HOUR_MS,
            "billable_as": "regular/marketing",
            "delivered": True,
        }
    ]


def test_a_later_answer_is_none(kept: Kept) -> None:
    kept.takes(a_sent(CAMPAIGN, author="campaign", campaign="volta"))
    kept.takes(a_message(ANA, 1, at_ms=NOON_MS + 73 * HOUR_MS))

    assert kept.value("select replied_at from campaign_sends") is None


def test_a_ticket_is_as_its_latest_revision_says(kept: Kept) -> None:
    def changed(revision: int, change: events.TicketChange, status: events.TicketStatus) -> None:
        kept.takes(
            events.TicketChanged(
                id=f"t:{revision}",
                contact=ANA,
                at_ms=NOON_MS + revision,
                ticket="t",
                revision=revision,
                change=change,
                status=status,
                opened_at_ms=NOON_MS,
            )
        )

    changed(1, "opened", "queue")
    changed(3, "closed", "closed")
    changed(2, "first_reply", "open")

    assert kept.rows(
        "select status, epoch_ms(first_reply_at) - epoch_ms(opened_at) as waited from tickets"
    ) == [{"status": "closed", "waited": 2}]


def test_what_cannot_be_read_is_kept_as_it_came(kept: Kept) -> None:
    subject = subjects.event(BOT, "tomorrow", ANA)
    odd = Stored(subject, 1, b'{"type":"of_tomorrow"}', NOON_MS)

    assert kept.writer.take([odd], []).oddities == {EVT: 1}
    assert kept.rows("select subject, payload from oddities") == [
        {"subject": subject, "payload": b'{"type":"of_tomorrow"}'}
    ]


def test_one_message_that_the_file_refuses_does_not_hold_up_the_others(kept: Kept) -> None:
    bad = msgspec.structs.replace(a_turn(ANA, 1), messages=2**40)  # no column holds it
    taken = kept.takes(a_status(ANSWER, "read"), bad, a_turn(BIA, 1))

    assert taken.oddities == {EVT: 1}
    assert kept.value("select count(*) from turns") == 1
    assert kept.value("select taken from progress where stream like '%EVT'") == 3


def test_an_emoji_is_put_on_and_taken_back(kept: Kept) -> None:
    wamid = f"wamid.{ANSWER}"
    for number, emoji in enumerate(("👍", "")):
        reaction = events.ReactionSeen(
            id=str(number), contact=ANA, at_ms=NOON_MS, message=wamid, emoji=emoji
        )
        kept.takes(a_sent(ANSWER), reaction)
        assert kept.value("select coalesce(reaction, '') from messages") == emoji


def test_an_erased_contact_begins_anew(kept: Kept) -> None:
    kept.takes(a_message(ANA, 1), a_sent(ANSWER), a_turn(ANA, 1))
    digest = contact_digest(BOT, ANA)
    order = events.ContactErased(id="e", contact=ANA, at_ms=NOON_MS + 1, digest=digest)
    taken = kept.takes(order, a_message(ANA, 1), a_status(ANSWER, "read"))
    assert taken.erased == [ANA]
    assert kept.value("select count(*) from message_rows") == 0

    kept.takes(a_message(ANA, 2, "oi de novo"), at_ms=NOON_MS + 2)
    assert kept.rows("select text from messages") == [{"text": "oi de novo"}]


def test_all_that_can_be_sent_can_be_kept(kept: Kept) -> None:
    kinds: tuple[outbound.Message, ...] = (
        outbound.Media(kind="image", source="a.jpg", caption="um carro"),
        outbound.Template(name="volta_ai", language="pt_BR", body=("Ana",)),
        outbound.Location(latitude=1, longitude=2),
    )
    for number, message in enumerate(kinds):
        tag = str(type(message).__struct_config__.tag)
        kept.takes(a_sent(f"{ANA}-1-0/{number}", content=message, message=tag))

    assert [row["kind"] for row in kept.rows("select kind from messages order by position")] == [
        "media",
        "template",
        "location",
    ]
