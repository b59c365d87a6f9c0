"""Ownership as a state machine: whatever happens in whatever order, its rules hold."""

from datetime import timedelta

from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from prosa.contracts import inbound
from prosa.contracts.contact import Contact
from prosa.contracts.events import OwnerChanged
from prosa.contracts.inbound import CustomerBody, FactBody
from prosa.contracts.outbound import Outbound
from services.conversation import ownership
from tests.unit.conversation.builders import NOW_MS, a_contact, decide, received


class Ownership(RuleBasedStateMachine):
    """A conversation between a customer, a bot, people and another app."""

    def __init__(self) -> None:
        super().__init__()
        self.contact: Contact = a_contact()
        self.revisions = [0]

    def _happens(self, body: CustomerBody | FactBody | str) -> list[Outbound]:
        before = self.contact
        turn = decide(before, received(body))
        self.contact = turn.contact
        changes = [item for item in turn.outbox if isinstance(item, OwnerChanged)]
        assert self.contact.owner_revision == before.owner_revision + len(changes)
        assert (self.contact.owner != before.owner) <= bool(changes)
        self.revisions.append(self.contact.owner_revision)
        return [item for item in turn.outbox if isinstance(item, Outbound)]

    @rule()
    def customer_asks(self) -> None:
        owner = self.contact.owner
        spoken = self._happens("vocês entregam?")
        assert bool(spoken) == (owner == "bot")

    @rule()
    def customer_asks_for_a_person(self) -> None:
        owner = self.contact.owner
        self._happens("quero falar com uma pessoa")
        assert self.contact.owner == ("queue" if owner == "bot" else owner)

    @rule()
    def agent_claims(self) -> None:
        self._happens(inbound.Claim("ze"))
        assert self.contact.owner == "human"

    @rule()
    def agent_returns(self) -> None:
        self._happens(inbound.Return("ze"))
        assert self.contact.owner == "bot"

    @rule()
    def business_writes_from_its_phone(self) -> None:
        self._happens(inbound.Echo("text", "oi"))
        assert self.contact.owner == "human"

    @rule()
    def another_app_takes_over(self) -> None:
        self._happens(inbound.Handover(to_us=False))
        assert self.contact.owner == "standby"

    @rule()
    def another_app_gives_back(self) -> None:
        self._happens(inbound.Handover(to_us=True))
        assert self.contact.owner == "bot"

    @invariant()
    def revisions_only_rise(self) -> None:
        assert self.revisions == sorted(self.revisions)


TestOwnership = Ownership.TestCase
TestOwnership.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)


def test_people_s_silence_is_counted_from_their_last_word() -> None:
    contact = a_contact(owner="human", owner_since_ms=0, human_spoke_at_ms=NOW_MS)

    assert not ownership.is_abandoned(contact, timedelta(hours=1), NOW_MS + 3_599_999)
    assert ownership.is_abandoned(contact, timedelta(hours=1), NOW_MS + 3_600_000)


def test_a_bot_s_conversation_is_never_abandoned() -> None:
    assert not ownership.is_abandoned(a_contact(), timedelta(0), NOW_MS)
