"""`prosa up`: one command from a Chatbot's file to a bot that answers."""

import asyncio
import os
import signal
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import SecretStr

from prosa.cli import manifests, progress, screen
from prosa.cli.app import new
from prosa.cli.check import check_script
from prosa.cli.layout import Layout
from prosa.cli.manifests import Bundle, Script
from prosa.cli.running import DATA
from prosa.cli.stack import Stack, Wish, locked
from prosa.errors import ConfigError
from prosa.telemetry import logs

app = new()


@app.command()
def up(
    file: Annotated[
        Path,
        typer.Option("--file", "-f", help="A Chatbot's file, its folder, or a folder of bots."),
    ],
    data: Annotated[
        Path, typer.Option(help="Where messages, records and logs are kept between runs.")
    ] = DATA,
    graph_url: Annotated[
        str | None,
        typer.Option(envvar="GRAPH_URL", help="Send there instead of to the simulator."),
    ] = None,
    no_simulator: Annotated[
        bool, typer.Option("--no-simulator", help="Talk to the Graph URL that the Chatbot names.")
    ] = False,
    port_base: Annotated[
        int | None,
        typer.Option(
            min=1, max=65_000, help="First of the ports to use; without it, free ones from 8900 on."
        ),
    ] = None,
    messages_only: Annotated[
        bool,
        typer.Option(
            "--messages-only",
            help="Answer customers only: no inbox, console, campaigns, PostgreSQL.",
        ),
    ] = False,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="Print the addresses as one line of JSON once all is ready."),
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show all logs, not only warnings and errors.")
    ] = False,
) -> None:
    """Run bots here: NATS, PostgreSQL, a simulated WhatsApp, all services and campaigns.

    Takes the same Chatbot manifest as a cluster, with its Secrets in secrets.yaml beside it. Stop
    with Ctrl-C; a second start on the same data goes on where the first one stopped. A changed
    dialogue, catalogue or Secret is taken over as it is saved.
    """
    given = os.environ.get("APP_SECRET")
    app_secret = SecretStr(given) if given else None
    wish = Wish(
        read=lambda: _read(file, app_secret),
        layout=Layout(data),
        simulate=not (no_simulator or graph_url),
        graph_url=graph_url,
        port_base=port_base,
        records=not messages_only,
    )
    logs.configure("warning", "auto")
    with locked(wish.layout):
        asyncio.run(_for_programs(wish) if as_json else _for_people(wish, verbose=verbose))


def _read(file: Path, app_secret: SecretStr | None) -> tuple[Bundle, ...]:
    """Read the bots, and refuse a broken dialogue before anything is started."""
    bundles = manifests.read(file, app_secret)
    for bundle in bundles:
        script = Script(bundle.dialogue, bundle.chatbot, bundle.catalogue)
        errors = [p for p in check_script(script) if p.severity == "error"]
        if errors:
            raise ConfigError("\n".join(map(str, errors)))
    return bundles


async def _for_programs(wish: Wish) -> None:
    stack = Stack(wish, progress.Plain())

    async def told() -> None:
        screen.result(await stack.until_ready())

    await _until_stopped(stack, told())


async def _for_people(wish: Wish, *, verbose: bool) -> None:
    with progress.Progress(verbose=verbose) as view:
        stack = Stack(wish, view)

        async def told() -> None:
            running = await stack.until_answering()
            view.shows(progress.phone(running, stack.bots))
            running = await stack.until_ready()
            view.all_ready()
            screen.OUT.print(progress.panel(running, stack.bots, wish.layout))

        await _until_stopped(stack, told())
        screen.success("stopped; the data stays in " + str(wish.layout.data))


async def _until_stopped(stack: Stack, told: Coroutine[Any, Any, None]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with asyncio.TaskGroup() as group:
        telling = group.create_task(told)
        try:
            await stack.run(stop)
        finally:
            telling.cancel()
