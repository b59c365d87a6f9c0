"""Files that businesses write."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prosa.catalogue.reading import Kind, parse, read
from prosa.contracts.catalogue import Item
from prosa.contracts.chatbot import CatalogueField, CatalogueSource, CatalogueSpec, HttpSource
from prosa.errors import ConfigError

SPEC = CatalogueSpec(
    source=CatalogueSource(http=HttpSource(url="https://cars.example/stock.json")),
    fields={
        "price": CatalogueField(type="money", required=True),
        "year": CatalogueField(type="number"),
        "flex": CatalogueField(type="boolean"),
    },
)


def refused(text: str, source: str = "stock.csv") -> str:
    with pytest.raises(ConfigError) as told:
        read(text, source, SPEC)
    return str(told.value)


def test_cells_are_read_by_their_declared_types() -> None:
    (car,) = read("id,model,price,year,flex\n7,Onix,72500.90,2020,sim\n", "stock.csv", SPEC)

    assert car.key == "7"
    expected = {"id": "7", "model": "Onix", "price": 72500.9, "year": 2020, "flex": True}
    assert car.fields == expected


def test_json_is_read_alike() -> None:
    (car,) = read('[{"id": 7, "price": 72500, "year": "2020"}]', "stock.json", SPEC)

    assert car.fields == {"id": "7", "price": 72500, "year": 2020}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_spreadsheets_delimit_in_their_own_way(delimiter: str) -> None:
    text = "\ufeffid,price\n7,100\n".replace(",", delimiter)

    assert read(text, "stock.csv", SPEC)[0].fields == {"id": "7", "price": 100}


def test_an_empty_cell_is_an_absent_field() -> None:
    (car,) = read("id,price,year\n7,100, \n", "stock.csv", SPEC)

    assert "year" not in car.fields


def test_an_amount_that_may_mean_two_things_is_refused_with_its_row() -> None:
    told = refused("id,price\n1,100\n2,89.900\n")

    assert told == "stock.csv:3: price: '89.900' may mean two amounts; write 89900 or 89900.00"


def test_all_problems_are_told_at_once() -> None:
    told = refused("id,price,year\n,100,2020\n2,,old\n2,100,2020\n2,100,2020\n")

    assert told.splitlines() == [
        "stock.csv:2: id is empty; it names the item for good",
        "stock.csv:3: price is empty, and the Chatbot says it is required",
        "stock.csv:3: year: 'old' is no number; write it plainly, such as 89900 or 89900.50",
        "stock.csv:4: id 2 stands on an earlier row too; remove one",
        "stock.csv:5: id 2 stands on an earlier row too; remove one",
    ]


def test_a_row_with_too_many_cells_names_the_remedy() -> None:
    assert 'put a text that holds "," in quotes' in refused("id,price\n1,100,200\n")


def test_json_that_is_none_names_line_and_column() -> None:
    assert refused("[{]", "stock.json").startswith("stock.json:1:3: this is no JSON")
    assert refused('{"id": 1}', "stock.json") == "stock.json: write a list of objects, one an item"


def test_a_column_that_is_needed_and_missing_is_told_once() -> None:
    assert refused("id,preco\n1,100\n2,200\n") == (
        "stock.csv: there is no column price; there is id, preco. The first line names the columns"
    )


def test_rows_without_any_key_are_one_mistake_and_not_a_thousand() -> None:
    rows = ",".join('{"code": 1, "price": 2}' for _ in range(1000))

    told = refused(f"[{rows}]", "stock.json")

    assert told == "stock.json: no row has id; spec.catalogue.key names that field"


def test_what_a_feed_has_beside_is_left_out() -> None:
    (car,) = read('[{"id": "7", "price": 1, "photos": ["a"], "x": {}}]', "stock.json", SPEC)

    assert car.fields == {"id": "7", "price": 1}


@pytest.mark.parametrize(
    ("field", "cell", "said"),
    [
        ("model", '"\\ud83d"', "stock.json:1: model: holds half a character"),
        ("year", "1e400", "this number is too large"),
        ("year", "1" * 400, "this number is too large"),
        ("model", "1" * 5_000, "stock.json"),
        ("year", "9" * 17, "this number is too large"),
        ("year", "NaN", "NaN is no number of JSON's"),
        ("year", "[1]", "is no number; write it plainly"),
        ("year", "{", "this is no JSON"),
        ("year", "[" * 100_000, "this is no JSON"),
    ],
)
def test_what_cannot_be_stored_is_refused(field: str, cell: str, said: str) -> None:
    assert said in refused(f'[{{"id": "7", "price": 1, "{field}": {cell}}}]', "stock.json")


def test_an_item_that_no_message_could_carry_is_refused() -> None:
    told = refused(f"id,price,text\n7,1,{'x' * 60_000}\n")

    assert told == "stock.csv:2: 60,001 characters; an item has at most 50,000"


def test_a_wrong_cell_is_shown_shortened() -> None:
    assert len(refused(f"id,price,year\n7,1,{'x' * 5_000}\n")) < 200


def test_right_rows_are_given_beside_the_wrong_ones_and_their_keys() -> None:
    reading = parse("id,price\n1,100\n2,?\n,3\n", "stock.csv", "csv", SPEC)

    assert [item.key for item in reading.items] == ["1"]
    assert reading.wrong == 2
    assert sorted(reading.wrong_keys) == ["2"]


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["id", "price", "year", "flex", "x", ""]), inner)
    ),
    max_leaves=12,
)


@given(text=st.text(max_size=80) | _json.map(json.dumps), kind=st.sampled_from(["csv", "json"]))
def test_whatever_a_source_holds_is_read_or_refused(text: str, kind: Kind) -> None:
    try:
        reading = parse(text, "stock", kind, SPEC)
    except ConfigError:
        return
    for item in reading.items:
        assert msgspec.json.decode(msgspec.json.encode(item), type=Item) == item
