"""Measures a catalogue's import into a real nats-server, and what conversation makes of it.

    python -m benchmarks.catalogue [--items 100000]

Four imports: the first, the same again, one in which every tenth price fell, and one in which all
did; then a refresh of conversation's memory and searches in it. Seconds, CPU seconds of this
process, its resident memory after each and at its highest.
"""

import argparse
import asyncio
import gc
import random
import resource
import tempfile
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from prosa.catalogue.importing import Document, import_document
from prosa.contracts import subjects
from prosa.contracts.catalogue import Item
from prosa.contracts.chatbot import CatalogueField, CatalogueSource, CatalogueSpec, HttpSource
from prosa.jetstream.buckets import Bucket
from prosa.jetstream.connection import JetStream
from services.conversation.catalogue import CatalogueInMemory
from tests.support.nats import BOT, provisioned

SPEC = CatalogueSpec(
    source=CatalogueSource(http=HttpSource(url="https://cars.example/stock.csv")),
    price="preco",
    fields={
        "preco": CatalogueField(type="money", required=True),
        "ano": CatalogueField(type="number"),
        "km": CatalogueField(type="number"),
        "foto": CatalogueField(type="image"),
    },
)
MAKES = [f"Marca {n}" for n in range(30)]
MODELS = [f"Modelo {n}" for n in range(400)]
COLOURS = ["prata", "branco", "preto", "vermelho", "azul", "cinza"]
HEADER = "id,marca,modelo,versao,ano,preco,km,cor,cambio,combustivel,foto"
SEARCHES: dict[str, dict[str, Any]] = {
    "by model and price": {"where": {"modelo": {"is": "modelo 7"}, "preco": {"atMost": 60000}}},
    "misspelt": {"where": {"modelo": {"is": "modleo 77"}}},
    "everything, by price": {"sort": "preco"},
}


def stock(count: int, cheaper: int = 0) -> str:
    """Write a dealer's CSV; every `cheaper`-th price has fallen."""
    chance = random.Random(count)  # noqa: S311 - measurements, not secrets
    lines = [HEADER]
    for n in range(count):
        price = 30_000 + chance.randrange(100_000)
        if cheaper and n % cheaper == 0:
            price -= 1_000
        lines.append(
            f"carro-{n},{chance.choice(MAKES)},{chance.choice(MODELS)},1.{n % 9} Flex,"
            f"{2005 + n % 20},{price},{chance.randrange(150_000)},{chance.choice(COLOURS)},"
            f"manual,flex,fotos/{n}.jpg"
        )
    return "\n".join(lines)


class Meter:
    """Takes the time and memory of steps."""

    def __init__(self) -> None:
        self.table = Table("step", "seconds", "CPU s", "RSS MB", "peak MB", title="catalogue")
        self._process = psutil.Process()

    async def step(self, name: str, work: Callable[[], Awaitable[Any]]) -> None:
        """Measure one step."""
        wall, cpu = time.perf_counter(), time.process_time()
        await work()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        gc.collect()
        rss = self._process.memory_info().rss / 1e6
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3  # Linux: kilobytes
        self.table.add_row(name, f"{wall:.2f}", f"{cpu:.2f}", f"{rss:.0f}", f"{peak:.0f}")


async def main(count: int) -> None:
    """Run all steps and print them."""
    meter = Meter()
    with tempfile.TemporaryDirectory() as folder:
        async with provisioned(Path(folder)) as (_, jetstream):
            for name, text in (
                ("first import", stock(count)),
                ("the same again", stock(count)),
                ("every tenth price fell", stock(count, 10)),
                ("all prices fell", stock(count, 1)),
            ):
                document = Document("stock.csv", text, "csv")
                await meter.step(name, partial(import_document, jetstream, BOT, SPEC, document))
            await _search(meter, jetstream)
    Console().print(meter.table)


async def _search(meter: Meter, jetstream: JetStream) -> None:
    catalogue = CatalogueInMemory(Bucket(jetstream, subjects.bucket(BOT, "catalogue"), Item))
    await meter.step("conversation reads it", catalogue.refresh)

    async def look(form: dict[str, Any]) -> None:
        catalogue.search(form)

    for name, form in SEARCHES.items():
        await meter.step(f"first search {name}", partial(look, form))
        await meter.step(f"search {name}", partial(look, form))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=100_000)
    asyncio.run(main(parser.parse_args().items))
