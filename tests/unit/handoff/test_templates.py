"""Approved templates as an agent fills them."""

from typing import Any

import pytest

from services.handoff import templates


def a_template(body: str = "Oi {{1}}, é {{2}}.", **details: Any) -> dict[str, Any]:
    components = [{"type": "BODY", "text": body}, *details.pop("components", [])]
    return {
        "name": "lembrete",
        "language": "pt_BR",
        "status": "APPROVED",
        "category": "UTILITY",
        "components": components,
        **details,
    }


def test_parameters_are_filled_in_order() -> None:
    template = templates.read(a_template())
    assert template is not None

    filled = templates.filled(template, ["Ana", "amanhã"])

    assert filled is not None
    assert (filled.name, filled.body) == ("lembrete", ("Ana", "amanhã"))
    assert templates.reads(template, ["Ana", "amanhã"]) == "Oi Ana, é amanhã."


def test_named_parameters_go_by_their_names_and_are_shown_by_number() -> None:
    template = templates.read(
        a_template("{{nome}}, chegou um {{carro}}. {{nome}}!", parameter_format="NAMED")
    )
    assert template is not None

    filled = templates.filled(template, ["Ana", "Onix"])

    assert template.shape.body == "{{1}}, chegou um {{2}}. {{1}}!"
    assert filled is not None
    assert filled.named == {"nome": "Ana", "carro": "Onix"}


@pytest.mark.parametrize(
    "parameters", [[], ["Ana"], ["Ana", ""], ["Ana", "a\nb"], ["Ana", "a     b"], ["a", "b", "c"]]
)
def test_parameters_that_meta_would_refuse_are_refused(parameters: list[str]) -> None:
    template = templates.read(a_template())
    assert template is not None

    assert templates.filled(template, parameters) is None


@pytest.mark.parametrize(
    "document",
    [
        a_template(status="PAUSED"),
        a_template(components=[{"type": "HEADER", "format": "IMAGE"}]),
        a_template(components=[{"type": "HEADER", "format": "TEXT", "text": "Oi {{1}}"}]),
        a_template(
            components=[{"type": "BUTTONS", "buttons": [{"type": "URL", "url": "https://x/{{1}}"}]}]
        ),
        "no template",
    ],
)
def test_what_the_inbox_cannot_fill_is_not_offered(document: Any) -> None:
    assert templates.read(document) is None
