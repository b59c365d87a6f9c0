"""A ticket under any sequence of what people and time do to it: what is always true."""

from collections.abc import Callable

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from prosa.contracts.inbound import Claim, Inbound, Return
from services.handoff import tickets
from services.handoff.tickets import Actor, Refused, Step, Ticket
from tests.unit.handoff.builders import (
    ANA,
    BOSS,
    HOUR,
    MINUTE,
    NOON,
    OTTO,
    VERA,
    a_ticket,
    some_rules,
)

RULES = some_rules(escalate_to="vendas")
ACTORS = st.sampled_from([VERA, OTTO, BOSS])
CODES = {
    "",
    "claimed",
    "not_yours",
    "window_closed",
    "not_closed",
    "closed",
    "unreachable",
    "invalid",
}


class TicketMachine(RuleBasedStateMachine):
    """Every action by everybody at any time."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        self.ticket: Ticket = a_ticket()
        self.revision = 0
        self.left: int | None = None

    @initialize()
    def open(self) -> None:
        self.keep(tickets.opened(a_ticket(), RULES))

    def keep(self, step: Step | None) -> None:
        """Take a step, and look at what every step must be."""
        if step is None:
            return
        before = self.ticket
        assert step.ticket.revision == before.revision + (step.change != "opened")
        for told in step.tells:
            assert told.contact == ANA
            if isinstance(told, Inbound) and isinstance(told.body, Claim):
                assert told.body.agent == step.ticket.agent
            if isinstance(told, Inbound) and isinstance(told.body, Return):
                assert step.ticket.status == "closed"
        self.ticket = step.ticket

    def attempt(self, act: Callable[[], Step | None]) -> None:
        """Do what may be refused; a refusal changes nothing and has a code of the contract."""
        code = ""
        try:
            self.keep(act())
        except Refused as refused:
            code = refused.code
        assert code in CODES

    @rule(minutes=st.integers(0, 300))
    def time_passes(self, minutes: int) -> None:
        self.now += minutes * MINUTE
        for _ in range(4):
            self.keep(tickets.breach(self.ticket, self.now))
            self.keep(tickets.escalate(self.ticket, RULES, self.now))
        due = tickets.next_due_ms(self.ticket)
        assert due is None or due > self.now

    @rule(who=ACTORS)
    def claim(self, who: Actor) -> None:
        self.attempt(lambda: tickets.claim(self.ticket, who, RULES, self.now))

    @rule(who=ACTORS)
    def assign(self, who: Actor) -> None:
        self.attempt(lambda: tickets.assign(self.ticket, who, RULES, self.now))

    @rule(who=ACTORS, to=ACTORS)
    def transfer(self, who: Actor, to: Actor) -> None:
        self.attempt(
            lambda: tickets.transfer(self.ticket, who, rules=RULES, now_ms=self.now, to=to)
        )

    @rule(who=ACTORS, team=st.sampled_from(["geral", "vendas"]))
    def transfer_to_a_team(self, who: Actor, team: str) -> None:
        self.attempt(
            lambda: tickets.transfer(self.ticket, who, rules=RULES, now_ms=self.now, team=team)
        )

    @rule(who=ACTORS)
    def give_back(self, who: Actor) -> None:
        self.attempt(lambda: tickets.give_back(self.ticket, who, RULES, self.now))

    @rule(who=ACTORS)
    def close(self, who: Actor) -> None:
        self.attempt(lambda: tickets.close(self.ticket, who, RULES, self.now))

    @rule(who=ACTORS)
    def reopen(self, who: Actor) -> None:
        self.attempt(lambda: tickets.reopen(self.ticket, who, RULES, self.now))

    @rule(who=ACTORS, tags=st.lists(st.text(max_size=60), max_size=30).map(tuple))
    def tag(self, who: Actor, tags: tuple[str, ...]) -> None:
        self.attempt(lambda: tickets.tag(self.ticket, who, tags, self.now))

    @rule(who=ACTORS)
    def read(self, who: Actor) -> None:
        self.keep(tickets.read(self.ticket, who, self.now))

    @rule()
    def she_writes(self) -> None:
        ticket = self.ticket
        waiting = ticket.status != "closed"
        heard = msgspec.structs.replace(
            ticket,
            last_inbound_at_ms=self.now,
            unread=ticket.unread + waiting,
            waiting_since_ms=ticket.waiting_since_ms or self.now if waiting else None,
        )
        self.keep(
            Step(
                ticket=tickets.touched(tickets.with_escalation(heard, RULES)),
                change="timeline",
                at_ms=self.now,
            )
        )

    @rule()
    def a_reply_leaves(self) -> None:
        answered = tickets.answered(self.ticket, self.now)
        self.ticket = tickets.with_escalation(answered, RULES)

    @rule()
    def somebody_answers_by_phone(self) -> None:
        if self.ticket.status != "closed":
            self.keep(tickets.people_spoke(self.ticket, RULES, self.now))

    @rule()
    def silence_gives_it_back(self) -> None:
        self.keep(tickets.ended_elsewhere(self.ticket, "idle", RULES, self.now))

    @precondition(lambda self: self.ticket.status == "closed")
    @rule(rating=st.integers(1, 5))
    def she_rates(self, rating: int) -> None:
        before = self.ticket.rating
        self.keep(tickets.rate(self.ticket, rating, self.now))
        assert self.ticket.rating == (before or rating)

    # --- what is always true

    @invariant()
    def a_queue_has_no_assignee(self) -> None:
        assert self.ticket.status != "queue" or not self.ticket.agent

    @invariant()
    def only_what_is_closed_has_an_end(self) -> None:
        closed = self.ticket.status == "closed"
        assert closed == (self.ticket.closed_at_ms is not None)
        assert closed == bool(self.ticket.outcome)

    @invariant()
    def nothing_is_due_for_a_closed_ticket(self) -> None:
        if self.ticket.status == "closed":
            assert tickets.next_due_ms(self.ticket) is None
            assert self.ticket.waiting_since_ms is None
            assert self.ticket.escalate_at_ms is None
            row = tickets.conversation(self.ticket)
            assert row.first_reply_due_at is None
            assert row.resolution_due_at is None

    @invariant()
    def only_an_assignee_can_let_her_wait_too_long(self) -> None:
        if self.ticket.escalate_at_ms is not None:
            assert self.ticket.agent
            assert self.ticket.waiting_since_ms is not None

    @invariant()
    def each_promise_is_broken_once_at_most(self) -> None:
        assert len(self.ticket.late) == len(set(self.ticket.late))

    @invariant()
    def revisions_only_rise(self) -> None:
        assert self.ticket.revision >= self.revision
        self.revision = self.ticket.revision


TicketMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestTicketMachine = TicketMachine.TestCase


def test_what_the_resolution_had_left_goes_on_when_it_is_reopened() -> None:
    claimed = tickets.claim(a_ticket(), VERA, RULES, NOON).ticket
    closed = tickets.close(claimed, VERA, RULES, NOON + HOUR).ticket

    again = tickets.reopen(closed, VERA, RULES, NOON + 100 * HOUR).ticket

    assert again.resolution_due_ms == NOON + 107 * HOUR


def test_what_the_first_reply_had_left_goes_on_when_it_is_reopened() -> None:
    claimed = tickets.claim(a_ticket(), VERA, RULES, NOON).ticket
    closed = tickets.close(claimed, VERA, RULES, NOON + 5 * MINUTE).ticket

    again = tickets.reopen(closed, VERA, RULES, NOON + 100 * HOUR).ticket

    assert again.first_reply_due_ms == NOON + 100 * HOUR + 10 * MINUTE
    assert tickets.breach(again, NOON + 100 * HOUR) is None


def test_who_hands_a_ticket_to_a_team_is_not_given_it_again() -> None:
    claimed = tickets.claim(a_ticket(), VERA, RULES, NOON).ticket

    queued = tickets.transfer(claimed, VERA, rules=RULES, now_ms=NOON, team="vendas").ticket

    assert queued.not_again == VERA.id
    assert tickets.assign(queued, OTTO, RULES, NOON).ticket.not_again == ""
