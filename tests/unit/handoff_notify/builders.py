"""A handoff to tell of."""

from typing import Any

import msgspec

from prosa.contracts.chatbot import Team
from prosa.contracts.events import HandoffRequested
from prosa.contracts.identity import ContactKey, bot_token
from services.handoff.notify.notification import Handoff, Line
from services.handoff.notify.wording import Voice

BOT = bot_token("bots", "test")
AT_MS = 1_795_618_800_000  # 2026-11-25 15:00 UTC, a Wednesday, 12:00 in São Paulo
PORTUGUESE = Voice("pt-BR", "America/Sao_Paulo", "https://inbox.example/")
ENGLISH = Voice("en", "UTC")


def a_request(**fields: Any) -> HandoffRequested:
    defaults: dict[str, Any] = {
        "id": "p5519999990001:handoff:7",
        "contact": ContactKey("p5519999990001"),
        "at_ms": AT_MS,
        "team": "vendas",
        "reason": "asked",
        "summary": "Quer um Onix até 60 mil",
        "slots": {"modelo": "Onix", "preco": 60000.0, "troca": False, "vazio": None},
        "owner_revision": 2,
    }
    return HandoffRequested(**(defaults | fields))


def a_handoff(request: HandoffRequested | None = None, **fields: Any) -> Handoff:
    defaults: dict[str, Any] = {
        "bot": BOT,
        "ticket": "t-1",
        "request": request or a_request(),
        "name": "Maria",
        "phone": "5519999990001",
        "messages": (Line(AT_MS - 60_000, "oi"), Line(AT_MS, "quero falar com alguém")),
    }
    return Handoff(**(defaults | fields))


def a_team(**notify: Any) -> Team:
    return msgspec.convert({"name": "vendas", "notify": notify}, Team)
