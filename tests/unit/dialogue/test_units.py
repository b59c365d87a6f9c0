"""A number beside a slot's unit is that slot's, even when nobody asked for it."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from prosa.dialogue import slots
from prosa.dialogue.compiler import compile_dialogue
from prosa.dialogue.conversation import Conversation
from prosa.dialogue.turns import Scene, Utterance

SHOP = """
dialogue: v1
locale: pt-BR
slots:
  ano_min: {type: number, min: 1990, units: [a partir, ano]}
  km_max: {type: number, units: [km]}
  parcelas: {type: number, units: [x, vezes]}
flows:
  pedido:
    start: {keyword: pedido}
    steps:
      - {ask: ano_min, say: "De que ano?"}
      - {ask: km_max, say: "Até quantos km?"}
      - {ask: parcelas, say: "Em quantas vezes?"}
"""
NOON = dt.datetime(2026, 11, 24, 12, tzinfo=ZoneInfo("America/Sao_Paulo"))


@pytest.mark.parametrize(
    ("text", "slot", "value"),
    [
        ("tem onix com até 60 mil km?", "km_max", 60_000),
        ("menos de oitenta mil km", "km_max", 80_000),
        ("com 45.000km", "km_max", 45_000),
        ("corolla a partir de 2018", "ano_min", 2018),
        ("dá pra fazer em 48x?", "parcelas", 48),
        ("queria parcelar em duas vezes", "parcelas", 2),
        ("até 60 mil", "km_max", None),
        ("vocês abrem às 9?", "parcelas", None),
    ],
)
def test_a_number_beside_a_unit_is_taken_unasked(text: str, slot: str, value: int | None) -> None:
    program = compile_dialogue(SHOP)
    talk = Conversation(program, None, Scene(now=NOON, time_zone=NOON.tzinfo or dt.UTC))
    heard = Utterance(kind="text", text=text)
    reading = slots.read(talk, program.slots[slot], heard, expected=False)
    assert (reading.value if isinstance(reading, slots.Found) else None) == value
