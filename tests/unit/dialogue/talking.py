"""A customer and a bot in one process: what tests of the interpreter talk with."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from prosa.contracts import outbound
from prosa.contracts.session import Session
from prosa.dialogue.compiler import compile_dialogue
from prosa.dialogue.extractors.normalise import fold
from prosa.dialogue.hours import parse_hours
from prosa.dialogue.interpreter import finish, take_turn
from prosa.dialogue.language import Program
from prosa.dialogue.turns import (
    Answered,
    Call,
    CallResult,
    Failed,
    Heard,
    Person,
    Ranking,
    Reply,
    Scene,
    Scored,
    Utterance,
)

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
TUESDAY_NOON = dt.datetime(2026, 11, 24, 12, 0, tzinfo=SAO_PAULO)
HOURS = parse_hours({"mon-fri": ["09:00-18:00"], "sat": ["09:00-13:00"]})

BIKES: list[dict[str, Any]] = [
    {"id": "b1", "nome": "Caloi Elite 2018", "tipo": "mtb", "diaria": 60, "foto": "b1.jpg"},
    {"id": "b2", "nome": "Sense Impact 2018", "tipo": "mtb", "diaria": 75, "foto": "b2.jpg"},
    {"id": "b3", "nome": "Oggi Velloce", "tipo": "speed", "diaria": 90, "foto": "b3.jpg"},
    {"id": "b4", "nome": "Tern Verge", "tipo": "dobravel", "diaria": 50, "foto": "b4.jpg"},
]

BIKE_SHOP = """
dialogue: v1
locale: pt-BR
vars:
  loja: Pedal
  endereco: Rua das Flores, 10
intents:
  alugar: |
    quero alugar uma bicicleta
    tem {tipo} para alugar?
    procuro uma {tipo} até {diaria_max}
    quais bikes vocês têm?
  reservar: |
    quero reservar uma bike
    posso pegar a bike {quando}?
    dá para reservar?
    quero marcar a retirada
  endereco: |
    onde fica a loja?
    qual o endereço de vocês?
    como chego aí?
    vocês ficam em que rua?
  pessoa: |
    quero falar com um atendente
    me passa para uma pessoa
    atendente por favor
    não quero falar com robô
slots:
  tipo: {type: choice, options: {mtb: [montanha], speed: [corrida], dobravel: {label: dobrável}}}
  diaria_max: {type: money, min: 20, max: 500, bound: upper}
  bicicleta: {type: choice, from: procurar.items, label: "{nome} por {diaria|brl}"}
  quando:
    type: datetime
    within: business
    invalid: Abrimos de segunda a sábado. Que dia e hora?
tools:
  procurar:
    catalogue: search
    where: {tipo: "{tipo}", diaria: {atMost: "{diaria_max}"}}
    sort: diaria
  marcar:
    post: http://agenda/v1/reservas
    json: {bike: "{bicicleta.id}", quando: "{quando}"}
    confirm: true
faq:
  endereco: "Ficamos na {vars.endereco}."
flows:
  alugar:
    title: escolher uma bicicleta
    start: {intent: alugar}
    steps:
      - {ask: tipo, say: "Que tipo de bike?"}
      - {ask: diaria_max, say: "Até quanto por dia?"}
      - {call: procurar, failed: [{say: "O estoque não respondeu."}, {handoff: balcao}]}
      - if: size(procurar.items) == 0
        then: [{say: "Nada até {diaria_max}."}, {end: true}]
      - {ask: bicicleta, say: "Tenho {procurar.items|len}. Qual?"}
      - {say: "{bicicleta.nome}: {bicicleta.diaria|brl} por dia.", image: "{bicicleta.foto}"}
      - {flow: reservar}
  reservar:
    title: reservar a bicicleta
    start: {intent: reservar}
    steps:
      - {flow: alugar, when: bicicleta == null}
      - {id: hora, ask: quando, say: "Quando quer retirar?"}
      - confirm: "Reservo a {bicicleta.nome} para {quando}?"
        denied: [{clear: quando}, {goto: hora}]
      - {call: marcar, failed: [{handoff: balcao}]}
      - {say: "Reservado! {quando}, na {vars.endereco}."}
handoff: {intent: pessoa, teams: [balcao, oficina]}
"""


class Talk:
    """A conversation: `says` takes a turn, the latest reply stays to be looked at."""

    def __init__(
        self,
        source: str | Program = BIKE_SHOP,
        *,
        answer: Callable[[Call], CallResult] | None = None,
        now: dt.datetime = TUESDAY_NOON,
        **scene: Any,
    ) -> None:
        self.program = compile_dialogue(source) if isinstance(source, str) else source
        self.session: Session | None = None
        self.calls: list[Call] = []
        self.reply = Reply(Session(program=""))
        self.scene = Scene(
            now=now, time_zone=SAO_PAULO, **{"hours": HOURS, "contact": Person(name="Ana"), **scene}
        )
        self._answer = answer or bike_catalogue

    def says(self, *texts: str, intent: str = "", clarify: tuple[str, ...] = ()) -> list[str]:
        """Send texts in one burst; give what the bot shows."""
        return self.sends(
            *(
                Utterance(kind="text", text=text, ranking=self.ranking(text, intent, clarify))
                for text in texts
            )
        )

    def taps(self, title: str) -> list[str]:
        """Tap the button or row of this title in the latest reply."""
        return self.taps_id(self.choices[title])

    def taps_id(self, payload: str, title: str = "") -> list[str]:
        """Tap a button that may be long gone."""
        return self.sends(Utterance(kind="choice", choice=payload, text=title))

    def sends(self, *utterances: Utterance, joint: Ranking | None = None) -> list[str]:
        """Send anything; give what the bot shows."""
        turn = take_turn(self.program, self.session, Heard(utterances, joint), self.scene)
        self.reply = finish(turn, self._run)
        stored = msgspec.json.encode(self.reply.session)
        self.session = msgspec.json.decode(stored, type=Session)
        return self.shown

    def waits(self, **delta: float) -> "Talk":
        """Let time pass."""
        self.scene = msgspec.structs.replace(self.scene, now=self.scene.now + dt.timedelta(**delta))
        return self

    def ranking(self, text: str, intent: str, clarify: tuple[str, ...]) -> Ranking:
        """Rank as a test says, else by the very examples."""
        if clarify:
            return Ranking(tuple(Scored(name, 0.3) for name in clarify), "clarify")
        for name, examples in self.program.intents_for("pt-BR").items():
            if intent == name or fold(text) in {fold(example) for example in examples}:
                return Ranking((Scored(name, 0.9),), "accept")
        return Ranking()

    @property
    def shown(self) -> list[str]:
        """The bodies of the latest reply."""
        return [body(message) for message in self.reply.messages]

    @property
    def choices(self) -> dict[str, str]:
        """Titles and payloads of the buttons and rows in the latest reply."""
        found: dict[str, str] = {}
        for message in self.reply.messages:
            if isinstance(message, outbound.Buttons):
                found |= {button.title: button.id for button in message.buttons}
            if isinstance(message, outbound.List):
                found |= {row.title: row.id for section in message.sections for row in section.rows}
        return found

    @property
    def slots(self) -> Mapping[str, Any]:
        """What is filled."""
        return self.reply.session.slots

    @property
    def decisions(self) -> list[tuple[str, str]]:
        """Kinds and subjects of the trace."""
        return [(decision.kind, decision.subject) for decision in self.reply.trace]

    def _run(self, call: Call) -> CallResult:
        self.calls.append(call)
        return self._answer(call)


def body(message: outbound.Message) -> str:
    """Give the words of a message; its type in brackets when it has none."""
    if isinstance(message, outbound.Media):
        return message.caption or f"[{message.kind}]"
    if isinstance(
        message,
        outbound.Text | outbound.Buttons | outbound.List | outbound.Link | outbound.LocationRequest,
    ):
        return message.body
    return f"[{type(message).__name__}]"


def bike_catalogue(call: Call) -> CallResult:
    """Search the bikes; accept every reservation."""
    if call.tool != "procurar":
        return Answered({"ok": True})
    where = call.arguments["where"]
    kind = where.get("tipo", {}).get("is")
    most = where.get("diaria", {}).get("atMost")
    items = [
        bike
        for bike in BIKES
        if (kind is None or bike["tipo"] == kind) and (most is None or bike["diaria"] <= most)
    ]
    return Answered({"items": items, "total": len(items)})


def unreachable(_call: Call) -> CallResult:
    """Answer no call."""
    return Failed("timeout")
