"""Examples that fall into another intent are named."""

from prosa.understanding.confusion import find_confusions

HOURS = ("que horas abre?", "até que horas abre?", "a que horas vocês abrem?", "que horas abrem?")
LOANS = ("vocês financiam?", "quero financiar", "dá para financiar?", "como é o financiamento?")


def test_an_example_in_the_wrong_list_is_named_with_the_right_one() -> None:
    examples = {"horario": HOURS, "financiar": (*LOANS, "que horas vocês abrem?")}

    found = {c.example: c for c in find_confusions(examples, locale="pt-BR")}

    confusion = found["que horas vocês abrem?"]
    assert (confusion.intent, confusion.other) == ("financiar", "horario")
    assert confusion.other_score > confusion.score


def test_intents_that_differ_are_not_confused() -> None:
    assert find_confusions({"horario": HOURS, "financiar": LOANS}, locale="pt-BR") == []


def test_one_example_for_each_intent_is_enough_to_ask() -> None:
    assert find_confusions({"a": ("bom dia",), "b": ("que horas abre?",)}, locale="pt-BR") == []
