"""Files that businesses write."""

import pytest

from prosa.catalogue.reading import read
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
