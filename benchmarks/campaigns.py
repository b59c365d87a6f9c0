"""Measures campaigns over 100,000 contacts: how long one takes, and whether its memory stays.

    python -m benchmarks.campaigns [--contacts 100000]

Fills a read model in a PostgreSQL of its own, then runs the job as it is deployed: `preview` for
each kind of trigger (planning alone), then `run` for the first (planning, ledger, queue). CPU and
peak memory are the job's own, told by the kernel when it has ended.
"""

import argparse
import asyncio
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec

from prosa.clock import SystemClock
from prosa.contracts import subjects
from prosa.contracts.catalogue import Item
from prosa.contracts.events import ItemAdded, PriceChanged
from prosa.contracts.identity import NO_CONTACT
from tests.support.campaigns import CHEAPER, COMEBACK, NEW_CARS, Market, a_market
from tests.support.nats import BOT
from tests.support.postgres import a_postgres

MODELS = [f"Modelo {n}" for n in range(40)]
CHANGES = 60
"""Items that became new or cheaper: what three days of a large dealer bring."""

_COPIED = (
    *("bot", "contact", "phone", "name", "locale", "time_zone", "owner", "flow_open", "marketing"),
    *("unreachable", "first_inbound_at", "last_inbound_at", "window_closed", "tags"),
    *("attributes", "slots", "searched", "seen", "user_id", "phone_number_id", "revision"),
)


async def main(contacts: int, folder: Path) -> None:
    """Measure and print."""
    campaigns = [COMEBACK, NEW_CARS, CHEAPER]
    async with a_postgres(folder) as url, a_market(url, folder, campaigns=campaigns) as market:
        await fill(market, contacts)
        await change(market)
        print(f"{contacts:,} contacts, {CHANGES} items changed")
        for name in ("volta", "novos", "baixou"):
            tell(f"preview {name}", await measured(market, "preview", name, "--limit", "1"))
        tell("run volta", await measured(market, "run", "volta", "--json"))
        tell("run volta again", await measured(market, "run", "volta", "--json"))


async def fill(market: Market, contacts: int) -> None:
    """Write contacts who talked to the bot three days ago and searched for a model."""
    chance = random.Random(4)  # noqa: S311 - the same customers each time
    at = SystemClock().now() - timedelta(days=3)
    rows: Iterator[tuple[Any, ...]] = (
        (
            *(str(BOT), f"p55119{n:08}", f"55119{n:08}", f"Cliente {n}", "pt-BR"),
            *("", "bot", n % 50 == 0, "granted" if n % 10 else "unknown"),
            *("", at, at + timedelta(milliseconds=n), False, [], {}, {}),
            {
                "where": {
                    "modelo": chance.choice(MODELS),
                    "preco": {"atMost": chance.randrange(30, 120) * 1000},
                }
            },
            [str(chance.randrange(2000)) for _ in range(8)],
            *("", "106540352242922", n),
        )
        for n in range(contacts)
    )
    async with market.parts.database.connection() as connection:
        places = ", ".join(f"${n}" for n in range(1, len(_COPIED) + 1))
        await connection.executemany(
            f"insert into analytics.contacts ({', '.join(_COPIED)}) values ({places})",  # noqa: S608 - names of ours
            rows,
            timeout=600,
        )
        await connection.execute("analyze analytics.contacts")


async def change(market: Market) -> None:
    """Let items become new and cheaper."""
    events: list[ItemAdded | PriceChanged] = []
    at_ms = SystemClock().now_ms()
    for n in range(CHANGES):
        item = Item(str(n), {"id": str(n), "modelo": MODELS[n % 40], "preco": 40_000 + 1000 * n})
        new = Item(f"n{n}", item.fields)
        events += [
            ItemAdded(id=f"a{n}", contact=NO_CONTACT, at_ms=at_ms, version="1", item=new),
            PriceChanged(
                id=f"p{n}",
                contact=NO_CONTACT,
                at_ms=at_ms,
                version="1",
                item=item,
                previous=50_000 + 1000 * n,
                price=item.fields["preco"],
            ),
        ]
    for event in events:
        await market.world.jetstream.publish(
            subjects.event(BOT, event.kind, event.contact),
            msgspec.json.encode(event),
            message_id=event.id,
        )


async def measured(market: Market, *arguments: str) -> dict[str, Any]:
    """Run the job to its end; gives seconds, its CPU, its peak memory and what it printed last."""
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    async with market.process(*arguments) as process:
        peak = 0
        task = asyncio.create_task(process.communicate())  # noqa: TID251 - ends below
        while not task.done():
            peak = max(peak, _resident_kib(process.pid))
            await asyncio.sleep(0.05)
        out, log = await task
    assert process.returncode == 0, log.decode()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "seconds": time.monotonic() - began,
        "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "mib": peak / 1024,
        "said": msgspec.json.decode(out.splitlines()[-1]),
    }


def _resident_kib(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    found = [line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")]
    return int(found[0]) if found else 0


def tell(what: str, figures: dict[str, Any]) -> None:
    """Print one measurement."""
    said = figures["said"].get("summary", figures["said"])
    got = said.get("gets", said.get("queued"))
    print(
        f"{what:18} {figures['seconds']:6.1f} s  {figures['cpu']:6.1f} s CPU"
        f"  {figures['mib']:6.0f} MiB peak  {got:,} of {said['considered']:,}"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--contacts", type=int, default=100_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        asyncio.run(main(asked.contacts, Path(made)))
