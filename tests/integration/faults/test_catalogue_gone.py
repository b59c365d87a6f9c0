"""The catalogue cannot be read any more: what was read goes on being sold."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from prosa.catalogue import diffs, loading
from prosa.contracts import subjects
from prosa.contracts.catalogue import Item
from prosa.contracts.topology import topology
from prosa.errors import ProsaError
from prosa.jetstream.buckets import Bucket
from prosa.jetstream.connection import JetStream
from prosa.jetstream.provision import provision
from services.conversation.catalogue import CatalogueInMemory
from tests.support.eventually import eventually
from tests.support.nats import BOT, NatsServer, provisioned

GOL, ARGO, UNO = (Item(key, {"modelo": key}) for key in ("gol", "argo", "uno"))


@pytest.fixture
async def nats(tmp_path: Path) -> AsyncIterator[tuple[NatsServer, JetStream]]:
    async with provisioned(tmp_path) as parts:
        yield parts


@pytest.fixture
async def catalogue(nats: tuple[NatsServer, JetStream]) -> CatalogueInMemory:
    await put(nats[1], GOL, ARGO)
    read = CatalogueInMemory(Bucket(nats[1], subjects.bucket(BOT, "catalogue"), Item))
    await read.refresh()
    return read


async def put(jetstream: JetStream, *items: Item) -> None:
    """Sell these items."""
    diff = diffs.compare({}, diffs.stock(items), "")
    await loading.store(jetstream, BOT, diff, lambda _done, _of: None)


def sold(catalogue: CatalogueInMemory) -> set[str]:
    return {item["modelo"] for item in catalogue.search({})["items"]}


async def test_a_server_that_is_away_leaves_what_was_read(
    nats: tuple[NatsServer, JetStream], catalogue: CatalogueInMemory
) -> None:
    server, jetstream = nats
    await server.kill()
    await eventually(lambda: not jetstream.connected)

    with pytest.raises(ProsaError):
        await catalogue.refresh()
    assert sold(catalogue) == {"gol", "argo"}


async def test_a_deleted_bucket_leaves_what_was_read(
    nats: tuple[NatsServer, JetStream], catalogue: CatalogueInMemory
) -> None:
    await nats[1].api(f"STREAM.DELETE.KV_{subjects.bucket(BOT, 'catalogue')}")

    with pytest.raises(ProsaError):
        await catalogue.refresh()
    assert sold(catalogue) == {"gol", "argo"}


async def test_a_bucket_that_was_made_anew_is_read_from_its_beginning(
    nats: tuple[NatsServer, JetStream], catalogue: CatalogueInMemory
) -> None:
    _, jetstream = nats
    await jetstream.api(f"STREAM.DELETE.KV_{subjects.bucket(BOT, 'catalogue')}")
    await provision(jetstream, topology(BOT))
    await put(jetstream, UNO)

    await catalogue.refresh()

    assert sold(catalogue) == {"uno"}
