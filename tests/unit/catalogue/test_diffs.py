"""What an import changes, and what it tells."""

from collections.abc import Mapping
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from prosa.catalogue.diffs import Diff, bucket_key, compare, content, events, imported, stock
from prosa.contracts.catalogue import Item, Version
from prosa.contracts.events import ItemAdded, ItemRemoved, PriceChanged
from prosa.contracts.identity import NO_CONTACT

OLD = Item("1", {"price": 100})
NEW = Item("2", {"price": 200})
VERSION = Version(id="abc", number=7, source="stock.csv", at_ms=1, items=2)

_prices = st.one_of(st.none(), st.integers(0, 3), st.floats(0, 3), st.text(max_size=2))
_items = st.builds(
    lambda key, price, colour: Item(key, {"price": price, "colour": colour}),
    st.text("abç ", min_size=1, max_size=2),
    _prices,
    st.sampled_from(["red", "blue"]),
)
_stocks = st.lists(_items, max_size=8).map(stock)


def applied(before: Mapping[str, Item], diff: Diff) -> dict[str, Item]:
    kept = {key: item for key, item in before.items() if key not in diff.removed}
    return {**kept, **diff.written}


def told(before: list[Item], after: list[Item], **version: Any) -> list[Any]:
    diff = compare(stock(before), stock(after), "price")
    return list(events(diff, msgspec.structs.replace(VERSION, **version)))


@given(before=_stocks, after=_stocks)
def test_a_diff_applied_gives_what_the_source_says(
    before: dict[str, Item], after: dict[str, Item]
) -> None:
    diff = compare(before, after, "price")

    assert applied(before, diff) == after
    assert bool(diff) == (before != after)


@given(before=_stocks, after=_stocks, cut=st.integers(0, 8))
def test_an_import_that_broke_off_and_is_repeated_tells_the_same_events(
    before: dict[str, Item], after: dict[str, Item], cut: int
) -> None:
    whole = compare(before, after, "price")
    half = {**before, **dict(list(whole.written.items())[:cut])}

    rest = compare(half, after, "price")

    by_id = {event.id: event for event in events(whole, VERSION)}
    assert len(by_id) == len(list(events(whole, VERSION)))
    assert all(by_id[event.id] == event for event in events(rest, VERSION))


@given(before=_stocks, after=_stocks)
def test_every_number_that_changed_is_told_and_nothing_else(
    before: dict[str, Item], after: dict[str, Item]
) -> None:
    diff = compare(before, after, "price")

    changed = {
        key: (price(before[key]), price(after[key]))
        for key in before.keys() & after.keys()
        if None not in (price(before[key]), price(after[key]))
        and price(before[key]) != price(after[key])
    }
    assert diff.prices == changed


def price(item: Item) -> float | None:
    value = item.fields["price"]
    return float(value) if isinstance(value, int | float) else None


def test_a_version_is_named_by_its_items_in_any_order() -> None:
    assert content(stock([OLD, NEW])) == content(stock([NEW, OLD]))
    assert content(stock([OLD])) != content(stock([NEW]))


def test_what_came_went_and_fell_is_told_item_by_item() -> None:
    fell, came = Item("1", {"price": 90}), Item("3", {})
    named: Any = {"contact": NO_CONTACT, "at_ms": 1, "version": "abc"}

    assert told([OLD, NEW], [fell, came]) == [
        ItemAdded(id="catalogue:7:added:3", item=came, **named),
        ItemRemoved(id="catalogue:7:removed:2", item=NEW, **named),
        PriceChanged(
            id="catalogue:7:price:1:100.0:90.0", item=fell, previous=100.0, price=90.0, **named
        ),
    ]


def test_the_first_import_tells_no_items() -> None:
    assert told([], [OLD, NEW], first=True) == []
    assert imported(msgspec.structs.replace(VERSION, first=True)).first


def test_without_a_price_field_no_price_is_told() -> None:
    assert list(events(compare(stock([OLD]), stock([Item("1", {"price": 9})]), ""), VERSION)) == []


def test_any_key_becomes_one_that_the_bucket_takes() -> None:
    assert bucket_key("car-7") == "car-7"
    assert bucket_key("água com gás").startswith("x.")
    assert bucket_key("a b") != bucket_key("a_b")
