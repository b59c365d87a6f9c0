"""A catalogue's bucket on a real NATS server."""

from pathlib import Path

from prosa.catalogue.loading import Changes, load
from prosa.contracts import subjects
from prosa.contracts.catalogue import Item
from prosa.jetstream.buckets import Bucket
from tests.support.nats import BOT, provisioned


def items(count: int, price: int = 100) -> list[Item]:
    return [Item(str(n), {"id": str(n), "price": price}) for n in range(count)]


async def test_the_bucket_holds_what_the_file_says(tmp_path: Path) -> None:
    async with provisioned(tmp_path) as (_, jetstream):
        assert await load(jetstream, BOT, items(5_000)) == Changes(5_000, 0, 0, 0)
        assert await load(jetstream, BOT, items(5_000)) == Changes(0, 0, 0, 5_000)
        assert await load(jetstream, BOT, items(3, price=90)) == Changes(0, 3, 4_997, 0)

        bucket = Bucket(jetstream, subjects.bucket(BOT, "catalogue"), Item)
        there = [key async for key, entry in bucket.entries() if entry is not None]
        assert sorted(there) == ["0", "1", "2"]


async def test_an_item_that_came_back_is_there_again(tmp_path: Path) -> None:
    async with provisioned(tmp_path) as (_, jetstream):
        for stock in (items(2), items(1), items(2)):
            await load(jetstream, BOT, stock)

        entry = await Bucket(jetstream, subjects.bucket(BOT, "catalogue"), Item).get("1")
        assert entry is not None
        assert entry.value == items(2)[1]
