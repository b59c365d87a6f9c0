"""What loading a file writes and deletes."""

from prosa.catalogue.loading import bucket_key, changes
from prosa.contracts.catalogue import Item

OLD = Item("1", {"price": 100})
NEW = Item("2", {"price": 200})


def test_only_what_differs_is_written() -> None:
    cheaper = Item("1", {"price": 90})

    assert changes({"1": OLD, "2": NEW}, [cheaper, NEW]) == ({"1": cheaper}, set())


def test_an_item_that_vanished_is_deleted() -> None:
    assert changes({"1": OLD, "2": NEW}, [NEW]) == ({}, {"1"})


def test_any_key_becomes_one_that_the_bucket_takes() -> None:
    assert bucket_key("car-7") == "car-7"
    assert bucket_key("água com gás").startswith("x.")
    assert bucket_key("a b") != bucket_key("a_b")
