"""Ownership as a state machine: whatever happens in whatever order, its rules hold."""

from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from prosa.contracts import inbound
from prosa.contracts.contact import Contact
from prosa.contracts.events import HandoffRequested, OwnerChanged
from prosa.contracts.outbound import Outbound
from prosa.contracts.turn import Turn
from services.conversation import ownership
from tests.unit.conversation.builders import NOW_MS, a_contact, a_resume
from tests.unit.conversation.happenings import HAPPENINGS, HOUR_MS, OWNERS, of, owned_by, table

TABLE = table()


@pytest.mark.parametrize("before", OWNERS)
@pytest.mark.parametrize("what", TABLE)
def test_the_page_s_table_is_what_happens(what: str, before: str) -> None:
    turn = HAPPENINGS[what](owned_by(before), NOW_MS)

    assert turn.contact.owner == TABLE[what][before]


def test_the_page_names_all_that_may_happen() -> None:
    assert set(TABLE) == set(HAPPENINGS)


class Ownership(RuleBasedStateMachine):
    """A conversation between a customer, a bot, people and another app, as time goes by."""

    def __init__(self) -> None:
        super().__init__()
        self.contact: Contact = a_contact()
        self.agent = ""
        self.at_ms = NOW_MS
        self.people_spoke_at_ms = NOW_MS
        self.stopped = False

    def _take(self, what: str, turn: Turn) -> list[Outbound]:
        before, self.contact = self.contact, turn.contact
        told = [item for item in turn.outbox if isinstance(item, OwnerChanged)]
        said = [item for item in turn.outbox if isinstance(item, Outbound)]
        handed = [item for item in turn.outbox if isinstance(item, HandoffRequested)]
        assert self.contact.owner_revision == before.owner_revision + len(told), what
        assert [each.owner for each in told][-1:] in ([], [self.contact.owner])
        assert len({each.id for each in told}) == len(told)
        assert bool(told) >= (self.contact.owner != before.owner)
        assert bool(handed) <= (self.contact.owner == "queue")
        assert all(each.owner_revision == self.contact.owner_revision for each in said)
        return said

    def _abandoned(self) -> bool:
        silence = self.at_ms - self.people_spoke_at_ms
        return self.contact.owner in ("queue", "human") and silence >= 12 * HOUR_MS

    @rule(hours=st.integers(1, 7))
    def time_passes(self, hours: int) -> None:
        self.at_ms += hours * HOUR_MS

    @rule(
        what=st.sampled_from(
            [
                "she writes",
                "she asks for a person",
                "the dialogue hands over",
                "a tool fails and the dialogue has no steps for it",
                "her message is a dead letter",
            ]
        )
    )
    def she_writes(self, what: str) -> None:
        owner = "bot" if self._abandoned() else self.contact.owner
        said = self._take(what, HAPPENINGS[what](self.contact, self.at_ms))
        assert self.contact.owner == TABLE[what][owner]
        assert bool(said) == (owner == "bot")
        if self.contact.owner != owner:
            self.people_spoke_at_ms = self.at_ms
        if self.contact.owner in ("bot", "queue"):
            self.agent = ""

    @rule(agent=st.sampled_from(["ze", "bia"]))
    def an_agent_claims(self, agent: str) -> None:
        before = self.contact
        assert not self._take("claim", of(inbound.Claim(agent))(before, self.at_ms))
        passed_on = (before.owner, before.agent) != ("human", agent)
        assert self.contact.owner_revision == before.owner_revision + passed_on
        self.agent, self.people_spoke_at_ms = agent, self.at_ms

    @rule()
    def the_business_writes_from_its_phone(self) -> None:
        held = self.contact.owner == "human"
        assert not self._take("echo", of(inbound.Echo("text", "oi"))(self.contact, self.at_ms))
        self.agent = self.agent if held else ""
        self.people_spoke_at_ms = self.at_ms

    @rule()
    def a_person_puts_it_into_the_queue(self) -> None:
        waited = self.contact.owner == "queue"
        self._take("requeue", of(inbound.Requeue("bia", "balcao"))(self.contact, self.at_ms))
        self.agent = ""
        assert self.contact.team == "balcao"
        if not waited:
            self.people_spoke_at_ms = self.at_ms

    @rule(closed=st.booleans())
    def an_agent_returns_it_and_the_next_message_is_answered(self, closed: bool) -> None:
        owner = self.contact.owner
        returned = of(inbound.Return("ze", closed=closed))(self.contact, self.at_ms)
        assert not self._take("return", returned)
        session = self.contact.session
        assert owner == "bot" or session is None or session.question is None
        self.agent = ""
        assert self._take("she writes", of("vocês entregam?")(self.contact, self.at_ms))

    @rule(
        what=st.sampled_from(
            ["another app speaks", "another app takes control", "control comes to us"]
        )
    )
    def another_app_acts(self, what: str) -> None:
        owner = self.contact.owner
        assert not self._take(what, HAPPENINGS[what](self.contact, self.at_ms))
        assert self.contact.owner == TABLE[what][owner]

    @rule()
    def she_stops_marketing(self) -> None:
        owner = self.contact.owner
        self._take("stop", HAPPENINGS["she stops marketing"](self.contact, self.at_ms))
        assert self.contact.owner == owner
        self.stopped = True

    @rule(emoji=st.sampled_from(["👍", ""]))
    def she_reacts_to_what_people_wrote(self, emoji: str) -> None:
        owner = self.contact.owner
        reaction = inbound.Reaction("wamid.0", emoji)
        assert not self._take("reaction", of(reaction)(self.contact, self.at_ms))
        assert self.contact.owner == owner

    @invariant()
    def the_agent_is_who_claimed_last_and_only_while_a_human_has_it(self) -> None:
        assert self.contact.agent == (self.agent if self.contact.owner == "human" else "")

    @invariant()
    def a_team_is_kept_until_the_bot_has_it(self) -> None:
        assert self.contact.owner != "bot" or not self.contact.team

    @invariant()
    def who_stopped_marketing_stays_stopped(self) -> None:
        assert self.contact.marketing == ("stopped" if self.stopped else "unknown")


TestOwnership = Ownership.TestCase
TestOwnership.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


def test_people_s_silence_is_counted_from_their_last_word() -> None:
    contact = a_contact(owner="human", owner_since_ms=0, human_spoke_at_ms=NOW_MS)

    assert not ownership.is_abandoned(contact, a_resume(), NOW_MS + 12 * HOUR_MS - 1)
    assert ownership.is_abandoned(contact, a_resume(), NOW_MS + 12 * HOUR_MS)


def test_an_agent_who_replies_is_not_silent() -> None:
    claimed = of(inbound.Claim("ze"))(a_contact(), NOW_MS).contact

    again = of(inbound.Claim("ze"))(claimed, NOW_MS + 11 * HOUR_MS).contact

    assert again.owner_revision == claimed.owner_revision
    assert of("oi")(again, NOW_MS + 13 * HOUR_MS).contact.owner == "human"


def test_a_bot_s_conversation_is_never_abandoned() -> None:
    assert not ownership.is_abandoned(a_contact(), a_resume(), NOW_MS)


@pytest.mark.parametrize("later", [inbound.Reaction("wamid.0", "👍"), inbound.Edit("wamid.0", "?")])
def test_only_a_message_brings_an_abandoned_conversation_back(later: Any) -> None:
    contact = owned_by("human")

    assert of(later)(contact, NOW_MS + 13 * HOUR_MS).contact.owner == "human"
