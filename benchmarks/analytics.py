"""What records cost: events a second of one core, and how long a search by meaning takes.

    python -m benchmarks.analytics [--events N] [--messages N]

CPU is this process's own (reading from NATS included, the server's left out); a search is timed as
a person waits for it. Half of the events are what a bot's traffic is made of: turns with their
steps, messages sent, and three statuses each.
"""

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import duckdb
import msgspec
import numpy as np

from benchmarks import machine
from prosa.contracts import subjects
from prosa.contracts.events import Event
from prosa.contracts.identity import ContactKey
from prosa.contracts.inbound import Inbound
from prosa.jetstream.connection import JetStream, Stored
from prosa.jetstream.follow import follow
from prosa.telemetry.metrics import Registry
from prosa.understanding.embedder import SentenceEncoder
from services.analytics import store, tables
from services.analytics.metrics import AnalyticsMetrics
from services.analytics.records import Records
from services.analytics.search import Asked, Search
from services.analytics.writer import Writer
from tests.support.nats import BOT, provisioned
from tests.support.records import EVT, IN, NOON_MS, a_message, a_sent, a_status, a_turn

CONTACTS = 20_000
GATHERED = 800
"""Events of 400 ms at 2,000 a second: what one transaction takes then."""
SEARCHES = 60
QUESTIONS = ("quero um carro automático", "vocês abrem no domingo?", "quanto fica a parcela")


def traffic(events: int) -> Iterator[Event | Inbound]:
    """Give a bot's traffic, in the order in which it is told."""
    chance = random.Random(1)  # noqa: S311 - load, not a secret
    for turn in range(1, events // 6 + 1):
        contact = ContactKey(f"p55119{chance.randrange(CONTACTS):08d}")
        answer, at_ms = f"{contact}-{turn}-0/0", NOON_MS + turn * 10
        yield a_message(contact, turn, "tem corolla automático até 90 mil?", at_ms=at_ms)
        steps = (
            {"kind": "understood", "subject": "buscar", "score": 0.91},
            {"kind": "flow_started", "subject": "buscar", "flow": "buscar"},
            {"kind": "asked", "subject": "modelo", "flow": "buscar"},
        )
        yield a_turn(contact, turn, *steps, messages=1, at_ms=at_ms)
        yield a_sent(answer, "Qual modelo você procura?", at_ms=at_ms)
        for status in ("sent", "delivered", "read"):
            yield a_status(answer, status, at_ms=at_ms)


async def publish(jetstream: JetStream, events: int) -> None:
    """Fill the streams."""
    waiting = []
    for record in traffic(events):
        subject = (
            subjects.inbound(BOT, record.contact)
            if isinstance(record, Inbound)
            else subjects.event(BOT, record.kind, record.contact)
        )
        waiting.append(jetstream.publish_soon(subject, msgspec.json.encode(record)))
        if len(waiting) >= GATHERED:
            await asyncio.gather(*waiting)
            waiting.clear()
    await asyncio.gather(*waiting)


async def taking(events: int) -> list[float]:
    """Read the streams into a file, batch by batch; gives events a CPU second of each tenth."""
    rates: list[float] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with provisioned(folder) as (_, jetstream):
            await publish(jetstream, events)
            opened = store.open_file(folder / "a.duckdb", memory="512MB", stamp=lambda: "now")
            writer = Writer(opened.root.cursor(), bot=BOT, idle=timedelta(hours=24))
            share = {EVT: GATHERED * 5 // 6, IN: GATHERED // 6}
            whole = {EVT: subjects.event(BOT, "*", "*"), IN: subjects.inbound(BOT, "*")}
            reading = {
                stream: follow(
                    jetstream,
                    stream,
                    whole[stream],
                    after=(await jetstream.stream_state(stream)).first_sequence - 1,
                    limit=share[stream],
                    pause=timedelta(),
                )
                for stream in (EVT, IN)
            }
            taken = counted = 0
            began = time.process_time()
            while taken < events // 6 * 6:
                batches: list[list[Stored]] = [await anext(reading[s]) for s in (EVT, IN)]
                await asyncio.to_thread(writer.take, *batches)
                got = sum(map(len, batches))
                taken, counted = taken + got, counted + got
                if counted >= events // 10:
                    now = time.process_time()
                    rates.append(counted / (now - began))
                    counted, began = 0, now
            for each in reading.values():
                await each.aclose()
            opened.close()
    return rates


async def searching(messages: int) -> tuple[float, list[float], list[float]]:
    """Search random vectors; gives the first search's seconds, the others', and their CPU's."""
    encoder = SentenceEncoder()
    with tempfile.TemporaryDirectory() as name:
        opened = store.open_file(Path(name) / "a.duckdb", memory="512MB", stamp=lambda: "now")
        fill(opened.root.cursor(), messages, encoder.model_id)
        records = Records()
        records.open(opened.root)
        search = Search(BOT, records, encoder, AnalyticsMetrics(Registry()), held=messages)
        took, used = [], []
        for number in range(SEARCHES + 1):
            asked = Asked(q=QUESTIONS[number % len(QUESTIONS)], author="customer")
            began, before = time.perf_counter(), time.process_time()
            found = await search.search(asked)
            took.append(time.perf_counter() - began)
            used.append(time.process_time() - before)
            assert len(found.items) == asked.limit, found
        records.shut_down()
        opened.close()
    return took[0], took[1:], used[1:]


def fill(connection: duckdb.DuckDBPyConnection, messages: int, model: str) -> None:
    """Write messages with random vectors, 500 a commit."""
    chance = np.random.default_rng(1)
    for first in range(0, messages, 500):
        numbers = range(first, min(messages, first + 500))
        vectors = chance.standard_normal((len(numbers), 512)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        said = [
            {
                "id": f"wamid.{n}",
                "contact": f"p55119{n % CONTACTS:08d}",
                "happened_at": NOON_MS + n * 1000,
                "direction": "in",
                "author": "customer",
                "kind": "text",
                "text": f"mensagem {n}",
            }
            for n in numbers
        ]
        meant = [
            {
                "message": row["id"],
                "contact": row["contact"],
                "happened_at": row["happened_at"],
                "author": "customer",
                "intent": "",
                "model": model,
                "dim": 512,
                "vector": vector,
            }
            for row, vector in zip(said, vectors, strict=True)
        ]
        for table, rows in ((tables.TABLES["said"], said), (tables.EMBEDDINGS, meant)):
            batch = table.arrow(rows, first + 1)
            connection.register("batch", batch)
            connection.execute(table.statement)
            connection.unregister("batch")


def main() -> None:
    """Measure both, and say on what."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=120_000)
    parser.add_argument("--messages", type=int, default=100_000)
    arguments = parser.parse_args()
    rates = asyncio.run(taking(arguments.events))
    print(
        f"{arguments.events} events: {statistics.median(rates):.0f} a second of one core"
        f" ({min(rates):.0f} to {max(rates):.0f}, the last {rates[-1]:.0f})"
    )
    first, others, used = asyncio.run(searching(arguments.messages))
    others.sort()
    print(
        f"{arguments.messages} messages: a search takes {statistics.median(others) * 1000:.0f} ms,"
        f" p95 {others[int(len(others) * 0.95)] * 1000:.0f} ms, and"
        f" {statistics.median(used) * 1000:.0f} ms of CPU;"
        f" the first, which loads them, {first:.1f} s"
    )
    print(machine.describe())


if __name__ == "__main__":
    main()
