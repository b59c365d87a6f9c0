"""Which of the options on the screen a customer means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prosa.dialogue.extractors.choices import Choices, Option, Tie, match_choice

CARS = (
    Option("compass", "Jeep Compass Longitude 2018 por R$ 89.900"),
    Option("renegade", "Jeep Renegade Sport 2018 por R$ 75.900"),
    Option("onix", "Chevrolet Onix LT 2020 por R$ 62.900"),
    Option("hb20", "Hyundai HB20 Comfort 2019 por R$ 58.900"),
    Option("corolla", "Toyota Corolla XEi 2020 por R$ 109.900"),
)
KINDS = (
    Option("suv", "SUV", ("utilitário",)),
    Option("hatch", "Hatch", ("compacto", "popular")),
    Option("sedan", "Sedan", ("sedã",)),
    Option("picape", "Picape", ("caminhonete",)),
)


def chosen(text: str, options: tuple[Option, ...] = CARS) -> str | list[str] | None:
    """Return the id of the option meant, those of a tie, or None."""
    match match_choice(text, options, "pt-BR"):
        case Option(id=name):
            return name
        case Tie(options=tied):
            return [option.id for option in tied]
        case None:
            return None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("o compass", "compass"),
        ("quero ver o Onix", "onix"),
        ("ônix lt", "onix"),
        ("toyota", "corolla"),
        ("o de 75.900", "renegade"),
        ("corolla 2020", "corolla"),
        ("o onix não, o hb20", "hb20"),
        ("2", "renegade"),
        ("a segunda", "renegade"),
        ("opção 3", "onix"),
        ("o último", "corolla"),
    ],
)
def test_an_option_is_named_by_its_own_words_or_its_place(text: str, expected: str) -> None:
    assert chosen(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("corola", "corolla"), ("hb 20", "hb20"), ("onics", "onix"), ("o compas", "compass")],
)
def test_a_misspelt_name_is_recognised(text: str, expected: str) -> None:
    assert chosen(text) == expected


def test_a_misspelt_name_is_not_recognised_when_exact_words_are_wanted() -> None:
    assert match_choice("corola", CARS, "pt-BR", fuzzy=False) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2018", ["compass", "renegade"]),
        ("jeep", ["compass", "renegade"]),
        ("2020", ["onix", "corolla"]),
        ("o onix ou o hb20", ["onix", "hb20"]),
        ("compass 2020", ["compass", "onix", "corolla"]),  # there is none: ask
    ],
)
def test_words_that_fit_several_options_are_a_tie(text: str, expected: list[str]) -> None:
    assert chosen(text) == expected


@pytest.mark.parametrize(
    "text", ["saveiro", "sandero", "não quero o onix", "não sei", "tanto faz", "6", "", "😀"]
)
def test_what_names_no_option_chooses_none(text: str) -> None:
    assert chosen(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("suv", "suv"),
        ("procuro um suv até 80 mil", "suv"),
        ("sedã", "sedan"),
        ("caminhonete", "picape"),
        ("pikape", "picape"),
        ("utilitario", "suv"),
    ],
)
def test_a_synonym_names_its_option(text: str, expected: str) -> None:
    assert chosen(text, KINDS) == expected


def test_prepared_options_match_as_fresh_ones_do() -> None:
    prepared = Choices(CARS, "pt-BR")

    assert prepared.match("o corola") == match_choice("o corola", CARS, "pt-BR")


@given(st.sampled_from(CARS + KINDS))
def test_an_option_is_chosen_by_its_whole_label(option: Option) -> None:
    assert match_choice(option.label, CARS + KINDS, "pt-BR") == option


@given(st.text(), st.lists(st.builds(Option, st.text(), st.text()), max_size=5))
def test_no_text_and_no_options_raise(text: str, options: list[Option]) -> None:
    match_choice(text, options, "pt-BR")
    match_choice(text, options, "en")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("oi, tem corolla automático até 90 mil?", "Corolla"),
        ("tem corola automatico ate 90 mil", "Corolla"),
        ("corolla cross automático", "Corolla Cross"),
        ("tem onix plus?", "Onix Plus"),
        ("e o onyx, tem?", "Onix"),
    ],
)
def test_a_name_said_whole_is_not_the_longer_name_that_begins_with_it(
    text: str, expected: str
) -> None:
    models = tuple(
        Option(name, name) for name in ("Onix", "Onix Plus", "Corolla", "Corolla Cross", "HB20")
    )
    assert chosen(text, models) == expected
