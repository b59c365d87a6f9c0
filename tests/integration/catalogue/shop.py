"""A shop on a real NATS server: what it sells, and what was told of it."""

from typing import Any

import msgspec

from prosa.catalogue import diffs, loading
from prosa.catalogue.importing import Document, Options, Outcome, import_document
from prosa.catalogue.record import Record
from prosa.contracts import subjects
from prosa.contracts.catalogue import Imports
from prosa.contracts.chatbot import CatalogueField, CatalogueSource, CatalogueSpec, HttpSource
from prosa.contracts.events import Event
from prosa.jetstream.connection import JetStream
from tests.support.nats import BOT


def a_spec(url: str = "https://cars.example/stock.csv", **fields: Any) -> CatalogueSpec:
    """Declare a catalogue of cars with a price."""
    declared = {"price": CatalogueField(type="money", required=True)}
    source = CatalogueSource(http=HttpSource(url=url))
    return CatalogueSpec(source=source, price="price", **{"fields": declared, **fields})


def csv(**prices: object) -> str:
    """Write a stock of cars with their prices."""
    return "\n".join(["id,price", *(f"{key},{price}" for key, price in prices.items())])


def many(count: int) -> str:
    """Write a stock of many cars."""
    return csv(**{f"c{n}": 100 for n in range(count)})


class Shop:
    """One bot's catalogue."""

    def __init__(self, jetstream: JetStream) -> None:
        self.jetstream = jetstream

    async def takes(self, text: str, **options: Any) -> Outcome:
        """Import a CSV."""
        document = Document("stock.csv", text, "csv")
        return await import_document(self.jetstream, BOT, a_spec(), document, Options(**options))

    async def sells(self) -> dict[str, Any]:
        """Read the items and their prices."""
        stored = await loading.stored(self.jetstream, BOT)
        return {item.key: item.fields["price"] for item in stored.values()}

    async def version(self) -> str:
        """Name what the bucket holds."""
        return diffs.content(await loading.stored(self.jetstream, BOT))

    async def imports(self) -> Imports:
        """Read the record."""
        return (await Record(self.jetstream, BOT).read())[0]

    async def told(self, after: int = 0) -> list[Event]:
        """Read the catalogue's events above a sequence."""
        stored = await self.jetstream.read(
            subjects.evt_stream(BOT), subjects.event(BOT, "catalogue", "*"), after=after, limit=4096
        )
        return [msgspec.json.decode(each.payload, type=Event) for each in stored]

    async def last_told(self) -> int:
        """Give the sequence of the newest event."""
        state = await self.jetstream.stream_state(subjects.evt_stream(BOT))
        return state.last_sequence


def ids(events: list[Event]) -> list[str]:
    """Name events without the import's number: what, of which item, from what to what."""
    return [event.id.split(":", 2)[2] for event in events]
