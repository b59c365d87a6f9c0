"""What a customer finds."""

from typing import Any

import pytest

from prosa.catalogue.search import Catalogue, query, search
from prosa.contracts.catalogue import Item


def a_car(key: str, model: str, price: float | None = None, **fields: Any) -> Item:
    return Item(key, {"id": key, "model": model, **({"price": price} if price else {}), **fields})


CARS = (
    a_car("1", "Corolla Cross XRE", 159_900, gearbox="automático", year=2022),
    a_car("2", "Corolla", 89_900, gearbox="automático", year=2018),
    a_car("3", "Onix Plus", 72_500, gearbox="manual", year=2020),
    a_car("4", "Corolla", 64_000, gearbox="manual", year=2014),
    a_car("5", "HB20"),
)


def found(**form: Any) -> list[str]:
    return [item.key for item in search(CARS, query(form)).items]


def test_conditions_narrow_together() -> None:
    where = {"model": "corolla", "gearbox": "automatico", "price": {"atMost": 90_000}}
    assert found(where=where) == ["2"]


def test_what_the_customer_has_not_said_is_no_condition() -> None:
    assert found(where={"model": None, "price": {"atMost": None}, "gearbox": ""}) == list("12345")


def test_the_same_text_stands_before_one_that_holds_it() -> None:
    assert found(where={"model": "COROLLA"}) == ["2", "4", "1"]


def test_a_misspelling_is_forgiven_when_nothing_fits_better() -> None:
    assert found(where={"model": "corola"}) == ["2", "4"]
    assert found(where={"model": "onyx plus"}) == ["3"]


def test_another_model_is_no_misspelling() -> None:
    assert found(where={"model": "fusca"}) == []


def test_a_list_takes_any_of_its_values() -> None:
    assert found(where={"model": ["hb20", "onix plus"]}) == ["3", "5"]


def test_what_has_no_price_is_not_cheap() -> None:
    assert "5" not in found(where={"price": {"atMost": 1_000_000}})


def test_numbers_in_words_of_a_form_compare_as_numbers() -> None:
    assert found(where={"year": {"atLeast": "2020"}}) == ["1", "3"]
    assert found(where={"year": {"between": [2014, 2018]}}) == ["2", "4"]


def test_a_limit_that_is_no_number_finds_nothing() -> None:
    assert found(where={"price": {"atMost": "cheap"}}) == []


def test_sort_goes_both_ways_and_puts_what_lacks_the_field_last() -> None:
    assert found(sort="price") == ["4", "3", "2", "1", "5"]
    assert found(sort="-price") == ["1", "2", "3", "4", "5"]


def test_the_limit_cuts() -> None:
    assert found(sort="price", limit=2) == ["4", "3"]


def test_the_total_counts_what_the_limit_cut() -> None:
    assert search(CARS, query({"where": {"model": {"is": "corolla"}}, "limit": 1})).total == 3


def test_what_she_does_not_want_is_left_out() -> None:
    assert found(where={"gearbox": {"not": "manual"}}) == ["1", "2", "5"]


def test_the_values_of_a_field_are_its_vocabulary() -> None:
    assert Catalogue(CARS).values("gearbox") == ("automático", "manual")


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"where": {"price": {"below": 3}}}, "where.price: below is not one of"),
        ({"where": {"price": {"between": 3}}}, "where.price.between: write two values"),
        ({"limit": 0}, "limit: write a whole number"),
        ({"filter": {}}, "filter: a search has where, sort and limit"),
    ],
)
def test_a_wrong_form_is_told_by_its_key(form: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        query(form)


def test_a_catalogue_is_searched_again_and_again() -> None:
    catalogue = Catalogue(CARS)
    first = catalogue.search(query({"where": {"model": "corolla"}}))

    assert catalogue.search(query({"where": {"model": "corolla"}})) == first
