"""Contacts, messages and rules for conversation's tests; each shows only what matters."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from prosa.contracts.contact import Contact
from prosa.contracts.identity import Address, ContactKey
from prosa.contracts.inbound import CustomerBody, FactBody, Inbound, Text
from prosa.contracts.turn import Received, Turn
from prosa.dialogue.compiler import compile_dialogue
from prosa.dialogue.hours import Hours
from prosa.dialogue.turns import Answered, Call, CallResult, Ranking, Scene, Scored
from services.conversation import turns
from services.conversation.ownership import Resume

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)
KEY = ContactKey("pana")
ZONE = ZoneInfo("America/Sao_Paulo")

DIALOGUE = """\
dialogue: v1
locale: pt-BR
intents:
  entrega: |
    vocês entregam?
    fazem entrega em casa?
    tem frete?
    entregam no meu bairro?
  gente: |
    quero falar com uma pessoa
    me passa para um atendente
    atendente por favor
    falar com humano
slots:
  bairro: {type: text}
flows:
  entrega:
    title: ver a entrega
    start: {intent: entrega}
    steps:
      - {ask: bairro, say: "Em que bairro?"}
      - {say: "Entregamos em {bairro}."}
  prazo:
    title: ver o prazo
    start: {keyword: prazo}
    steps: [{call: prazo}, {say: "Em {prazo.dias} dias."}]
  reclamar:
    title: reclamar
    start: {keyword: reclamar}
    steps: [{handoff: balcao}]
tools:
  prazo: {get: "https://padaria.example/prazo"}
handoff: {intent: gente, teams: {balcao: {}}}
"""
PROGRAM = compile_dialogue(DIALOGUE, "dialogue.yaml")


def a_contact(**fields: Any) -> Contact:
    return Contact(key=KEY, address=Address(phone="5519999990001"), **fields)


def an_inbound(body: CustomerBody | FactBody, *, n: int = 1, **fields: Any) -> Inbound:
    return Inbound(
        id=f"wamid.{n}",
        contact=KEY,
        phone_number_id="106540352242922",
        at_ms=NOW_MS - 1000 + n,
        received_at_ms=NOW_MS,
        body=body,
        address=Address(phone="5519999990001"),
        **fields,
    )


def received(*bodies: CustomerBody | FactBody | str, at_ms: int = NOW_MS) -> list[Received]:
    return [
        Received(an_inbound(Text(body) if isinstance(body, str) else body, n=n), n, at_ms)
        for n, body in enumerate(bodies, start=1)
    ]


def a_resume(*, hours: Hours | None = None, idle: timedelta = timedelta(hours=12)) -> Resume:
    return Resume(idle, hours, ZONE)


def rules(**fields: Any) -> turns.Rules:
    scene = Scene(now=NOW, time_zone=ZONE)
    return turns.Rules(
        **{
            "program": PROGRAM,
            "scene": scene,
            "now_ms": NOW_MS,
            "resume": a_resume(),
            **fields,
        }
    )


def rules_at(at_ms: int, hours: Hours | None = None) -> turns.Rules:
    """Give the rules of a moment; people answer within `hours`."""
    now = datetime.fromtimestamp(at_ms / 1000, UTC)
    scene = Scene(now=now, time_zone=ZONE, hours=hours)
    return rules(scene=scene, now_ms=at_ms, resume=a_resume(hours=hours))


INTENTS = {"entrega": ("entreg", "frete"), "gente": ("pessoa", "atendente", "humano")}


def _rank(text: str) -> Ranking:
    for intent, words in INTENTS.items():
        if any(word in text.lower() for word in words):
            return Ranking((Scored(intent, 0.9),), "accept")
    return Ranking((), "reject")


def decide(
    contact: Contact,
    messages: Sequence[Received],
    with_rules: turns.Rules | None = None,
    *,
    answer: CallResult | None = None,
    known: Contact | None = None,
) -> Turn:
    """Run a decision, ranking texts by plain words and answering every call alike."""
    deciding = turns.decide(contact, messages, with_rules or rules())
    result: Any = None
    while True:
        try:
            question = deciding.send(result)
        except StopIteration as decided:
            turn: Turn = decided.value
            return turn
        if isinstance(question, turns.Recall):
            result = known
        elif isinstance(question, Call):
            result = answer or Answered({})
        else:
            result = [_rank(text) for text in question.texts]
