"""How a command reaches the streams of one bot: the options that all such commands share."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from prosa.cli import running
from prosa.contracts.identity import BotToken
from prosa.errors import ConfigError
from prosa.jetstream.connection import JetStream, connect
from prosa.telemetry import logs

T = TypeVar("T")

Data = Annotated[Path, typer.Option(help="Data folder of the `prosa up` to talk to.")]
Nats = Annotated[str | None, typer.Option(help="NATS server, instead of that of `prosa up`.")]
Credentials = Annotated[
    Path | None,
    typer.Option(help="Folder with `user` and `password`, or a .creds file, for --nats."),
]
Bot = Annotated[
    str | None, typer.Option(help="Which bot: <namespace>_<name>, or its name; if there are more.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for a script.")]


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's work to its end."""
    logs.configure("warning", "pretty")
    return asyncio.run(work)


def choose(bots: tuple[str, ...], wanted: str | None) -> BotToken:
    """Decide which bot is meant. Raises ConfigError that lists them."""
    if wanted is None:
        if len(bots) == 1:
            return BotToken(bots[0])
        known = f": {', '.join(bots)}" if bots else ""
        raise ConfigError(f"say which bot is meant with --bot{known}")
    found = [bot for bot in bots if wanted in (bot, bot.partition("_")[2])]
    if len(found) == 1:
        return BotToken(found[0])
    if not bots and "_" in wanted:
        return BotToken(wanted)
    hint = f"there is {', '.join(bots)}" if bots else "write <namespace>_<name>"
    raise ConfigError(f"--bot {wanted}: {hint}")


@asynccontextmanager
async def reach_all(
    data: Path, nats: str | None, credentials: Path | None, bot: str | None
) -> AsyncIterator[tuple[JetStream, tuple[BotToken, ...]]]:
    """Connect; gives the bot that is meant, or all that run when none is named."""
    connection = running.find(data, nats, credentials)
    everyone = tuple(map(BotToken, connection.bots))
    tokens = everyone if everyone and bot is None else (choose(connection.bots, bot),)
    async with connect(connection.nats, "cli") as jetstream:
        yield jetstream, tokens


@asynccontextmanager
async def reach(
    data: Path, nats: str | None, credentials: Path | None, bot: str | None
) -> AsyncIterator[tuple[JetStream, BotToken]]:
    """Connect, and decide which bot is meant. Raises ConfigError."""
    connection = running.find(data, nats, credentials)
    token = choose(connection.bots, bot)
    async with connect(connection.nats, "cli") as jetstream:
        yield jetstream, token
