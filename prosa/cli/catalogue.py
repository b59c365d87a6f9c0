"""`prosa catalogue`: put a file's items where the dialogue searches them."""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from prosa import chatbots
from prosa.catalogue import loading, reading
from prosa.cli import screen
from prosa.cli.app import new
from prosa.cli.layout import Layout
from prosa.cli.reach import Bot, Credentials, Data, Json, Nats, reach, run
from prosa.cli.running import DATA
from prosa.contracts.chatbot import CatalogueSpec
from prosa.contracts.identity import BotToken
from prosa.errors import ConfigError

app = new("Load what the bot sells.")


@app.command()
def load(
    file: Annotated[Path, typer.Argument(help="CSV with a header row, or a JSON list of objects.")],
    chatbot: Annotated[
        Path | None,
        typer.Option(help="The Chatbot's file, which declares the fields; else `prosa up`'s."),
    ] = None,
    data: Data = DATA,
    nats: Nats = None,
    credentials: Credentials = None,
    bot: Bot = None,
    as_json: Json = False,
) -> None:
    """Make the bot's catalogue hold exactly the items of FILE; those that vanished are removed."""
    try:
        text = file.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} cannot be read; it must be UTF-8 text") from error

    async def work() -> loading.Changes:
        async with reach(data, nats, credentials, bot) as (jetstream, token):
            items = reading.read(text, str(file), _spec(token, data, chatbot))
            with Progress(console=screen.ERR, transient=True) as progress:
                task = progress.add_task(f"loading {len(items):,} items", total=None)
                return await loading.load(
                    jetstream,
                    token,
                    items,
                    lambda done, of: progress.update(task, completed=done, total=of),
                )

    changes = run(work())
    if as_json:
        screen.result(changes)
        return
    screen.success(
        f"{changes.added:,} added, {changes.changed:,} changed,"
        f" {changes.removed:,} removed, {changes.unchanged:,} unchanged"
    )


def _spec(bot: BotToken, data: Path, chatbot: Path | None) -> CatalogueSpec:
    file = chatbot or Layout(data).chatbots / bot / "chatbot.yaml"
    try:
        text = file.read_text()
    except OSError as error:
        raise ConfigError(f"{file} cannot be read; give the Chatbot with --chatbot") from error
    spec = chatbots.read_chatbot(text, str(file)).spec.catalogue
    if spec is None:
        raise ConfigError(f"{file} declares no spec.catalogue; write source and fields there")
    return spec
