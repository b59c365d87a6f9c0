"""All commands, loaded when they are run, and what becomes of an error.

Loading everything takes two seconds, `prosa --help` a fifth of one: so the list of commands holds
their first sentences (a test compares them with the commands' own) and a module is imported for its
command.
"""

import os
import sys
from importlib import import_module
from typing import Annotated, Any, NamedTuple, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command as built

from prosa.cli import screen
from prosa.errors import ConfigError, ProsaError

BROKEN, MISCONFIGURED = 1, 2

_RUN, _WRITE, _LOOK = "Run", "Write a bot", "Look and act"


class Entry(NamedTuple):
    """Where `prosa --help` lists a command, and its first sentence."""

    panel: str
    sentence: str


COMMANDS = {
    "up": Entry(
        _RUN, "Run bots here: NATS, PostgreSQL, a simulated WhatsApp, all services and campaigns."
    ),
    "simulator": Entry(_RUN, "Run the simulated WhatsApp alone."),
    "bench": Entry(_RUN, "Measure this machine with the checkout's benchmarks."),
    "check": Entry(_WRITE, "Compile a dialogue; exit 1 when it has errors."),
    "chat": Entry(_WRITE, "Talk to a dialogue in the terminal."),
    "catalogue": Entry(_WRITE, "Load what the bot sells."),
    "streams": Entry(_LOOK, "Show what is stored, waits, is in hand, came again."),
    "send": Entry(_LOOK, "Send a text or a template to one customer."),
    "campaign": Entry(
        _LOOK, "Write to customers unasked: look who would get it, run, pause, report."
    ),
    "contacts": Entry(_LOOK, "Look at customers' documents, or forget one."),
    "accounts": Entry(_LOOK, "Say who may sign in to the inbox and the console."),
    "dlq": Entry(_LOOK, "Look at dead letters, bring them back, or let them go."),
}


def load(name: str) -> Any:
    """Import a command's module, which has its name, and build it."""
    module = import_module(f"prosa.cli.{name}")
    command = built(module.app)
    command.name = name
    return command


class _Commands(TyperGroup):
    """Lists commands without importing them, and turns errors into a sentence and an exit code."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Give the names, in the order of the help."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Give what help and completion need of a command."""
        del ctx
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        return TyperCommand(cmd_name, help=entry.sentence, rich_help_panel=entry.panel)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Give the command that is run."""
        name, found, rest = super().resolve_command(ctx, args)
        return name, load(name) if found is not None and name in COMMANDS else found, rest

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort, typer.TyperException):
            raise  # told by typer
        except Exception as error:
            if ctx.params.get("debug"):
                raise
            _end(_first(error))


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,  # its tracebacks show local variables: secrets among them
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Prosa: WhatsApp chatbots, on this machine or in a cluster.",
)


@app.callback()
def _common(
    debug: Annotated[
        bool, typer.Option("--debug", help="Show a traceback when something fails.")
    ] = False,
) -> None:
    del debug  # read by `_Commands`


def _first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _end(error: BaseException) -> NoReturn:
    from prosa.telemetry.logs import hide_secrets  # noqa: PLC0415 - half a second, for errors only

    if isinstance(error, BrokenPipeError):  # who read us has seen enough, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(BROKEN)
    if isinstance(error, ProsaError):
        screen.failure(hide_secrets(str(error)))
        sys.exit(MISCONFIGURED if isinstance(error, ConfigError) else BROKEN)
    screen.failure(
        hide_secrets(f"unexpected {type(error).__name__}: {error}")
        + "\nThis is a fault of ours: `prosa --debug …` shows where; please report it."
    )
    sys.exit(BROKEN)
