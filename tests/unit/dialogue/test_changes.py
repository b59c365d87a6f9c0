"""What she changes keeps what she did not change, and what she mentions is not lost."""

import pytest

from prosa.dialogue.extractors.choices import Option, match_choice
from tests.unit.dialogue.talking import Talk

SHOP = """
dialogue: v1
locale: pt-BR
intents:
  carro: |
    quero um carro
    tem {modelo}?
    procuro um carro até {ate}
    me mostra os carros
  visita: |
    quero agendar uma visita
    posso ver o {modelo} {quando}?
    marca um horário
    dá para ir aí?
slots:
  modelo: {type: choice, options: [Kwid, Dolphin, Onix]}
  de: {type: money, min: 10000, thousands: true, bound: lower}
  ate: {type: money, min: 10000, thousands: true, bound: upper}
  ano: {type: number, min: 1990, max: 2030, units: [a partir]}
  km: {type: number, units: [km]}
  cor: {type: choice, options: [azul, branco]}
  quando: {type: datetime, within: business}
tools:
  buscar:
    catalogue: search
    where:
      modelo: {equals: "{modelo}"}
      preco: {atLeast: "{de}", atMost: "{ate}"}
      ano: {atLeast: "{ano}"}
      km: {atMost: "{km}"}
flows:
  carro:
    title: escolher um carro
    start: {intent: carro}
    steps:
      - {ask: modelo, say: "Qual modelo?"}
      - call: buscar
      - {ask: cor, say: "De que cor?"}
  visita:
    title: agendar a visita
    start: {intent: visita}
    steps:
      - {ask: modelo, say: "De qual carro?"}
      - {ask: quando, say: "Quando?"}
      - confirm: "Marco {modelo} para {quando}?"
        denied: [{clear: quando}, {goto: start}]
      - say: "Marcado."
"""


@pytest.fixture
def talk() -> Talk:
    return Talk(SHOP)


def test_a_new_hour_keeps_the_day(talk: Talk) -> None:
    talk.says("visita do kwid sexta às 15h", intent="visita")
    assert "Marco Kwid para sexta-feira, 27/11, às 16h?" in talk.says("na verdade às 16h")[-1]


def test_a_no_with_a_new_hour_keeps_the_day(talk: Talk) -> None:
    talk.says("visita do kwid sexta às 15h", intent="visita")
    assert "Marco Kwid para sexta-feira, 27/11, às 17h?" in talk.says("não, às 17h")[-1]


def test_a_mention_that_will_not_do_is_told_when_its_question_comes(talk: Talk) -> None:
    said = talk.says("visita do kwid domingo às 10h", intent="visita")
    assert said[-1].startswith("Não atendemos nesse dia e horário.")


def test_both_ends_of_a_range_are_taken(talk: Talk) -> None:
    talk.says("tem onix de 50 a 80 mil?", intent="carro")
    assert (talk.slots["de"], talk.slots["ate"]) == (50_000, 80_000)


def test_numbers_with_units_of_their_own_do_not_hide_each_other(talk: Talk) -> None:
    talk.says("tem onix a partir de 2018 com menos de 60 mil km?", intent="carro")
    assert (talk.slots["ano"], talk.slots["km"]) == (2018, 60_000)


def test_a_flow_that_begins_stays_on_top_when_it_changes_what_another_read(talk: Talk) -> None:
    talk.says("tem onix?", intent="carro")
    said = talk.says("posso ver o kwid sexta às 15h?", intent="visita")
    assert said == ["Marco Kwid para sexta-feira, 27/11, às 15h?"]
    talk.says("sim")
    assert talk.calls[-1].arguments["where"]["modelo"] == {"equals": "Kwid"}


def test_a_value_beside_a_greeting_is_heard() -> None:
    talk = Talk("""
dialogue: v1
locale: pt-BR
greeting: {say: "Olá!", intent: oi}
intents: {oi: [oi, boa tarde, "tudo bem?", opa], carro: [quero um carro, tem carro?, carros, ver]}
slots: {modelo: {type: choice, options: [Kwid, Dolphin, Onix]}}
flows:
  carro:
    start: {intent: carro}
    steps: [{ask: modelo, say: "Qual?"}, {say: "Tenho {modelo}."}]
""")
    assert talk.says("boa tarde, vi um dolphin no anúncio", intent="oi") == [
        "Olá!",
        "Tenho Dolphin.",
    ]


def test_not_knowing_what_must_be_known_asks_again(talk: Talk) -> None:
    talk.says("visita do kwid", intent="visita")
    said = talk.says("não sei", clarify=("carro", "visita"))
    assert said == ["Preciso de um dia e uma hora, como sexta às 10h.\n\nQuando?"]


def test_a_question_made_needless_is_not_asked_again() -> None:
    talk = Talk("""
dialogue: v1
locale: pt-BR
slots:
  modelo: {type: choice, options: [Kwid, Spin]}
  ate: {type: money, bound: upper}
  cor: {type: choice, options: [azul, branco]}
flows:
  carro:
    start: {keyword: carro}
    steps:
      - {ask: ate, when: modelo == null, say: "Até quanto?"}
      - {ask: modelo, when: ate != null, say: "Qual?"}
      - {ask: cor, say: "De que cor?"}
""")
    assert talk.says("carro") == ["Até quanto?"]
    assert talk.says("a spin")[0] == "De que cor?"


def test_what_was_computed_follows_a_change() -> None:
    talk = Talk("""
dialogue: v1
locale: pt-BR
slots:
  pessoas: {type: number, units: [pessoas]}
  preco: {type: money, listen: false}
flows:
  bolo:
    start: {keyword: bolo}
    steps:
      - {ask: pessoas, say: "Para quantas pessoas?"}
      - {set: {preco: {cel: "pessoas * 4"}}}
      - confirm: "Bolo para {pessoas}, por {preco|brl}. Confirma?"
      - say: "Feito."
""")
    talk.says("bolo")
    assert talk.says("10 pessoas") == ["Bolo para 10, por R$ 40. Confirma?"]
    assert talk.says("na verdade 15 pessoas") == ["Bolo para 15, por R$ 60. Confirma?"]


def test_a_literal_text_is_taken_though_it_sounds_like_another_wish() -> None:
    usado = "  usado: {type: text, literal: true}\n  modelo:"
    asks = '      - {ask: usado, say: "Qual é o seu carro?"}\n      - {ask: quando'
    talk = Talk(SHOP.replace("  modelo:", usado, 1).replace("      - {ask: quando", asks))
    talk.says("visita do kwid", intent="visita")
    talk.says("onix 2015", intent="carro")
    assert talk.slots["usado"] == "onix 2015"


def test_less_than_refuses_nothing() -> None:
    models = (Option("Kwid", "Kwid"), Option("Onix", "Onix"))
    assert match_choice("onix com menos de 60 mil km", models, "pt-BR") == models[1]
    assert match_choice("qualquer um menos o onix", models, "pt-BR") is None
