"""`prosa streams`: how full the streams are, and how far behind their consumers."""

import asyncio
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Group
from rich.live import Live
from rich.table import Table

from prosa.cli import screen
from prosa.cli.app import new
from prosa.cli.reach import Bot, Credentials, Data, Json, Nats, reach_all, run
from prosa.cli.running import DATA
from prosa.clock import SystemClock
from prosa.contracts.identity import BotToken
from prosa.contracts.topology import topology, unrouted
from prosa.jetstream.connection import JetStream, Refused

_EVERY_SECONDS = 1.0


class ConsumerState(msgspec.Struct, frozen=True):
    """`pending` waits, `in_hand` is delivered and not acknowledged; both together are the lag."""

    name: str
    pending: int
    in_hand: int
    redelivered: int
    waiting_pulls: int


class StreamState(msgspec.Struct, frozen=True):
    """One stream or bucket; `oldest_seconds` is the age of its oldest message."""

    name: str
    exists: bool
    messages: int = 0
    bytes: int = 0
    subjects: int = 0
    oldest_seconds: int | None = None
    consumers: tuple[ConsumerState, ...] = ()


app = new()


@app.command()
def streams(
    data: Data = DATA,
    nats: Nats = None,
    credentials: Credentials = None,
    bot: Bot = None,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Look again each second.")] = False,
    as_json: Json = False,
) -> None:
    """Show what is stored, waits, is in hand, came again."""

    async def work() -> None:
        async with reach_all(data, nats, credentials, bot) as (jetstream, tokens):
            if as_json:
                screen.result({token: await look(jetstream, token) for token in tokens})
            elif watch:
                await _watch(jetstream, tokens)
            else:
                screen.OUT.print(await _tables(jetstream, tokens))

    run(work())


async def look(jetstream: JetStream, bot: BotToken) -> list[StreamState]:
    """Ask the server about everything that a bot's topology names. Raises Unavailable."""
    wanted = topology(bot)
    names = [
        *(stream.name for stream in wanted.streams),
        unrouted().name,
        *(f"KV_{bucket.name}" for bucket in wanted.buckets),
    ]
    return [await _stream(jetstream, name) for name in names]


async def _stream(jetstream: JetStream, name: str) -> StreamState:
    try:
        state = (await jetstream.api(f"STREAM.INFO.{name}"))["state"]
        listed = await jetstream.api(f"CONSUMER.LIST.{name}")
    except Refused:
        return StreamState(name, exists=False)
    consumers = sorted(map(_consumer, listed["consumers"] or ()), key=lambda c: c.name)
    return StreamState(
        name,
        exists=True,
        messages=state["messages"],
        bytes=state["bytes"],
        subjects=state.get("num_subjects", 0),
        oldest_seconds=_age(state["first_ts"]) if state["messages"] else None,
        consumers=tuple(consumers),
    )


def _age(rfc3339: str) -> int:
    stored = datetime.fromisoformat(rfc3339[:19] + "+00:00")
    return max(0, round((SystemClock().now() - stored).total_seconds()))


def _consumer(info: dict[str, Any]) -> ConsumerState:
    return ConsumerState(
        info["name"],
        info["num_pending"],
        info["num_ack_pending"],
        info["num_redelivered"],
        info["num_waiting"],
    )


async def _watch(jetstream: JetStream, bots: tuple[BotToken, ...]) -> None:
    with Live(await _tables(jetstream, bots), console=screen.OUT) as live:
        while True:
            await asyncio.sleep(_EVERY_SECONDS)
            live.update(await _tables(jetstream, bots))


async def _tables(jetstream: JetStream, bots: tuple[BotToken, ...]) -> Group:
    return Group(*[_table(bot, await look(jetstream, bot)) for bot in bots])


def _table(bot: BotToken, states: list[StreamState]) -> Table:
    table = Table(header_style="bold", box=None, pad_edge=False, title=bot, title_justify="left")
    table.add_column("stream")
    for title in ("messages", "subjects", "kB", "oldest"):
        table.add_column(title, justify="right")
    table.add_column("consumer")
    for title in ("pending", "in hand", "again"):
        table.add_column(title, justify="right")
    for state in states:
        name = state.name.removeprefix(f"PROSA_{bot}_").removeprefix(f"KV_prosa_{bot}_")
        if not state.exists:
            table.add_row(f"[red]{name} is missing[/]")
            continue
        own = (
            name,
            f"{state.messages:,}",
            f"{state.subjects:,}",
            f"{state.bytes / 1000:,.0f}",
            "" if state.oldest_seconds is None else str(timedelta(seconds=state.oldest_seconds)),
        )
        rest = [_cells(consumer) for consumer in state.consumers] or [("",) * 4]
        table.add_row(*own, *rest[0])
        for cells in rest[1:]:
            table.add_row(*[""] * len(own), *cells)
    return table


def _cells(consumer: ConsumerState) -> tuple[str, str, str, str]:
    pending = f"[yellow]{consumer.pending:,}[/]" if consumer.pending else "0"
    return consumer.name, pending, f"{consumer.in_hand:,}", f"{consumer.redelivered:,}"
