"""Templates: which parameters a send must bring, and how the message reads."""

from typing import Any

import pytest

from simulator import templates
from simulator.errors import Refusal

BODY = {"type": "BODY", "text": "Oi {{1}}, o {{2}} baixou."}
BUTTONS = {
    "type": "BUTTONS",
    "buttons": [
        {"type": "QUICK_REPLY", "text": "Quero ver"},
        {"type": "URL", "text": "Abrir", "url": "https://example.com/{{1}}"},
    ],
}


def a_template(*components: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": "baixou", "language": "pt_BR", "components": [*components], **more}


def a_send(*components: dict[str, Any]) -> dict[str, Any]:
    return {"name": "baixou", "language": {"code": "pt_BR"}, "components": [*components]}


def words(*values: str, part: str = "body") -> dict[str, Any]:
    return {"type": part, "parameters": [{"type": "text", "text": value} for value in values]}


def named(**values: str) -> dict[str, Any]:
    parameters = [
        {"type": "text", "parameter_name": name, "text": value} for name, value in values.items()
    ]
    return {"type": "body", "parameters": parameters}


def button(index: str, kind: str, parameter: str, value: str) -> dict[str, Any]:
    given = {"type": parameter, parameter: value}
    return {"type": "button", "sub_type": kind, "index": index, "parameters": [given]}


def code_of(template: dict[str, Any], sent: dict[str, Any]) -> int:
    with pytest.raises(Refusal) as refused:
        templates.check(template, sent)
    return refused.value.code


def test_a_template_reads_with_its_parameters() -> None:
    template = a_template(BODY, BUTTONS)
    sent = a_send(words("Ana", "Corolla"), button("1", "url", "text", "42"))

    templates.check(template, sent)

    assert templates.filled(template, sent, "BODY") == "Oi Ana, o Corolla baixou."


def test_named_parameters_come_in_any_order() -> None:
    body = {"type": "BODY", "text": "Oi {{nome}}, o {{carro}} baixou."}
    template = a_template(body, parameter_format="NAMED")
    sent = a_send(named(carro="Corolla", nome="Ana"))

    templates.check(template, sent)

    assert templates.filled(template, sent, "BODY") == "Oi Ana, o Corolla baixou."


FIXED = {
    "type": "BUTTONS",
    "buttons": [{"type": "URL", "text": "Abrir", "url": "https://example.com"}],
}
PICTURE = {"type": "HEADER", "format": "IMAGE"}
NAMED = a_template({"type": "BODY", "text": "Oi {{nome}}"}, parameter_format="NAMED")
REFUSED: dict[str, tuple[int, dict[str, Any], dict[str, Any]]] = {
    "too few parameters": (132000, a_template(BODY), a_send(words("Ana"))),
    "too many parameters": (132000, a_template(BODY), a_send(words("a", "b", "c"))),
    "none where some are due": (132000, a_template(BODY), a_send()),
    "parameters of a header without any": (
        132000,
        a_template({"type": "HEADER", "format": "TEXT", "text": "Oi"}),
        a_send(words("Ana", part="header")),
    ),
    "a name that the template does not have": (132012, NAMED, a_send(named(name="Ana"))),
    "a parameter without its name": (132012, NAMED, a_send(words("Ana"))),
    "words where a picture is due": (
        132012,
        a_template(PICTURE),
        a_send(words("Ana", part="header")),
    ),
    "no picture where one is due": (132012, a_template(PICTURE), a_send()),
    "an empty parameter": (131008, a_template(BODY), a_send(words("Ana", ""))),
    "a line break in a parameter": (132018, a_template(BODY), a_send(words("A", "b\nc"))),
    "five spaces in a parameter": (132018, a_template(BODY), a_send(words("A", "b     c"))),
    "a text that grows too long": (132005, a_template(BODY), a_send(words("A", "x" * 1020))),
    "a link without its end": (131008, a_template(BUTTONS), a_send()),
    "a button that is not there": (
        131009,
        a_template(BUTTONS),
        a_send(button("5", "url", "text", "42")),
    ),
    "a button of another type": (
        132012,
        a_template(BUTTONS),
        a_send(button("1", "quick_reply", "payload", "x")),
    ),
    "a picture that is none": (
        131008,
        a_template(PICTURE),
        a_send({"type": "header", "parameters": [{"type": "image", "image": "car"}]}),
    ),
    "a picture where words are due": (
        132012,
        a_template({"type": "BODY", "text": "Oi {{1}}"}),
        a_send({"type": "body", "parameters": [{"type": "image", "image": {"id": "1"}}]}),
    ),
    "a button given twice": (
        131009,
        a_template(BUTTONS),
        a_send(button("1", "url", "text", "42"), button("1", "url", "text", "43")),
    ),
    "a quick reply with words": (
        131008,
        a_template(BUTTONS),
        a_send(button("0", "quick_reply", "text", "x"), button("1", "url", "text", "42")),
    ),
    "a fixed link with an end": (
        132000,
        a_template(FIXED),
        a_send(button("0", "url", "text", "42")),
    ),
    "a component that is none": (132012, a_template(), a_send({"type": "footer"})),
}


@pytest.mark.parametrize(("code", "template", "sent"), REFUSED.values(), ids=REFUSED)
def test_meta_refuses(code: int, template: dict[str, Any], sent: dict[str, Any]) -> None:
    assert code_of(template, sent) == code


@pytest.mark.parametrize(
    ("status", "code"),
    [("PENDING", 132001), ("REJECTED", 132001), ("PAUSED", 132015), ("DISABLED", 132016)],
)
def test_only_an_approved_template_can_be_sent(status: str, code: int) -> None:
    known = {("baixou", "pt_BR"): a_template(status=status)}

    with pytest.raises(Refusal) as refused:
        templates.find(known, a_send())

    assert refused.value.code == code


def test_a_template_of_another_language_does_not_exist() -> None:
    known = {("baixou", "en_US"): a_template(status="APPROVED")}

    with pytest.raises(Refusal, match="132001"):
        templates.find(known, a_send())


def test_money_reads_as_its_fallback() -> None:
    money = {"fallback_value": "R$ 90 mil", "code": "BRL", "amount_1000": 90000000}
    template = a_template({"type": "BODY", "text": "Por {{1}}"})
    sent = a_send({"type": "body", "parameters": [{"type": "currency", "currency": money}]})

    templates.check(template, sent)

    assert templates.filled(template, sent, "BODY") == "Por R$ 90 mil"


def test_buttons_come_with_what_the_send_gave_them() -> None:
    template = a_template(BUTTONS)
    sent = a_send(button("1", "url", "text", "42"))

    texts = [(each["text"], given) for each, given in templates.buttons(template, sent)]

    assert texts == [("Quero ver", ""), ("Abrir", "42")]
