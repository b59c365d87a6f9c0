"""All commands, and what becomes of an error."""

import sys
from typing import Annotated, Any

import structlog
import typer
from typer.core import TyperGroup

from prosa.cli import catalogue, contacts, dlq, screen
from prosa.cli.check import check
from prosa.cli.programs import PASS_ON, bench, simulator
from prosa.cli.send import send
from prosa.cli.streams import streams
from prosa.cli.up import up
from prosa.errors import ConfigError, ProsaError
from prosa.telemetry.logs import hide_secrets

BROKEN, MISCONFIGURED = 1, 2


class _Commands(TyperGroup):
    """Turns errors into a sentence and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except (ProsaError, ExceptionGroup) as error:
            if ctx.params.get("debug"):
                raise
            first = _first(error)
            if not isinstance(first, ProsaError):
                _unexpected(first)
            screen.failure(hide_secrets(str(first)))
            sys.exit(MISCONFIGURED if isinstance(first, ConfigError) else BROKEN)
        except (typer.Exit, typer.Abort, KeyboardInterrupt):
            raise
        except Exception as error:
            if ctx.params.get("debug") or type(error).__module__.startswith(("click", "typer")):
                raise
            _unexpected(error)


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
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(30),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )


def _first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _unexpected(error: BaseException) -> None:
    screen.failure(
        hide_secrets(f"unexpected {type(error).__name__}: {error}")
        + "\nThis is a fault of ours: `prosa --debug …` shows where; please report it."
    )
    sys.exit(BROKEN)


app.command(rich_help_panel="Run")(up)
app.command(rich_help_panel="Run", context_settings=PASS_ON)(simulator)
app.command(rich_help_panel="Run", context_settings=PASS_ON)(bench)
app.command(rich_help_panel="Write a bot")(check)
app.add_typer(catalogue.app, name="catalogue", rich_help_panel="Write a bot")
app.command(rich_help_panel="Look and act")(streams)
app.command(rich_help_panel="Look and act")(send)
app.add_typer(contacts.app, name="contacts", rich_help_panel="Look and act")
app.add_typer(dlq.app, name="dlq", rich_help_panel="Look and act")
