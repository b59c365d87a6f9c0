"""Builders of the campaigns' unit tests."""

from collections.abc import Mapping
from typing import Any

import msgspec

from prosa.contracts.catalogue import Item
from prosa.contracts.chatbot import Campaign, ChatbotSpec
from prosa.contracts.identity import Address, ContactKey
from services.campaigns.candidates import NOTHING, Candidate, History
from services.campaigns.causes import trigger_of
from services.campaigns.news import News
from services.campaigns.planning import Left, Planned, Planner

NOON = 1_795_532_400_000
"""2026-11-24 12:00 in São Paulo, a Tuesday."""
HOUR = 3_600_000

SILENT: Mapping[str, Any] = {
    "name": "volta",
    "trigger": {"inactive": "48h"},
    "schedule": "0 9 * * *",
    "template": {"name": "volta_ai", "language": "pt_BR"},
}


def a_spec(campaign: Mapping[str, Any] = SILENT, **spec: Any) -> ChatbotSpec:
    """Build a Chatbot's spec with one campaign."""
    return msgspec.convert(
        {
            "whatsapp": {
                "phoneNumberId": "1",
                "businessAccountId": "2",
                "credentialsSecretRef": {"name": "s"},
            },
            "dialogue": {"inline": "{}"},
            "campaigns": [campaign],
            "catalogue": {
                "source": {"configMapRef": {"name": "c", "key": "c.csv"}},
                "price": "preco",
            },
            **spec,
        },
        ChatbotSpec,
    )


def a_campaign(**details: Any) -> Campaign:
    """Build a campaign."""
    return msgspec.convert({**SILENT, **details}, Campaign)


def a_candidate(**details: Any) -> Candidate:
    """Build Ana, who wants marketing and has been silent for 50 hours."""
    return Candidate(
        **{
            "contact": ContactKey("p5519999990001"),
            "address": Address(phone="5519999990001"),
            "name": "Ana Souza",
            "marketing": "granted",
            "first_inbound_at_ms": NOON - 90 * HOUR,
            "last_inbound_at_ms": NOON - 50 * HOUR,
            **details,
        }
    )


def a_car(key: str, modelo: str, preco: float, **fields: Any) -> Item:
    """Build a car."""
    return Item(key, {"id": key, "modelo": modelo, "preco": preco, **fields})


def plan(
    candidate: Candidate,
    history: History = NOTHING,
    *,
    campaign: Mapping[str, Any] = SILENT,
    news: tuple[News, ...] = (),
    now_ms: int = NOON,
    sent_today: int = 0,
    **spec: Any,
) -> Planned | Left:
    """Plan one contact."""
    return a_planner(
        campaign=campaign, news=news, now_ms=now_ms, sent_today=sent_today, **spec
    ).plan(candidate, history)


def a_planner(
    *,
    campaign: Mapping[str, Any] = SILENT,
    news: tuple[News, ...] = (),
    now_ms: int = NOON,
    sent_today: int = 0,
    on_queue: int = 0,
    **spec: Any,
) -> Planner:
    """Build a planner."""
    made = a_spec(campaign, **spec)
    own = made.campaigns[0]
    trigger = trigger_of(own.trigger, made, news)
    return Planner(made, own, trigger, now_ms=now_ms, sent_today=sent_today, on_queue=on_queue)
