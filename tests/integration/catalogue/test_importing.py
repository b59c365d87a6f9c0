"""Imports on a real NATS server: all or nothing, each change told once, whatever dies."""

import asyncio
from typing import Any, cast

import pytest

from prosa.catalogue.importing import Imported, ImportRefused, Unchanged
from prosa.contracts import subjects
from prosa.contracts.events import CatalogueImported
from prosa.contracts.topology import topology
from prosa.jetstream.connection import JetStream
from prosa.jetstream.provision import provision
from tests.integration.catalogue.shop import Shop, csv, ids, many
from tests.support.nats import BOT


async def test_the_first_import_fills_the_shop_and_tells_no_items(shop: Shop) -> None:
    outcome = await shop.takes(csv(gol=100, uno=90))

    assert isinstance(outcome, Imported)
    assert (outcome.version.number, outcome.version.added, outcome.version.first) == (1, 2, True)
    assert await shop.sells() == {"gol": 100, "uno": 90}
    assert ids(await shop.told()) == ["imported"]


async def test_what_changed_is_told_before_it_is_served(shop: Shop) -> None:
    await shop.takes(csv(gol=100, uno=90, argo=80))
    before = await shop.last_told()

    await shop.takes(csv(gol=95, uno=90, onix=70))

    told = await shop.told(before)
    assert ids(told) == ["added:onix", "removed:argo", "price:gol:100.0:95.0", "imported"]
    done = told[-1]
    assert isinstance(done, CatalogueImported)
    assert (done.items, done.added, done.changed, done.removed) == (3, 1, 1, 1)


async def test_the_same_again_changes_and_tells_nothing(shop: Shop) -> None:
    first = await shop.takes(csv(gol=100, uno=90))

    again = await shop.takes(csv(uno=90, gol=100))

    assert again == Unchanged(first.version)
    assert len(await shop.told()) == 1


async def test_a_price_that_falls_twice_is_told_twice(shop: Shop) -> None:
    for price in (100, 90, 100, 90):
        await shop.takes(csv(gol=price))

    told = [name for name in ids(await shop.told()) if name.startswith("price:gol:100")]
    assert told == ["price:gol:100.0:90.0"] * 2


async def test_versions_are_remembered(shop: Shop) -> None:
    for price in (100, 90):
        await shop.takes(csv(gol=price))

    imports = await shop.imports()
    assert [version.number for version in imports.history] == [1, 2]
    assert imports.current == imports.history[-1]
    assert imports.current is not None
    assert imports.current.id == await shop.version()


# --- refusals -------------------------------------------------------------------------------------


async def test_wrong_rows_change_nothing_and_stand_in_the_record(shop: Shop) -> None:
    await shop.takes(csv(gol=100, uno=90))

    with pytest.raises(ImportRefused) as told:
        await shop.takes(csv(gol=95, uno="a combinar"))

    summary, row = str(told.value).splitlines()
    assert summary == "stock.csv: 1 of 2 rows are wrong"
    assert row.startswith("stock.csv:3: price: 'a combinar' is no number; write it plainly")
    assert await shop.sells() == {"gol": 100, "uno": 90}
    imports = await shop.imports()
    assert imports.problem == told.value.problem
    assert imports.current is not None


async def test_a_right_import_clears_the_problem(shop: Shop) -> None:
    with pytest.raises(ImportRefused):
        await shop.takes(csv(gol="?"))

    await shop.takes(csv(gol=100))

    assert (await shop.imports()).problem is None


async def test_wrong_rows_may_be_left_out_and_their_items_stay(shop: Shop) -> None:
    await shop.takes(csv(gol=100, uno=90))

    outcome = await shop.takes(csv(gol=95, uno="?", onix="?"), skip_wrong_rows=True)

    assert await shop.sells() == {"gol": 95, "uno": 90}
    assert isinstance(outcome, Imported)
    assert (outcome.version.skipped, outcome.version.kept) == (2, 1)
    assert outcome.problem is not None


async def test_an_empty_source_empties_no_shop(shop: Shop) -> None:
    await shop.takes(csv(gol=100))

    with pytest.raises(ImportRefused, match="has no items; the 1 that are served stay"):
        await shop.takes(csv())

    assert await shop.sells() == {"gol": 100}


async def test_a_source_that_lost_most_items_is_refused_unless_it_is_meant(shop: Shop) -> None:
    await shop.takes(many(30))

    with pytest.raises(ImportRefused, match="lacks 20 of the 30 items"):
        await shop.takes(many(10))
    await shop.takes(many(10), force=True)

    assert len(await shop.sells()) == 10


async def test_a_small_shop_may_sell_most_of_what_it_has(shop: Shop) -> None:
    await shop.takes(many(6))

    await shop.takes(many(1))

    assert len(await shop.sells()) == 1


# --- deaths and rivals ----------------------------------------------------------------------------


class Died(Exception):
    """The process is gone."""


class Mortal:
    """A connection whose process dies before its n-th publish."""

    def __init__(self, jetstream: JetStream, publishes: int) -> None:
        self._jetstream = jetstream
        self._left = publishes

    def __getattr__(self, name: str) -> Any:
        return getattr(self._jetstream, name)

    def publish_soon(self, *args: Any, **options: Any) -> Any:
        self._left -= 1
        if self._left < 0:
            raise Died
        return self._jetstream.publish_soon(*args, **options)

    async def publish(self, *args: Any, **options: Any) -> Any:
        return await self.publish_soon(*args, **options)


async def test_an_import_killed_between_any_two_steps_is_ended_by_the_next(shop: Shop) -> None:
    before, after = csv(gol=100, uno=90, argo=80), csv(gol=95, uno=70, onix=70)
    changes = ["added:onix", "imported", "price:gol:100.0:95.0", "price:uno:90.0:70.0"]
    deaths = 0
    for publishes in range(20):
        await shop.takes(before)
        start = await shop.last_told()
        try:
            await Shop(cast("JetStream", Mortal(shop.jetstream, publishes))).takes(after)
        except Died:
            deaths += 1
        await shop.takes(after)

        assert sorted(ids(await shop.told(start))) == [*changes, "removed:argo"], publishes
        assert await shop.sells() == {"gol": 95, "uno": 70, "onix": 70}
        imports = await shop.imports()
        assert imports.current is not None
        assert (imports.current.id, imports.pending) == (await shop.version(), None)
    assert deaths == 11  # what is told, written and noted, and no publish more


async def test_a_first_import_that_was_killed_still_tells_no_items(shop: Shop) -> None:
    for publishes in (1, 2, 3):
        with pytest.raises(Died):
            await Shop(cast("JetStream", Mortal(shop.jetstream, publishes))).takes(many(5))
    await shop.takes(many(5))

    assert ids(await shop.told()) == ["imported"]


async def test_two_imports_at_once_tell_each_change_once(shop: Shop) -> None:
    await shop.takes(many(40))
    before = await shop.last_told()
    cheaper = many(40).replace(",100", ",90")

    await asyncio.gather(*(shop.takes(cheaper) for _ in range(2)))

    told = ids(await shop.told(before))
    assert len(told) == len(set(told)) == 41


async def test_of_two_different_imports_at_once_one_stands_whole(shop: Shop) -> None:
    await shop.takes(many(40))

    await asyncio.gather(*(shop.takes(many(40).replace(",100", f",{price}")) for price in (90, 80)))

    assert len(set((await shop.sells()).values())) == 1
    imports = await shop.imports()
    assert imports.current is not None
    assert imports.current.id == await shop.version()


async def test_a_bucket_made_anew_is_filled_without_telling_its_items_as_new(shop: Shop) -> None:
    await shop.takes(many(5))
    await shop.jetstream.api(f"STREAM.DELETE.KV_{subjects.bucket(BOT, 'catalogue')}")
    await provision(shop.jetstream, topology(BOT))

    await shop.takes(many(5))

    assert len(await shop.sells()) == 5
    assert ids(await shop.told()) == ["imported", "imported"]


async def test_five_thousand_items_are_imported_and_removed_again(shop: Shop) -> None:
    await shop.takes(many(5_000))
    await shop.takes(many(3), force=True)

    assert len(await shop.sells()) == 3
