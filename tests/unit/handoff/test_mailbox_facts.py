"""What the contact's mailbox hears of the people who have her conversation."""

from prosa.contracts.identity import Address
from prosa.contracts.inbound import Claim, Inbound, Requeue, Return
from prosa.contracts.outbound import Outbound, OutboundId, Text
from services.handoff import tickets
from services.handoff.contract import Message
from services.handoff.tickets import Step, Ticket
from tests.unit.handoff.builders import ANA, MINUTE, NOON, OTTO, VERA, a_ticket, some_rules

RULES = some_rules()


def facts(step: Step | None) -> list[object]:
    assert step is not None
    return [told.body for told in step.tells if isinstance(told, Inbound)]


def claimed() -> Ticket:
    return tickets.claim(a_ticket(), VERA, RULES, NOON).ticket


def test_a_claim_takes_her_from_the_bot() -> None:
    assert facts(tickets.claim(a_ticket(), VERA, RULES, NOON)) == [Claim("vera")]


def test_each_reply_keeps_the_conversation_with_people() -> None:
    outbound = Outbound(
        id=OutboundId("r1"),
        contact=ANA,
        address=Address(phone="5519999990001"),
        phone_number_id="106",
        messages=(Text(body="oi"),),
        author="agent",
        owner_revision=2,
        created_at_ms=NOON,
    )
    entry = Message(id="r1", at=NOON, sender="agent", kind="text", text="oi")

    step = tickets.reply(claimed(), VERA, entry, outbound=outbound, rules=RULES, now_ms=NOON)

    assert facts(step) == [Claim("vera")]
    assert outbound in step.tells


def test_a_transfer_to_a_person_is_that_persons_claim() -> None:
    step = tickets.transfer(claimed(), VERA, rules=RULES, now_ms=NOON, to=OTTO)

    assert facts(step) == [Claim("otto")]


def test_a_transfer_to_a_team_puts_her_into_the_queue() -> None:
    step = tickets.transfer(claimed(), VERA, rules=RULES, now_ms=NOON, team="vendas")

    assert facts(step) == [Requeue("vera", "vendas")]


def test_an_escalation_puts_her_into_the_queue_too() -> None:
    late = NOON + 11 * MINUTE

    assert facts(tickets.escalate(claimed(), RULES, late)) == [Requeue("vera", claimed().team)]


def test_closing_gives_her_back_to_the_bot() -> None:
    assert facts(tickets.close(claimed(), VERA, RULES, NOON)) == [Return("vera", closed=True)]
