"""Measures how long the inbox' list takes with 100,000 tickets.

    python -m benchmarks.inbox [--tickets 100000] [--lines 10] [--rounds 30]

Seeds a PostgreSQL of its own through COPY, then reads views, searches and later pages as the API
does, for a supervisor (who sees all) and for an agent of one of eight teams. Prints milliseconds,
median and 95th percentile, of the whole read (page, total, counts of what is open) and of the count
of what is closed, which the API asks for every five seconds at most.
"""

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from prosa.contracts.chatbot import Team
from prosa.contracts.identity import BotToken
from prosa.postgres.database import Connection
from services.handoff import words
from services.handoff.contract import View
from services.handoff.postgres import listing
from services.handoff.postgres.database import open_database
from services.handoff.postgres.tickets import FIELDS
from services.handoff.sight import Sight
from services.handoff.tickets import Ticket
from tests.support.postgres import a_postgres

BOT = BotToken("bots_bench")
TEAMS = tuple(Team(name=f"time{n}") for n in range(8))
NAMES = ("Ana", "Bruno", "Carla", "Davi", "Elisa", "Fábio", "Gabi", "Hugo", "Iara", "João")
SURNAMES = ("Souza", "Lima", "Mendes", "Rocha", "Alves", "Costa", "Dias", "Melo", "Nunes", "Pires")
_SAID = (
    "quero um carro automático até oitenta mil com entrada e troca do meu usado por favor vocês"
    " abrem sábado qual o endereço da loja tem financiamento em quarenta vezes obrigada"
)
WORDS = tuple(_SAID.split())
START = 1_790_000_000_000
QUEUE, OPEN = 300, 1_500
"""Tickets that people have at one time; the rest is history."""


def tickets(count: int, chance: random.Random) -> Iterator[Ticket]:
    """Invent a year of tickets: most are closed, some wait, some are open."""
    for n in range(count):
        status = "queue" if n < QUEUE else "open" if n < QUEUE + OPEN else "closed"
        outcome = "" if status != "closed" else "returned" if n % 3 else "closed"
        at_ms = START - n * 300_000
        agent = "" if status == "queue" else f"agent{n % 50}"
        yield msgspec.convert(
            {
                "id": f"t{n:06d}",
                "contact": f"p55119{n:08d}",
                "opened_by": f"h{n}",
                "opened_at_ms": at_ms,
                "status": status,
                "outcome": outcome,
                "name": f"{chance.choice(NAMES)} {chance.choice(SURNAMES)}",
                "phone": f"55119{n:08d}",
                "team": TEAMS[n % len(TEAMS)].name,
                "agent": agent,
                "agent_name": agent,
                "summary": " ".join(chance.choices(WORDS, k=6)),
                "last_text": " ".join(chance.choices(WORDS, k=8)),
                "last_at_ms": at_ms,
                "closed_at_ms": at_ms if status == "closed" else None,
                "backfilled": True,
            },
            Ticket,
        )


async def seed(connection: Connection, count: int, lines: int) -> None:
    """Write tickets and the lines of their timelines."""
    chance = random.Random(1)  # noqa: S311 - load, not a secret
    made = list(tickets(count, chance))
    await connection.execute("create temporary table seeds (like tickets) on commit drop")
    await connection.execute("alter table seeds drop column words, add column found_by text")
    await connection.execute("alter table seeds alter column slots type text")
    await connection.copy_records_to_table(
        "seeds",
        columns=("bot", *FIELDS, "found_by"),
        records=(
            (
                BOT,
                *("{}" if field == "slots" else getattr(ticket, field) for field in FIELDS),
                words.searchable(ticket.name, ticket.summary, ticket.team, phone=ticket.phone),
            )
            for ticket in made
        ),
    )
    columns = ", ".join(("bot", *FIELDS))
    values = columns.replace("slots", "slots::jsonb")
    await connection.execute(
        f"insert into tickets ({columns}, words)"  # noqa: S608 - names of our own fields
        f" select {values}, to_tsvector('simple', found_by) from seeds",
        timeout=600,
    )
    await connection.execute(
        "create temporary table words (contact text, id text, at_ms bigint, text text)"
        " on commit drop"
    )
    await connection.copy_records_to_table(
        "words",
        records=(
            (t.contact, f"{t.id}-{n}", t.last_at_ms + n, " ".join(chance.choices(WORDS, k=10)))
            for t in made
            for n in range(lines)
        ),
    )
    await connection.execute(
        "insert into entries (bot, contact, id, at_ms, wamid, outbound, index, file,"
        " changed_at_ms, message, words)"
        " select $1, contact, id, at_ms, id, '', 0, '', 0,"
        " jsonb_build_object('id', id, 'at', at_ms, 'from', 'customer', 'kind', 'text',"
        "  'text', text), to_tsvector('simple', text) from words",
        BOT,
        timeout=600,
    )


async def measure(count: int, lines: int, rounds: int) -> None:
    """Seed, warm, read, print."""
    with tempfile.TemporaryDirectory() as folder:
        async with a_postgres(Path(folder)) as url, open_database(url) as database:
            began = time.perf_counter()
            async with database.transaction() as connection:
                await seed(connection, count, lines)
            async with database.connection() as connection:
                await connection.execute("vacuum analyze", timeout=600)
                print(
                    f"{count:,} tickets, {count * lines:,} lines,"
                    f" seeded in {time.perf_counter() - began:.0f} s"
                )
                await _read_all(connection, rounds)


async def _read_all(connection: Connection, rounds: int) -> None:
    looks = {
        "a supervisor": Sight("boss", None),
        "an agent of one team of eight": Sight("agent7", (TEAMS[3].name, "")),
    }
    reads: tuple[tuple[str, View, dict[str, str]], ...] = (
        ("queue", "queue", {}),
        ("mine", "mine", {}),
        ("all", "all", {}),
        ("closed", "closed", {}),
        ("search: a name", "all", {"search": "ana souza"}),
        ("search: 3 letters", "all", {"search": "ana"}),
        ("search: end of a phone", "all", {"search": "04242"}),
        ("search: what was said", "all", {"search": "financiamento quarenta"}),
        ("search: nothing", "all", {"search": "xyzzy"}),
    )
    for who, sight in looks.items():
        for name, view, asked in reads:
            await _time(connection, f"{who}, {name}", rounds, sight, view, asked)
        await _count(connection, f"{who}, count of what is closed", rounds, sight)
        page = await listing.read(connection, BOT, sight, "all", limit=200)
        for _ in range(20):
            page = await listing.read(
                connection, BOT, sight, "all", cursor=page.next or "", limit=200
            )
        later = {"cursor": page.next or ""}
        await _time(connection, f"{who}, page 22 of 200 rows", rounds, sight, "all", later)


async def _time(  # noqa: PLR0917 - one line a reading
    connection: Connection, name: str, rounds: int, sight: Sight, view: View, asked: dict[str, str]
) -> None:
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        page = await listing.read(connection, BOT, sight, view, **asked)  # type: ignore[arg-type]  # names of its own
        await listing.count(connection, BOT, sight, closed=False)
        took.append((time.perf_counter() - began) * 1000)
    took.sort()
    print(
        f"{name:52} {statistics.median(took):7.1f} ms  p95 {took[int(len(took) * 0.95)]:7.1f} ms"
        f"  {len(page.items):4} rows"
    )


async def _count(connection: Connection, name: str, rounds: int, sight: Sight) -> None:
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        await listing.count(connection, BOT, sight, closed=True)
        took.append((time.perf_counter() - began) * 1000)
    took.sort()
    print(f"{name:52} {statistics.median(took):7.1f} ms  p95 {took[int(len(took) * 0.95)]:7.1f} ms")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--lines", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=30)
    given = parser.parse_args()
    asyncio.run(measure(given.tickets, given.lines, given.rounds))
