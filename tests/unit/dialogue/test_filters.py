"""How values are written."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prosa.dialogue import filters
from prosa.dialogue.filters import Manner
from tests.unit.dialogue.talking import SAO_PAULO, TUESDAY_NOON

PT = Manner("pt-BR", "BRL", TUESDAY_NOON, SAO_PAULO)
EN = Manner("en-US", "USD", TUESDAY_NOON, SAO_PAULO)
FRIDAY = "2026-11-27T10:30:00-03:00"

WRITTEN: list[tuple[Manner, str, str, Any, str]] = [
    (PT, "brl", "", 45900, "R$ 45.900"),
    (PT, "brl", "", 45900.5, "R$ 45.900,50"),
    (PT, "money", "", -10, "-R$ 10"),
    (PT, "money", "EUR", 10, "€ 10"),
    (PT, "money", "JPY", 10, "JPY 10"),
    (EN, "money", "", 1234.5, "$1,234.50"),
    (EN, "brl", "", 1234, "R$ 1,234"),
    (PT, "brl", "", "45900", "R$ 45.900"),
    (PT, "brl", "", "a combinar", "a combinar"),
    (PT, "number", "", 45900, "45.900"),
    (PT, "number", "1", 1.25, "1,2"),
    (EN, "number", "", 45900, "45,900"),
    (PT, "percent", "", 1.5, "1,50%"),
    (PT, "date", "", FRIDAY, "sexta-feira, 27/11"),
    (PT, "date", "", "2027-01-05", "terça-feira, 05/01/2027"),
    (EN, "date", "", FRIDAY, "Friday, Nov 27"),
    (EN, "date", "", "2027-01-05", "Tuesday, Jan 5, 2027"),
    (PT, "time", "", FRIDAY, "10h30"),
    (PT, "time", "", "14:00", "14h"),
    (EN, "time", "", "14:00", "2 pm"),
    (EN, "time", "", "00:15", "12:15 am"),
    (PT, "datetime", "", FRIDAY, "sexta-feira, 27/11, às 10h30"),
    (EN, "datetime", "", FRIDAY, "Friday, Nov 27 at 10:30 am"),
    (PT, "datetime", "", "2026-11-27T13:30:00+00:00", "sexta-feira, 27/11, às 10h30"),
    (PT, "weekday", "", FRIDAY, "sexta-feira"),
    (PT, "len", "", [1, 2], "2"),
    (PT, "len", "", None, "0"),
    (PT, "first", "", "Ana Maria", "Ana"),
    (PT, "first", "", ["a", "b"], "a"),
    (PT, "last", "", ["a", "b"], "b"),
    (PT, "join", " e ", ["a", 2], "a e 2"),
    (PT, "upper", "", "é", "É"),
    (PT, "lower", "", "É", "é"),
    (PT, "title", "", "joão da silva", "João Da Silva"),
    (PT, "capital", "", "sexta, às 10h", "Sexta, às 10h"),
    (PT, "phone", "", "+5519999990000", "(19) 99999-0000"),
    (PT, "phone", "", "+14155550100", "+14155550100"),
    (PT, "or", "nada", None, "nada"),
    (PT, "or", "nada", 0, "0"),
]


@pytest.mark.parametrize(("manner", "name", "argument", "value", "written"), WRITTEN)
def test_a_filter_writes_a_value(
    manner: Manner, name: str, argument: str, value: Any, written: str
) -> None:
    assert filters.show(filters.apply(name, argument, value, manner), manner) == written


SHOWN: list[tuple[Any, str]] = [
    (None, ""),
    (True, "sim"),
    (3.0, "3"),
    (2.5, "2,5"),
    (["a", 1], "a, 1"),
    ({"nome": "Elite", "id": 1}, "Elite"),
    (dt.date(2026, 11, 27), "sexta-feira, 27/11"),
    (dt.time(9, 5), "9h05"),
    (dt.datetime(2026, 11, 27, 9, tzinfo=SAO_PAULO), "sexta-feira, 27/11, às 9h"),
]


@pytest.mark.parametrize(("value", "written"), SHOWN)
def test_a_value_without_a_filter_is_written_plainly(value: Any, written: str) -> None:
    assert filters.show(value, PT) == written


@pytest.mark.parametrize(
    ("locale", "currency"), [("pt-BR", "BRL"), ("pt", "BRL"), ("en-GB", "GBP"), ("en", "USD")]
)
def test_a_locale_has_a_currency(locale: str, currency: str) -> None:
    assert filters.currency_of(locale) == currency


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


@given(st.sampled_from(sorted(filters.FILTERS)), st.text(max_size=4), JSON)
def test_no_filter_fails_whatever_the_value(name: str, argument: str, value: Any) -> None:
    for manner in (PT, EN):
        assert isinstance(filters.show(filters.apply(name, argument, value, manner), manner), str)
