"""Amounts and bounds in the spelling of customers, and the numbers that are no money."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prosa.dialogue.extractors.money import Money, read_money


def shown(money: Money | None) -> str | None:
    """Show an amount or its bounds in a line."""
    if money is None:
        return None
    numbers = [f"{n.normalize():f}" for n in (money.low, money.high) if n is not None]
    amount = " to ".join(dict.fromkeys(numbers))
    about = "about " if money.approximate else ""
    bound = {"at_most": "up to ", "at_least": "from "}.get(money.kind, "")
    return f"{about}{bound}{amount}{' ' + money.currency if money.currency else ''}"


PT = {
    "80 mil": "80000",
    "80mil": "80000",
    "80k": "80000",
    "R$ 45.900,00": "45900 BRL",
    "r$45900": "45900 BRL",
    "R$ 70 mil": "70000 BRL",
    "R$ 45,90": "45.9 BRL",
    "45.900": "45900",
    "45.900,00": "45900",
    "80,000": "80000",
    "45.9 mil": "45900",
    "45,9 mil": "45900",
    "1.200.000": "1200000",
    "oitenta mil": "80000",
    "vinte e cinco mil e quinhentos": "25500",
    "25 mil e quinhentos": "25500",
    "25 mil e 500": "25500",
    "setenta e nove mil e novecentos": "79900",
    "cento e vinte mil": "120000",
    "meio milhão": "500000",
    "1,2 milhão": "1200000",
    "um milhão e meio": "1500000",
    "um milhão de reais": "1000000 BRL",
    "mil e duzentos reais": "1200 BRL",
    "50 conto": "50 BRL",
    "US$ 500": "500 USD",
    "até 80 mil": "up to 80000",
    "até uns 80 mil": "up to 80000",
    "no máximo 80 mil": "up to 80000",
    "80 mil no máximo": "up to 80000",
    "menos de 80 mil": "up to 80000",
    "meu teto é 70 mil": "up to 70000",
    "não passa de 70 mil": "up to 70000",
    "acima de 50 mil": "from 50000",
    "a partir de 50 mil": "from 50000",
    "50 mil pra cima": "from 50000",
    "entre 50 e 80 mil": "50000 to 80000",
    "de 50 a 80 mil": "50000 to 80000",
    "50-80 mil": "50000 to 80000",
    "de R$ 50.000 a R$ 80.000": "50000 to 80000 BRL",
    "entre vinte e cinco e trinta mil": "25000 to 30000",
    "uns 80 mil": "about 80000",
    "cerca de 80 mil": "about 80000",
    "60 e poucos mil": "about 60000",
    "até 80 mil, quer dizer, 95 mil": "up to 95000",
    "tem corolla 2018 até 90 mil?": "up to 90000",
    "quero um hb20 2020 por 60 mil": "60000",
    "tenho 20 mil de entrada": "20000",
    "parcelas de até R$ 900": "up to 900 BRL",
    "nada acima de 70 mil": "up to 70000",
    "menor que 50 mil": "up to 50000",
    "maior que 50 mil": "from 50000",
    "30/40 mil": "30000 to 40000",
    "por volta dos 60 mil": "about 60000",
    "89990,00": "89990",
    "1.5kk": "1500000",
}
PT_NO_MONEY = (
    "2018",
    "até 2018",
    "dois mil e vinte",
    "30 mil km",
    "com 30 mil km rodados",
    "até 50 mil km",
    "rodou 80 mil",
    "(19) 99999-0000",
    "19 99999-0000",
    "13.040-001",
    "529.982.247-25",
    "dia 5",
    "05/12",
    "às 15h",
    "14:30",
    "até 18h",
    "48x",
    "em 48 parcelas",
    "5 portas",
    "motor 1.0",
    "mil desculpas",
    "quero um carro",
    "20%",
    "30 ou 40 mil",
    "de 2015 a 2018",
    "1 milhão de dúvidas",
    "paguei 30 mil km atrás",
    "50",
    "até 50",
    "40 mil de entrada e 80 mil no total",
    "80 mil ou 90 mil",
    "oi",
    "",
)
ASKED = {
    "50": "50000",
    "até 50": "up to 50000",
    "uns 50": "about 50000",
    "cinquenta": "50000",
    "entre 50 e 80": "50000 to 80000",
    "50 a 80": "50000 to 80000",
    "45,9": "45900",
    "no máximo 60": "up to 60000",
    "60, na verdade 70": "70000",
    "45900": "45900",
    "80 mil": "80000",
    "R$ 50": "50 BRL",  # a currency is taken at its word
    "parcela de 900 reais": "900 BRL",
    "R$ 89 mil e 900": "89900 BRL",
    "até 50 mil, de 2015 pra cima": "up to 50000",
    "10x de 500": "500",
    "2018": None,
    "entrada de 20%": None,
    "1.6 flex": None,
    "50 e 80": None,
    "um": None,
    "não sei": None,
    "até 50 km": None,
    "às 10h": None,
}
EN = {
    "80k": "80000",
    "$45,900.00": "45900",
    "80 grand": "80000",
    "twenty five thousand": "25000",
    "half a million": "500000",
    "fifteen hundred dollars": "1500 USD",
    "£300": "300 GBP",
    "up to 80k": "up to 80000",
    "no more than 500 dollars": "up to 500 USD",
    "over 50k": "from 50000",
    "between 50 and 80k": "50000 to 80000",
    "$50-80": "50 to 80",
    "about $200": "about 200",
    "2018": None,
    "30k miles": None,
    "5 doors": None,
    "at 3": None,
    "3pm": None,
    "555-123-4567": None,
}


@pytest.mark.parametrize(("text", "expected"), PT.items())
def test_an_amount_is_read_as_a_brazilian_means_it(text: str, expected: str) -> None:
    assert shown(read_money(text, locale="pt-BR")) == expected


@pytest.mark.parametrize("text", PT_NO_MONEY)
def test_a_number_that_is_no_amount_is_left_alone(text: str) -> None:
    assert read_money(text, locale="pt-BR") is None


@pytest.mark.parametrize(("text", "expected"), ASKED.items())
def test_asked_for_a_price_a_bare_number_counts_in_thousands(
    text: str, expected: str | None
) -> None:
    read = read_money(text, locale="pt-BR", bare_thousands=True, expected=True)

    assert shown(read) == expected


def test_asked_for_an_amount_where_thousands_are_not_meant_a_bare_number_is_itself() -> None:
    assert shown(read_money("50", locale="pt-BR", expected=True)) == "50"


@pytest.mark.parametrize(("text", "expected"), EN.items())
def test_an_amount_is_read_in_english(text: str, expected: str | None) -> None:
    assert shown(read_money(text, locale="en")) == expected


def test_the_amount_of_a_range_is_its_upper_bound() -> None:
    money = read_money("entre 50 e 80 mil", locale="pt-BR")

    assert money is not None
    assert money.amount == 80_000


@given(st.decimals(min_value=0, max_value=999_999_999, places=2))
def test_an_amount_that_is_written_out_is_read_back(amount: Decimal) -> None:
    brazilian = f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))

    assert read_money(f"R$ {brazilian}", locale="pt-BR") == Money("exact", amount, amount, "BRL")
    assert read_money(f"€{amount:,.2f}", locale="en") == Money("exact", amount, amount, "EUR")


@given(st.text(), st.sampled_from(["pt-BR", "en"]), st.booleans(), st.booleans())
def test_no_text_raises(text: str, locale: str, thousands: bool, asked: bool) -> None:
    read_money(text, locale=locale, bare_thousands=thousands, expected=asked)


WORDS = [
    "até",
    "entre",
    "e",
    "a",
    "50",
    "80",
    "mil",
    "k",
    "milhão",
    "R$",
    "45.900,00",
    "2018",
    "meio",
    "quinhentos",
    "vinte",
    "km",
    "não",
    "de",
]


@given(st.lists(st.sampled_from(WORDS), max_size=8), st.booleans(), st.booleans())
def test_a_range_has_its_lower_bound_below_the_upper(
    words: list[str],
    thousands: bool,
    asked: bool,
) -> None:
    money = read_money(" ".join(words), locale="pt-BR", bare_thousands=thousands, expected=asked)

    if money is not None and money.low is not None and money.high is not None:
        assert money.low < money.high if money.kind == "between" else money.low == money.high
