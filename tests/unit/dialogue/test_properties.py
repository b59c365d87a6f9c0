"""Whatever a customer sends: no error, no end of the loop, the same reply each time.

And a session means the same after it was stored.
"""

from collections.abc import Sequence

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from prosa.contracts import outbound
from prosa.contracts.session import Session
from prosa.dialogue.compiler import compile_dialogue
from prosa.dialogue.interpreter import finish, take_turn
from prosa.dialogue.problems import DialogueRefused
from prosa.dialogue.turns import (
    Call,
    CallResult,
    Failed,
    File,
    Heard,
    Place,
    Ranking,
    Reply,
    Scene,
    Scored,
    Utterance,
)
from tests.unit.dialogue.talking import BIKE_SHOP, SAO_PAULO, TUESDAY_NOON, Talk, bike_catalogue

KITCHEN_SINK = """
dialogue: v1
locale: pt-BR
locales: [en]
vars: {loja: {pt-BR: Loja, en: Shop}}
greeting: "{day.greeting}, {contact.name|first|or:visita}!"
intents:
  pedir: |
    quero pedir
    fazer um pedido
    pedir {prato}
    quero {quantos} {prato}
  dados: [meus dados, meu cadastro, atualizar cadastro, mudar telefone]
  hora: ["que horas abre?", abre hoje, horário, fecha tarde]
  gente: [atendente, pessoa, humano, alguém]
slots:
  prato: {type: choice, from: catalogue.prato}
  quantos: {type: number, min: 1, max: 20, units: [pratos, porções], valid: value != 13}
  quando: {type: datetime, only: future}
  dia: {type: date, only: past}
  nome: {type: text, minLength: 2, maxLength: 40, pattern: "[^0-9]+", keep: true}
  email: {type: email}
  cpf: {type: cpf}
  fone: {type: phone}
  cep: {type: postal_code}
  onde: {type: location}
  foto: {type: image}
  bom: {type: yes_no}
  escolha: {type: choice, from: achar.items, label: "{nome} {preco|brl}", key: id}
tools:
  achar: {catalogue: search, where: {prato: "{prato}", cliente: {not: "{contact.name}"}}}
  enviar:
    post: http://x/{nome}
    json: {n: "{quantos}", dobro: {cel: "quantos * 2"}, f: "{contact.phone}", l: "{vars.loja}"}
    confirm: true
faq: {hora: ["Abrimos às 10.", "{hours.next|datetime}"]}
flows:
  pedir:
    title: fazer um pedido
    start: [{intent: pedir}, {keyword: pedido}, {received: [order, reaction]}]
    steps:
      - {id: de_novo, ask: prato, say: "Qual prato?", optional: true}
      - ask: quantos
        say: Quantos?
        tries: 2
        exhausted: [{set: {quantos: 1}}, {goto: next}]
      - {call: achar, failed: [{say: Sem estoque.}]}
      - {say: "{item.nome}", image: "{item.foto}", each: achar.items, limit: 3}
      - {ask: escolha, say: "Qual destes?"}
      - {ask: quando, say: "Quando?"}
      - confirm: "{quantos} de {escolha}, {quando}?"
        denied: [{clear: [escolha, quando]}, {goto: de_novo}]
      - {call: enviar}
      - {tag: comprou}
      - {end: session}
  dados:
    title: atualizar o cadastro
    start: {intent: dados}
    steps:
      - {ask: nome, say: "Nome?"}
      - {ask: email, say: "E-mail?"}
      - {ask: cpf, say: "CPF?", optional: true}
      - {ask: fone, say: "Telefone?", optional: true}
      - {ask: cep, say: "CEP?", optional: true}
      - {ask: onde, say: "Onde?", optional: true}
      - {ask: foto, say: "Foto?", optional: true}
      - {ask: dia, say: "Nascimento?", optional: true}
      - {ask: bom, say: "Bom?"}
      - if: bom
        then: [{say: "Ótimo, {nome}!"}, {flow: pedir, when: "quantos > 3"}]
        else: [{handoff: balcao}]
handoff: {intent: gente, teams: [balcao]}
"""
PROGRAMS = {source: compile_dialogue(source) for source in (BIKE_SHOP, KITCHEN_SINK)}
VOCABULARY = {"prato": (*(f"prato {n}" for n in range(30)), "feijoada", "x" * 300, "feijoada")}

TEXTS = st.sampled_from(
    [
        *("oi", "sim", "não", "cancela", "menu", "obrigado", "tanto faz", "a primeira", "2", "13"),
        *("até 80 mil", "R$ 50", "sexta", "10h", "sexta às 10h", "na verdade sábado", "31/02"),
        *("não, sábado às 11h", "caloi", "2018", "mtb", "feijoada", "prato 3", "3 pratos"),
        *("PARAR", "ana@x.com.br", "529.982.247-25", "(19) 99999-0000", "13040-001", "Ana"),
        *("{nome}", "{{", "na verdade até 70 reais", "15/03/1990", "", "  ", "\ud800", "\x00"),
    ]
) | st.text(max_size=60)
INTENTS = st.sampled_from(
    [name for program in PROGRAMS.values() for name in program.intents] + ["outra"]
)
RANKINGS = st.builds(
    Ranking,
    st.lists(st.builds(Scored, INTENTS, st.just(0.5)), max_size=4).map(tuple),
    st.sampled_from(["accept", "clarify", "reject"]),
)
PAYLOADS = st.sampled_from(
    [
        *("flow:alugar", "flow:pedir", "flow:", "faq:hora", "menu:", "handoff:", "handoff:x"),
        *("confirm:1:yes", "confirm:2:no", "confirm:x", "skip:cpf", "more:prato:1", "more::1"),
        *("more:prato:999", "tipo=mtb", "tipo=zzz", "bicicleta=b1", "bom=yes", "escolha=#1"),
        *("prato=prato 3", "quantos=4", "=", ":", "nome=Zé", "quando=sexta 10h", "more:escolha:9"),
    ]
) | st.text(max_size=20)
UTTERANCES = st.one_of(
    st.builds(Utterance, kind=st.just("text"), text=TEXTS, ranking=RANKINGS),
    st.builds(Utterance, kind=st.just("choice"), choice=PAYLOADS, text=TEXTS),
    st.builds(
        Utterance,
        kind=st.sampled_from(
            ["image", "audio", "sticker", "document", "video", "order", "flow_reply", "reaction"]
        ),
        text=st.just("") | TEXTS,
        file=st.none() | st.just(File("image", "1", "image/jpeg")),
        ranking=RANKINGS,
    ),
    st.builds(
        Utterance,
        kind=st.sampled_from(["location", "contacts", "unsupported", "unknown"]),
        place=st.none() | st.just(Place(-22.9, -47.0)),
        phones=st.just(()) | st.just(("+5519999990000",)),
    ),
)
TURNS = st.lists(st.lists(UTTERANCES, min_size=1, max_size=3), min_size=1, max_size=8)


def answer(call: Call) -> CallResult:
    """Answer as the outside would, badly now and then."""
    if call.tool == "enviar":
        return Failed("timeout")
    return bike_catalogue(call)


def converse(source: str, turns: Sequence[Sequence[Utterance]], *, stored: bool) -> list[Reply]:
    """Hold a conversation; `stored` sends the session through JSON after each turn."""
    session: Session | None = None
    replies = []
    for number, turn in enumerate(turns):
        scene = Scene(
            now=TUESDAY_NOON.replace(minute=number),
            time_zone=SAO_PAULO,
            locale="en" if number == 5 else "",
            vocabulary=VOCABULARY,
        )
        heard = Heard(tuple(turn), Ranking() if len(turn) > 1 else None)
        reply = finish(take_turn(PROGRAMS[source], session, heard, scene), answer)
        replies.append(reply)
        session = reply.session
        if stored:
            session = msgspec.json.decode(msgspec.json.encode(session), type=Session)
    return replies


@given(st.sampled_from(list(PROGRAMS)), TURNS)
@settings(max_examples=200, deadline=None)
def test_no_message_whatsoever_raises_or_loops(
    source: str, turns: Sequence[Sequence[Utterance]]
) -> None:
    for reply in converse(source, turns, stored=False):
        for message in reply.messages:
            assert_meta_would_take(message)


@given(st.sampled_from(list(PROGRAMS)), TURNS)
@settings(max_examples=100, deadline=None)
def test_a_stored_session_means_the_same(source: str, turns: Sequence[Sequence[Utterance]]) -> None:
    kept = converse(source, turns, stored=False)
    stored = converse(source, turns, stored=True)
    assert [msgspec.json.encode(reply) for reply in kept] == [
        msgspec.json.encode(reply) for reply in stored
    ]


@given(st.text(max_size=300))
@settings(max_examples=60, deadline=None)
def test_what_a_customer_writes_never_becomes_a_template(text: str) -> None:
    talk = Talk(
        "dialogue: v1\nslots: {nome: {type: text}}\nflows:\n  f:\n    start: {first: true}\n"
        "    steps:\n      - {ask: nome, say: Nome}\n      - say: Olá, {nome}!\n"
    )
    talk.says("oi")
    talk.says(text)
    if "nome" in talk.slots:
        assert talk.shown == [f"Olá, {talk.slots['nome']}!"]


@given(st.text(alphabet="dialogue: v1\nflows{}[]-|>&*!%@`'\"#,?sayklm0", max_size=200))
@settings(max_examples=150, deadline=None)
def test_any_text_compiles_or_is_refused_with_problems(text: str) -> None:
    try:
        compile_dialogue(text)
    except DialogueRefused as refused:
        assert refused.problems  # noqa: PT017 - a refusal is one of two right ends


@given(st.integers(0, len(KITCHEN_SINK)), st.integers(0, 40), st.text(max_size=10))
@settings(max_examples=150, deadline=None)
def test_a_mutilated_dialogue_compiles_or_is_refused_with_problems(
    at: int, length: int, instead: str
) -> None:
    try:
        compile_dialogue(KITCHEN_SINK[:at] + instead + KITCHEN_SINK[at + length :])
    except DialogueRefused as refused:
        assert all(problem.line >= 1 and problem.remedy for problem in refused.problems)  # noqa: PT017 - a refusal is one of two right ends


def assert_meta_would_take(message: outbound.Message) -> None:
    """Hold a message to Meta's limits."""
    match message:
        case outbound.Text(body=body):
            assert 0 < len(body) <= 4096
            assert body.strip()
        case outbound.Buttons(body=body, buttons=buttons):
            assert 0 < len(body) <= 1024
            assert 1 <= len(buttons) <= 3
            assert len({button.id for button in buttons}) == len(buttons)
            assert all(0 < len(button.title) <= 20 for button in buttons)
        case outbound.List(body=body, button=button, sections=(section,)):
            assert 0 < len(body) <= 1024
            assert 0 < len(button) <= 20
            assert 1 <= len(section.rows) <= 10
            assert len({row.id for row in section.rows}) == len(section.rows)
            assert all(0 < len(row.title) <= 24 and len(row.id) <= 200 for row in section.rows)
            assert all(len(row.description) <= 72 for row in section.rows)
        case outbound.Media(caption=caption):
            assert len(caption) <= 1024
        case outbound.LocationRequest(body=body):
            assert 0 < len(body) <= 1024
        case _:
            pass
