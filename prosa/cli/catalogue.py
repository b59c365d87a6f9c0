"""`prosa catalogue`: put what the bot sells where the dialogue searches it, and look at it."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import aiohttp
import typer
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from prosa import chatbots
from prosa.catalogue import feeds, importing, reading
from prosa.catalogue.importing import Document, Imported, Options, Outcome, Told
from prosa.catalogue.record import Record
from prosa.cli import screen
from prosa.cli.app import new
from prosa.cli.layout import Layout
from prosa.cli.reach import Bot, Credentials, Data, Json, Nats, reach, run
from prosa.cli.running import DATA
from prosa.contracts.catalogue import Imports, Problem, Version
from prosa.contracts.chatbot import CatalogueSpec
from prosa.contracts.identity import BotToken
from prosa.errors import ConfigError
from prosa.jetstream.connection import JetStream

app = new("Load what the bot sells.")

Chatbot = Annotated[
    Path | None,
    typer.Option(help="The Chatbot's file, which declares the fields; else `prosa up`'s."),
]
SkipWrongRows = Annotated[
    bool,
    typer.Option(
        "--skip-wrong-rows", help="Import the right rows; items of wrong ones stay as they were."
    ),
]
Force = Annotated[
    bool, typer.Option("--force", help="Import even if most items vanish, or all of them.")
]


@app.command()
def load(
    file: Annotated[Path, typer.Argument(help="CSV with a header row, or a JSON list of objects.")],
    chatbot: Chatbot = None,
    skip_wrong_rows: SkipWrongRows = False,
    force: Force = False,
    data: Data = DATA,
    nats: Nats = None,
    credentials: Credentials = None,
    bot: Bot = None,
    as_json: Json = False,
) -> None:
    """Make the bot's catalogue hold exactly the items of FILE; those that vanished are removed."""
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} cannot be read; it must be UTF-8 text") from error
    document = Document(str(file), text, reading.kind_of(file.name))

    async def work() -> Outcome:
        async with reach(data, nats, credentials, bot) as (jetstream, token):
            spec = _spec(token, data, chatbot)
            options = Options(skip_wrong_rows=skip_wrong_rows, force=force)
            return await _with_bar(
                lambda told: importing.import_document(
                    jetstream, token, spec, document, options, told=told
                )
            )

    _say(run(work()), as_json=as_json)


@app.command()
def feed(
    chatbot: Chatbot = None,
    skip_wrong_rows: SkipWrongRows = False,
    force: Force = False,
    data: Data = DATA,
    nats: Nats = None,
    credentials: Credentials = None,
    bot: Bot = None,
    as_json: Json = False,
) -> None:
    """Ask the feed that the Chatbot names, now, and import what is new."""

    async def work() -> Outcome:
        async with (
            reach(data, nats, credentials, bot) as (jetstream, token),
            aiohttp.ClientSession() as http,
        ):
            spec = _spec(token, data, chatbot)
            if spec.source.http is None:
                raise ConfigError(
                    "this Chatbot's catalogue is a file; load it with `prosa catalogue load FILE`"
                )
            options = Options(skip_wrong_rows=skip_wrong_rows, force=force)
            return await _with_bar(
                lambda told: feeds.poll(jetstream, http, token, spec, options, told=told)
            )

    _say(run(work()), as_json=as_json)


@app.command()
def show(
    data: Data = DATA,
    nats: Nats = None,
    credentials: Credentials = None,
    bot: Bot = None,
    as_json: Json = False,
) -> None:
    """Show what is served, since when, and what is wrong with the source."""
    imports = run(_record(data, nats, credentials, bot))
    if as_json:
        screen.result(imports)
        return
    if imports.current is None:
        screen.OUT.print("nothing was imported yet; `prosa catalogue load FILE` does")
    else:
        screen.OUT.print(_facts(imports, imports.current))
    if imports.pending is not None:
        screen.OUT.print(
            Text(f"version {imports.pending.number} began and has not ended: import it again")
        )
    if imports.problem is not None:
        screen.failure(_worded(imports.problem))


@app.command()
def history(
    data: Data = DATA,
    nats: Nats = None,
    credentials: Credentials = None,
    bot: Bot = None,
    as_json: Json = False,
) -> None:
    """List the versions, the newest first."""
    imports = run(_record(data, nats, credentials, bot))
    versions = imports.history[::-1]
    if as_json:
        screen.result(versions)
        return
    table = Table("version", "at", "items", "added", "changed", "prices", "removed", "source")
    for each in versions:
        counts = (each.items, each.added, each.changed, each.prices, each.removed)
        table.add_row(
            f"{each.number} {each.id}",
            _when(each.at_ms),
            *(f"{count:,}" for count in counts),
            Text(each.source),
        )
    screen.OUT.print(table)


# --- doing ----------------------------------------------------------------------------------------


async def _record(
    data: Path, nats: str | None, credentials: Path | None, bot: str | None
) -> Imports:
    async with reach(data, nats, credentials, bot) as (jetstream, token):
        return await _read(jetstream, token)


async def _read(jetstream: JetStream, token: BotToken) -> Imports:
    return (await Record(jetstream, token).read())[0]


async def _with_bar(work: Callable[[Told], Awaitable[Outcome]]) -> Outcome:
    """Import while a bar shows how far it is."""
    with Progress(console=screen.ERR, transient=True) as progress:
        task = progress.add_task("reading", total=None)

        def told(step: str, done: int, of: int) -> None:
            progress.update(task, description=step, completed=done, total=of)

        return await work(told)


def _spec(bot: BotToken, data: Path, chatbot: Path | None) -> CatalogueSpec:
    file = chatbot or Layout(data).chatbots / bot / "chatbot.yaml"
    try:
        text = file.read_text("utf-8")
    except OSError as error:
        raise ConfigError(f"{file} cannot be read; give the Chatbot with --chatbot") from error
    spec = chatbots.read_chatbot(text, str(file)).spec.catalogue
    if spec is None:
        raise ConfigError(f"{file} declares no spec.catalogue; write source and fields there")
    return spec


# --- saying ---------------------------------------------------------------------------------------


def _say(outcome: Outcome, *, as_json: bool) -> None:
    if as_json:
        screen.result(outcome)
        return
    version = outcome.version
    if not isinstance(outcome, Imported):
        screen.success(f"nothing new: version {version.number}, {version.items:,} items")
        return
    screen.success(
        f"version {version.number}: {version.items:,} items, {version.added:,} added,"
        f" {version.changed:,} changed ({version.prices:,} prices), {version.removed:,} removed"
    )
    if outcome.problem is not None:
        screen.failure(f"left out: {_worded(outcome.problem)}")


def _facts(imports: Imports, version: Version) -> Table:
    table = Table(show_header=False)
    table.add_column()
    table.add_column(overflow="fold")
    changes = (
        f"{version.added:,} added, {version.changed:,} changed ({version.prices:,} prices),"
        f" {version.removed:,} removed"
    )
    for name, value in (
        ("version", f"{version.number} {version.id}"),
        ("items", f"{version.items:,}"),
        ("changes", "the first import" if version.first else changes),
        ("imported", _when(version.at_ms)),
        ("looked at", _when(imports.checked_at_ms)),
        ("source", version.source),
    ):
        table.add_row(name, Text(value))
    return table


def _worded(problem: Problem) -> str:
    return "\n".join((f"{problem.summary} ({_when(problem.at_ms)})", *problem.rows))


def _when(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")
