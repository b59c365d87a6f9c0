"""Records in any order, any number of times, make one timeline and one ticket."""

import random
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prosa.contracts.contact import Contact
from prosa.contracts.events import (
    EchoSeen,
    OwnerChanged,
    ReactionSeen,
    SendFailed,
    StatusError,
    StatusReceived,
)
from prosa.contracts.identity import Address
from prosa.contracts.inbound import (
    Choice,
    Edit,
    IdentityChanged,
    Media,
    Reaction,
    Revoke,
    SendRefused,
)
from prosa.contracts.outbound import MarkRead
from services.handoff import tickets
from services.handoff.contract import Message
from services.handoff.records import Record
from services.handoff.threads import Thread, ticket_id
from services.handoff.tickets import Ticket
from services.handoff.timeline import Entry
from tests.unit.handoff.builders import (
    ANA,
    BOT,
    HOUR,
    MINUTE,
    NOON,
    OTTO,
    VERA,
    a_ticket,
    asked,
    said,
    sent,
    some_rules,
)

RULES = some_rules()
CONTACT = Contact(key=ANA, name="Ana", address=Address(phone="5519"), phone_number_id="106")


def status(wamid: str, word: str, at_ms: int = NOON, code: int = 0) -> StatusReceived:
    errors = (StatusError(code),) if code else ()
    return StatusReceived(
        id=f"{wamid}/{word}", contact=ANA, at_ms=at_ms, wamid=wamid, status=word, errors=errors
    )


def owner(
    revision: int, to: str, by: str, at_ms: int = NOON, *, people_spoke: int = 0
) -> OwnerChanged:
    return OwnerChanged(
        id=f"owner:{revision}",
        contact=ANA,
        at_ms=at_ms,
        owner=to,  # type: ignore[arg-type]  # one of the four
        previous="bot",
        owner_revision=revision,
        by=by,
        human_spoke_at_ms=people_spoke,
    )


def taken(records: Sequence[Record], ticket: Ticket | None = None, *lines: Entry) -> Thread:
    thread = Thread(RULES, ticket, lines)
    for record in records:
        thread.take(record, CONTACT)
    thread.finish(NOON)
    return thread


def lines(thread: Thread) -> dict[str, Message]:
    """Show the timeline without the lines of steps, which are numbered as they come."""
    return {
        key: entry.message
        for key, entry in thread.entries.items()
        if entry.message.sender != "event"
    }


HISTORY: tuple[Record, ...] = (
    said("w1", "oi", NOON + 1),
    sent("b1", NOON + 2),
    status("wamid.b1", "sent", NOON + 3),
    status("wamid.b1", "delivered", NOON + 4),
    status("wamid.b1", "read", NOON + 5),
    said("w2", "quero um carro", NOON + 6),
    said("e1", Edit("w2", "quero um SUV"), NOON + 7),
    said("r1", Reaction("wamid.b1", "👍"), NOON + 8),
    ReactionSeen(id="r1", contact=ANA, at_ms=NOON + 8, message="wamid.b1", emoji="👍"),
    said("w3", "apaga isto", NOON + 9),
    said("v1", Revoke("w3"), NOON + 10),
    sent("b2", NOON + 11),
    SendFailed(
        id="b2/0:failed", contact=ANA, at_ms=NOON + 12, outbound="b2", index=0, reason="meta_131026"
    ),
)


@given(st.randoms(use_true_random=False), st.integers(1, 3))
def test_any_order_and_number_of_deliveries_give_the_same_lines(
    chance: random.Random, times: int
) -> None:
    deliveries = list(HISTORY) * times
    chance.shuffle(deliveries)

    shuffled = taken(deliveries, a_ticket())

    assert lines(shuffled) == lines(taken(HISTORY, a_ticket()))
    assert shuffled.ticket is not None
    assert shuffled.ticket.unread == 3


def test_a_tick_that_overtakes_an_agents_own_reply_finds_it() -> None:
    line = Message(id="r1", at=NOON, sender="agent", kind="text", text="oi", tick="queued")
    left = sent("o1", author="agent", agent="vera")

    thread = taken(
        [status("wamid.o1", "read"), left], a_ticket(), Entry(message=line, outbound="o1")
    )

    assert lines(thread)["r1"].tick == "read"


def test_ticks_go_up_and_never_down() -> None:
    thread = taken([sent("b1"), status("wamid.b1", "read"), status("wamid.b1", "sent")], a_ticket())

    assert lines(thread)["wamid.b1"].tick == "read"


def test_a_failed_message_says_why() -> None:
    thread = taken([sent("b1"), status("wamid.b1", "failed", code=131047)], a_ticket())

    line = lines(thread)["wamid.b1"]
    assert (line.tick, line.reason) == ("failed", "meta_131047")


def test_what_is_taken_back_leaves_neither_words_nor_file() -> None:
    picture = said("w1", Media("image", "123", "image/jpeg", caption="segredo"), NOON + 1)

    thread = taken([said("v", Revoke("w1")), picture], a_ticket())

    entry = thread.entries["w1"]
    assert (entry.message.text, entry.message.media, entry.file) == ("", None, "")
    assert entry.message.revoked


def test_a_read_mark_is_no_line() -> None:
    assert lines(taken([sent("m", content=MarkRead(message="w1"))], a_ticket())) == {}


def test_a_call_for_a_person_opens_one_ticket_however_often_it_comes() -> None:
    thread = taken([asked(), asked(), asked("h2")])

    assert [step.change for step in thread.steps] == ["opened"]
    assert thread.ticket is not None
    assert thread.ticket.id == ticket_id(BOT, "h1")


def test_a_call_that_has_opened_a_ticket_before_opens_none() -> None:
    closed = a_ticket(status="closed", outcome="closed", closed_at_ms=NOON, opened_by="h9")
    thread = Thread(RULES, closed, known_openings=frozenset({"h1"}))

    thread.take(asked("h1", owner_revision=7), CONTACT)

    assert thread.steps == []


def test_a_call_from_before_the_close_opens_none_and_a_later_one_does() -> None:
    closed = a_ticket(status="closed", outcome="returned", closed_at_ms=NOON, owner_revision=5)

    assert taken([asked("late", owner_revision=4)], closed).steps == []
    assert [s.change for s in taken([asked("new", owner_revision=6)], closed).steps] == ["opened"]


@pytest.mark.parametrize("order", [1, -1])
def test_a_second_call_opens_a_second_ticket_whether_or_not_its_owner_is_told_first(
    order: int,
) -> None:
    closed = a_ticket(status="closed", outcome="returned", closed_at_ms=NOON, owner_revision=3)
    turn: list[Record] = [owner(4, "queue", "dialogue"), asked("h2", owner_revision=4)]

    thread = taken(turn[::order], closed)

    assert thread.ticket is not None
    assert (thread.ticket.opened_by, thread.ticket.status) == ("h2", "queue")


def test_a_call_that_overtakes_the_silence_before_it_leaves_people_with_a_ticket() -> None:
    abandoned = a_ticket(status="open", agent="vera", agent_name="Vera", owner_revision=2)

    thread = taken([asked("h2", owner_revision=4), owner(3, "bot", "idle")], abandoned)

    assert thread.ticket is not None
    assert thread.ticket.status == "open"


@pytest.mark.parametrize(
    ("details", "team"),
    [
        ({"team": "vendas"}, "vendas"),
        ({"team": "nobody"}, "geral"),
        ({"reason": "comprar"}, "vendas"),
        ({"slots": {"meta": {"interesse": "Comprar"}}}, "vendas"),
        ({}, "geral"),
    ],
)
def test_a_ticket_goes_to_the_team_that_was_asked_for_or_that_knows_the_matter(
    details: dict[str, Any], team: str
) -> None:
    ticket = taken([asked(**details)]).ticket

    assert ticket is not None
    assert ticket.team == team


def test_an_echo_opens_a_ticket_that_nobody_has_claimed() -> None:
    echo = EchoSeen(id="echo1", contact=ANA, at_ms=NOON, message="wamid.e", text="Bom dia!")

    ticket = taken([owner(3, "human", "echo"), echo]).ticket

    assert ticket is not None
    assert (ticket.status, ticket.agent, ticket.last_from) == ("open", "", "agent")
    assert ticket.first_reply_at_ms == NOON


def test_an_echo_on_a_waiting_ticket_answers_her() -> None:
    ticket = taken([owner(3, "human", "echo", NOON + MINUTE)], a_ticket()).ticket

    assert ticket is not None
    assert (ticket.status, ticket.waiting_since_ms) == ("open", None)
    assert ticket.first_reply_at_ms == NOON + MINUTE


def test_silence_closes_and_an_older_owner_changes_nothing() -> None:
    thread = taken([owner(5, "bot", "idle"), owner(4, "human", "echo")], a_ticket())

    assert thread.ticket is not None
    assert (thread.ticket.status, thread.ticket.outcome) == ("closed", "returned")


def test_a_claim_that_the_silence_did_not_know_of_keeps_the_ticket() -> None:
    claimed = tickets.claim(a_ticket(), VERA, RULES, NOON + HOUR).ticket

    thread = taken([owner(2, "bot", "idle", NOON + HOUR, people_spoke=NOON)], claimed)

    assert thread.ticket is not None
    assert (thread.ticket.status, thread.ticket.agent) == ("open", "vera")
    assert taken([owner(3, "human", "vera")], thread.ticket).ticket is not None


@pytest.mark.parametrize("word", ["transfer", "escalate"])
def test_a_ticket_that_went_back_to_a_queue_waits_there_although_the_silence_comes_late(
    word: str,
) -> None:
    claimed = tickets.claim(a_ticket(), VERA, RULES, NOON).ticket
    step = (
        tickets.transfer(claimed, VERA, rules=RULES, now_ms=NOON + HOUR, team="vendas")
        if word == "transfer"
        else tickets.escalate(claimed, RULES, NOON + HOUR)
    )
    assert step is not None
    late = owner(3, "bot", "idle", NOON + HOUR, people_spoke=NOON)

    ticket = taken([late, owner(4, "queue", "vera", NOON + HOUR)], step.ticket).ticket

    assert ticket is not None
    assert (ticket.status, ticket.shown_owner, ticket.owner_revision) == ("queue", "queue", 4)


def test_a_silence_since_the_last_claim_closes_although_clocks_differ() -> None:
    claimed = tickets.claim(a_ticket(), VERA, RULES, NOON).ticket

    ticket = taken([owner(3, "bot", "idle", NOON + HOUR, people_spoke=NOON - 5)], claimed).ticket

    assert ticket is not None
    assert ticket.status == "closed"


def test_a_requeue_that_comes_back_after_a_claim_leaves_the_claimers_ticket() -> None:
    queued = tickets.transfer(
        tickets.claim(a_ticket(), VERA, RULES, NOON).ticket,
        VERA,
        rules=RULES,
        now_ms=NOON,
        team="vendas",
    ).ticket
    claimed = tickets.claim(queued, OTTO, RULES, NOON).ticket

    ticket = taken([owner(3, "queue", "vera"), owner(4, "human", "otto")], claimed).ticket

    assert ticket is not None
    assert (ticket.status, ticket.agent, ticket.shown_owner) == ("open", "otto", "human")


def test_an_agents_own_claim_and_return_come_back_without_effect() -> None:
    open_ticket = a_ticket(status="open", agent="vera", agent_name="Vera")

    thread = taken([owner(2, "human", "vera"), owner(3, "bot", "vera")], open_ticket)

    assert thread.ticket is not None
    assert (thread.ticket.status, thread.ticket.agent) == ("open", "vera")


def test_another_app_that_holds_the_conversation_is_shown() -> None:
    ticket = taken([owner(2, "standby", "meta")], a_ticket()).ticket

    assert ticket is not None
    assert ticket.shown_owner == "standby"


def test_the_first_word_of_an_agent_that_left_keeps_the_promise_once() -> None:
    open_ticket = a_ticket(status="open", agent="vera", agent_name="Vera")
    replies = [sent(f"a{n}", NOON + n * MINUTE, author="agent", agent="vera") for n in (2, 3)]

    thread = taken(replies, open_ticket)

    first = [step for step in thread.steps if step.change == "first_reply"]
    assert [step.waited_ms for step in first] == [2 * MINUTE]
    assert thread.ticket is not None
    assert thread.ticket.waiting_since_ms is None


def test_a_reply_that_did_not_leave_lets_her_wait_again() -> None:
    line = Message(id="r1", at=NOON, sender="agent", kind="text", text="oi", tick="queued")
    answered = a_ticket(status="open", agent="vera", agent_name="Vera", waiting_since_ms=None)
    failed = SendFailed(
        id="x", contact=ANA, at_ms=NOON + MINUTE, outbound="o1", index=0, reason="window_closed"
    )

    thread = taken([failed], answered, Entry(message=line, outbound="o1"))

    assert thread.ticket is not None
    assert thread.ticket.waiting_since_ms == NOON + MINUTE
    assert thread.ticket.escalate_at_ms == NOON + 11 * MINUTE
    assert thread.entries["r1"].message.reason == "window_closed"


def test_words_from_before_the_ticket_count_for_nobody() -> None:
    thread = taken([said("w0", "antes", NOON - MINUTE)], a_ticket())

    assert thread.ticket is not None
    assert thread.ticket.unread == 0
    assert "w0" in lines(thread)


def test_a_closed_window_is_known_until_she_writes() -> None:
    refused = said("x", SendRefused(131047, "window_closed"), NOON + 1)

    closed = taken([refused], a_ticket()).ticket
    assert closed is not None
    assert closed.window_ends_ms == 0
    opened = taken([said("w", "oi", NOON + 2)], closed).ticket
    assert opened is not None
    assert opened.window_ends_ms > NOON


def test_a_changed_number_is_followed() -> None:
    moved = said("x", IdentityChanged(Address(phone="5511")))

    ticket = taken([moved], a_ticket()).ticket

    assert ticket is not None
    assert ticket.address.phone == "5511"


@pytest.mark.parametrize("tapped", ["csat:t1:5", "csat:t1:1"])
def test_the_first_rating_counts_and_is_thanked_once(tapped: str) -> None:
    closed = a_ticket(status="closed", outcome="closed", closed_at_ms=NOON)
    taps = [said(f"c{n}", Choice("list", tapped, "x"), NOON + n) for n in range(3)]

    thread = taken([*taps, said("c9", Choice("list", "csat:t1:3", "x"))], closed)

    assert thread.ticket is not None
    assert thread.ticket.rating == int(tapped[-1])
    assert sum(len(step.tells) for step in thread.steps) == 1
    assert thread.ticket.unread == 0


@pytest.mark.parametrize("tapped", ["csat:t1:0", "csat:t1:6", "csat:other:5", "csat:t1:5x", "x"])
def test_a_tap_that_rates_nothing_rates_nothing(tapped: str) -> None:
    closed = a_ticket(status="closed", outcome="closed", closed_at_ms=NOON)

    ticket = taken([said("c", Choice("list", tapped, "x"))], closed).ticket

    assert ticket is not None
    assert ticket.rating == 0


def test_a_quoted_reply_of_an_agent_is_named_by_its_own_id() -> None:
    line = Message(id="r1", at=NOON, sender="agent", kind="text", text="oi", tick="sent")
    quoting = said("w1", "este?", NOON + 1, reply_to="wamid.a")

    thread = taken([quoting], a_ticket(), Entry(message=line, wamid="wamid.a"))

    assert lines(thread)["w1"].reply_to == "r1"
