"""Whom news concerns, by search and by sight."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.campaigns.matching import Match, Matcher
from services.campaigns.news import News, worth_telling
from tests.unit.campaigns.builders import a_campaign, a_car

COROLLA = News(a_car("31", "Corolla XEi", 95000, cambio="automático"))
GOL = News(a_car("32", "Gol 1.0", 38000, cambio="manual"))
GOLF = News(a_car("33", "Golf", 90000, cambio="automático"))
ALL = (COROLLA, GOL, GOLF)


def keys(searched: Any = None, seen: tuple[str, ...] = (), *, match: Match = "seenOrSearch") -> Any:
    return [each.item.key for each in Matcher(ALL, match).concerning(searched or {}, seen)]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ({"modelo": "corolla"}, ["31"]),
        ({"modelo": "COROLLA"}, ["31"]),
        ({"cambio": "automatico"}, ["31", "33"]),
        ({"preco": {"atMost": 92000}}, ["32", "33"]),
        ({"preco": {"between": [80000, 99000]}, "cambio": "automático"}, ["31", "33"]),
        ({"modelo": ["gol", "corolla"]}, ["31", "32"]),
        ({"modelo": None, "cambio": "manual"}, ["32"]),
        ({"modelo": "onix"}, []),
        ({"modelo": None}, []),
        ({"modelo": {"near": "x"}}, []),
        ({}, []),
    ],
)
def test_a_search_finds_news(where: dict[str, Any], found: list[str]) -> None:
    assert sorted(keys({"where": where})) == found


def test_a_name_that_is_nearly_the_same_is_another_car() -> None:
    only_golf = Matcher((GOLF,), "lastSearch")

    assert only_golf.concerning({"where": {"modelo": "gol"}}, ()) == ()


def test_what_she_saw_concerns_her_unless_only_searches_count() -> None:
    assert keys(seen=("33", "1", "31"), match="seen") == ["31", "33"]
    assert keys(seen=("33",), match="lastSearch") == []
    assert sorted(keys({"where": {"modelo": "gol"}}, ("33",))) == ["32", "33"]


def test_the_largest_fall_is_told_first() -> None:
    fallen = worth_telling(
        (News(GOL.item, 40000, 38000), News(COROLLA.item, 110000, 95000)),
        a_campaign(trigger={"catalogue": "priceDrop"}).trigger,
    )

    found = Matcher(fallen, "seen").concerning({}, ("31", "32"))

    assert [each.item.key for each in found] == ["31", "32"]


@pytest.mark.parametrize(
    ("previous", "price", "told"),
    [
        (99900, 96903, True),  # 3 % to the cent
        (99900, 96904, False),
        (99900, 99900, False),
        (99900, 120000, False),
        (0, 0, False),
    ],
)
def test_only_a_fall_of_so_much_is_news(previous: float, price: float, told: bool) -> None:
    trigger = a_campaign(trigger={"catalogue": "priceDrop", "atLeast": "3%"}).trigger

    assert bool(worth_telling([News(COROLLA.item, previous, price)], trigger)) is told


@given(
    st.lists(st.sampled_from(["gol", "golf", "corolla", "onix"]), max_size=3),
    st.lists(st.sampled_from(["31", "32", "33", "34"]), max_size=6),
)
def test_what_is_found_is_news_and_found_once(models: list[str], seen: list[str]) -> None:
    found = keys({"where": {"modelo": models}}, tuple(seen))

    assert len(found) == len(set(found))
    assert set(found) <= {"31", "32", "33"}
    assert set(found) >= set(seen) & {"31", "32", "33"}
