"""`prosa chat`: talk to a dialogue in the terminal, and see why it answers as it does."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from prosa.cli import bubbles, manifests, screen
from prosa.cli.app import new
from prosa.cli.reach import Json
from prosa.cli.talk import Talk, embedder_for
from prosa.clock import SystemClock
from prosa.contracts.session import Session
from prosa.dialogue.problems import DialogueRefused
from prosa.dialogue.turns import NOTHING_RANKED, Ranking, Reply
from prosa.errors import ConfigError

app = new()

_TOLD_INTENTS = 3


@app.command()
def chat(
    file: Annotated[Path, typer.Argument(help="A dialogue, a Chatbot's file, or its folder.")],
    explain: Annotated[
        bool, typer.Option("--explain", help="Show intents with scores, slots and each step.")
    ] = False,
    say: Annotated[
        list[str] | None, typer.Option(help="Say this instead of asking; may be repeated.")
    ] = None,
    tools: Annotated[
        bool, typer.Option("--tools", help="Call the dialogue's HTTP tools for real.")
    ] = False,
    fast: Annotated[
        bool, typer.Option("--fast", help="Understand without the model: quicker, worse.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Talk to a dialogue in the terminal.

    The catalogue is that of the Chatbot's file.

    Write /1, /2 … to tap what is numbered, /new to begin anew, and end with Ctrl-D.
    """
    script = manifests.scripts(file)[0]
    with screen.ERR.status("loading the dialogue and its understanding …"):
        try:
            embedder = None if fast else embedder_for(script.chatbot)
            talk = Talk(script, embedder, call_tools=tools)
        except DialogueRefused as refused:
            raise ConfigError(f"{refused}\n`prosa check {file}` shows it in colour") from None
    shown: tuple[bubbles.Tap, ...] = ()
    for line in say or _typed():
        if line == "/new":
            talk.session, shown = None, ()
            continue
        if line.startswith("/") and not _number(line, shown):
            screen.failure(f"{line} taps nothing; write /1 to /{len(shown)} or /new")
            continue
        reply, ranking = _answered(talk, line, shown)
        shown = bubbles.taps(reply.messages)
        if as_json:
            screen.result({"said": line, "ranking": ranking, "reply": reply})
            continue
        if say:
            screen.OUT.print(Text(f"> {line}", style="bold"))
        _show(reply)
        if explain:
            screen.OUT.print(_explained(reply, ranking))


def _typed() -> Iterator[str]:
    while True:
        try:
            line = screen.OUT.input("[bold green]>[/] ").strip()
        except (EOFError, KeyboardInterrupt):
            screen.OUT.print()
            return
        if line:
            yield line


def _answered(talk: Talk, line: str, shown: tuple[bubbles.Tap, ...]) -> tuple[Reply, Ranking]:
    now = SystemClock().now()
    if number := _number(line, shown):
        tap = shown[number - 1]
        return talk.choose(tap.id, tap.title, now), NOTHING_RANKED
    return talk.say(line, now)


def _number(line: str, shown: tuple[bubbles.Tap, ...]) -> int:
    """Read `/2`; 0 when it is no tap, or on nothing that is shown."""
    number = line.removeprefix("/")
    if not line.startswith("/") or not number.isdecimal() or int(number) > len(shown):
        return 0
    return int(number)


def _show(reply: Reply) -> None:
    first = 1
    for message in reply.messages:
        for line in bubbles.lines(message, first):
            screen.OUT.print(Text(f"  {line}", style="cyan"))
        first += len(bubbles.taps((message,)))
    for action in reply.actions:
        screen.OUT.print(Text(f"  [{type(action).__name__}]", style="magenta"))


def _explained(reply: Reply, ranking: Ranking) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim")
    table.add_column(style="dim", overflow="fold")
    if ranking.intents:
        best = ", ".join(f"{i.intent} {i.score:.2f}" for i in ranking.intents[:_TOLD_INTENTS])
        table.add_row("  intents", Text(f"{best}: {ranking.decision}"))
    for decision in reply.trace:
        score = f" {decision.score:.2f}" if decision.score is not None else ""
        detail = f" ({decision.detail})" if decision.detail else ""
        table.add_row(f"  {decision.kind}", Text(f"{decision.subject}{score}{detail}"))
    table.add_row("  slots", Text(_slots(reply.session)))
    if reply.session.stack:
        steps = " > ".join(f"{frame.flow}:{frame.at}" for frame in reply.session.stack)
        table.add_row("  at", Text(steps))
    return table


def _slots(session: Session) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in session.slots.items()) or "none"
