"""What a campaign says: parameters, the text, and a search in words."""

from datetime import UTC, datetime
from typing import Any

import pytest

from prosa.campaigns import wording
from prosa.campaigns.wording import MissingValue
from prosa.contracts.outbound import Template
from prosa.dialogue.templates import BadTemplate
from tests.unit.campaigns.builders import a_campaign, a_spec

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
PORTUGUESE = wording.manner(a_spec(locale="pt-BR"), NOW)
ENGLISH = wording.manner(a_spec(locale="en"), NOW)
VALUES: dict[str, Any] = {
    "contact": {"name": "Ana Maria Souza", "tags": [], "attributes": {"cidade": "Campinas"}},
    "item": {"modelo": "Corolla", "preco": 95900},
    "items": [{"modelo": "Corolla"}, {"modelo": "Gol"}],
    "previous": 99900.0,
    "price": 95900.0,
    "searched": {"modelo": "corolla"},
    "searched_words": "corolla até R$ 100.000",
}


def filled(*parameters: str, values: dict[str, Any] | None = None) -> tuple[str, ...]:
    campaign = a_campaign(
        trigger={"catalogue": "priceDrop"},
        template={"name": "t", "language": "pt_BR", "parameters": parameters},
    )
    return wording.template(wording.parse(campaign), values or VALUES, PORTUGUESE).body


@pytest.mark.parametrize(
    ("parameter", "text"),
    [
        ("{contact.name}", "Ana Maria Souza"),
        ("{contact.name|first}", "Ana"),
        ("{contact.attributes.cidade}", "Campinas"),
        ("{item.modelo} por {price|brl}", "Corolla por R$ 95.900"),
        ("{previous|brl}", "R$ 99.900"),
        ("{items|len} carros", "2 carros"),
        ("{searched}", "corolla até R$ 100.000"),
        ("{searched.modelo|capital}", "Corolla"),
        ("{contact.attributes.bairro|or:seu bairro}", "seu bairro"),
        ("fixo", "fixo"),
    ],
)
def test_a_parameter_is_filled(parameter: str, text: str) -> None:
    assert filled(parameter) == (text,)


def test_a_missing_value_is_named() -> None:
    with pytest.raises(MissingValue) as missing:
        filled("{contact.attributes.bairro}")

    assert missing.value.placeholder == "contact.attributes.bairro"


def test_a_parameter_is_one_line_as_meta_wants_it() -> None:
    named = {**VALUES, "contact": {"name": "Ana\nMaria\t  Souza     Lima"}}

    assert filled("{contact.name}", values=named) == ("Ana Maria Souza Lima",)


def test_what_a_customer_calls_herself_is_no_template() -> None:
    named = {**VALUES, "contact": {"name": "{price|brl}"}}

    assert filled("{contact.name}", values=named) == ("{price|brl}",)


def test_a_long_value_is_cut() -> None:
    named = {**VALUES, "contact": {"name": "x" * 2000}}

    (parameter,) = filled("{contact.name}", values=named)

    assert len(parameter) == 300
    assert parameter.endswith("…")


@pytest.mark.parametrize(
    ("campaign", "message"),
    [
        ({"text": "{contat.name}"}, "`contat` is not known here"),
        ({"text": "{contact.nome}"}, "a contact has no `nome`"),
        ({"text": "{item.modelo}"}, "`item` is not known here"),
        ({"text": "{price}", "trigger": {"catalogue": "added"}}, "`price` is not known here"),
        ({"text": "{item}", "trigger": {"catalogue": "added"}}, "an item is no text"),
        ({"text": "{contact.name|frist}"}, "there is no filter `frist`"),
        ({"text": "{contact.name"}, "never closed"),
    ],
)
def test_a_text_that_cannot_be_filled_is_refused(campaign: dict[str, Any], message: str) -> None:
    with pytest.raises(BadTemplate, match=message):
        wording.parse(a_campaign(**campaign))


@pytest.mark.parametrize(
    ("where", "portuguese", "english"),
    [
        (
            {"modelo": "Corolla", "cambio": "automático", "preco": {"atMost": 90000}},
            "Corolla automático até R$ 90.000",
            "Corolla automático up to $90,000",
        ),
        (
            {"preco": {"between": [50000, 80000]}},
            "de R$ 50.000 a R$ 80.000",
            "from $50,000 to $80,000",
        ),
        ({"ano": {"atLeast": 2018}}, "ano a partir de 2018", "ano from 2018"),
        ({"km": {"atMost": 50000}}, "km até 50.000", "km up to 50,000"),
        ({"marca": ["Fiat", "VW"]}, "Fiat ou VW", "Fiat or VW"),
        ({"cor": {"not": "preto"}}, "menos preto", "not preto"),
        ({"blindado": True, "novo": False}, "blindado", "blindado"),
        ({"modelo": None, "cor": ""}, "", ""),
        ({}, "", ""),
    ],
)
def test_a_search_reads_as_people_say_it(
    where: dict[str, Any], portuguese: str, english: str
) -> None:
    assert wording.search_words({"where": where}, ["preco"], PORTUGUESE) == portuguese
    assert wording.search_words({"where": where}, ["preco"], ENGLISH) == english


def test_a_template_carries_its_name_and_language() -> None:
    campaign = a_campaign()

    assert wording.template(wording.parse(campaign), VALUES, PORTUGUESE) == Template(
        name="volta_ai", language="pt_BR"
    )
