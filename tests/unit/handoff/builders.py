"""Tickets, rules and records as tests write them."""

from typing import Any
from zoneinfo import ZoneInfo

from prosa.contracts.chatbot import Team
from prosa.contracts.events import HandoffRequested, MessageSent
from prosa.contracts.identity import Address, BotToken, ContactKey, contact_key
from prosa.contracts.inbound import CustomerBody, FactBody, Inbound, Text
from prosa.contracts.outbound import Message as OutMessage
from prosa.contracts.outbound import Text as OutText
from services.handoff.business import Calendar
from services.handoff.rules import Rules
from services.handoff.tickets import Actor, Ticket

BOT = BotToken("bots_test")
ANA: ContactKey = contact_key(Address(phone="5519999990001"))
NOON = 1_790_000_000_000
MINUTE = 60_000
HOUR = 60 * MINUTE

VERA = Actor("vera", "Vera")
OTTO = Actor("otto", "Otto")
BOSS = Actor("boss", "Chefe", supervisor=True)


def some_rules(**details: Any) -> Rules:
    """Rules without closed hours, unless given."""
    return Rules(
        **{
            "bot": BOT,
            "name": "test",
            "locale": "pt-BR",
            "time_zone": "America/Sao_Paulo",
            "phone_number_id": "106",
            "calendar": Calendar(ZoneInfo("America/Sao_Paulo")),
            "teams": (Team(name="geral"), Team(name="vendas", skills=("comprar",))),
            "first_reply_ms": 15 * MINUTE,
            "resolution_ms": 8 * HOUR,
            "escalate_after_ms": 10 * MINUTE,
            "question": "Como foi?",
            "thanks": "Obrigado!",
            **details,
        }
    )


def a_ticket(**details: Any) -> Ticket:
    """Build a ticket in the queue, just opened, with an open window."""
    return Ticket(
        **{
            "id": "t1",
            "contact": ANA,
            "opened_by": "h1",
            "opened_at_ms": NOON,
            "status": "queue",
            "owner_revision": 1,
            "name": "Ana",
            "phone": "5519999990001",
            "phone_number_id": "106",
            "last_inbound_at_ms": NOON,
            "last_inbound_id": "wamid.0",
            "waiting_since_ms": NOON,
            "first_reply_due_ms": NOON + 15 * MINUTE,
            "resolution_due_ms": NOON + 8 * HOUR,
            **details,
        }
    )


def said(id: str, body: CustomerBody | FactBody | str, at_ms: int = NOON, **more: Any) -> Inbound:  # noqa: A002 - the record's own word
    """Build a record on IN."""
    return Inbound(
        id=id,
        contact=ANA,
        phone_number_id="106",
        at_ms=at_ms,
        received_at_ms=at_ms,
        body=Text(body) if isinstance(body, str) else body,
        **more,
    )


def sent(outbound: str, at_ms: int = NOON, **details: Any) -> MessageSent:
    """Build a record that something left."""
    content: OutMessage = details.pop("content", OutText(body="oi"))
    return MessageSent(
        **{
            "id": f"{outbound}/0:sent",
            "contact": ANA,
            "at_ms": at_ms,
            "outbound": outbound,
            "index": 0,
            "wamid": f"wamid.{outbound}",
            "message": "text",
            "author": "bot",
            "category": "service",
            "content": content,
            **details,
        }
    )


def asked(id: str = "h1", at_ms: int = NOON, **details: Any) -> HandoffRequested:  # noqa: A002 - the event's own word
    """Build a call for a person."""
    return HandoffRequested(
        **{
            "id": id,
            "contact": ANA,
            "at_ms": at_ms,
            "team": "",
            "reason": "asked",
            "owner_revision": 1,
            **details,
        }
    )
