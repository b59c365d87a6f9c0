"""`prosa simulator`: the simulated WhatsApp under the same roof; the options are its own."""

import os
import sys
from importlib.util import find_spec

import typer

from prosa.cli.app import new
from prosa.errors import ConfigError

app = new()


@app.command(
    context_settings={
        "allow_extra_args": True,
        "ignore_unknown_options": True,
        "help_option_names": [],  # --help is the simulator's
    }
)
def simulator(context: typer.Context) -> None:
    """Run the simulated WhatsApp alone."""
    if find_spec("simulator") is None:
        raise ConfigError("the simulator is not installed; install the extra `simulator`")
    command = [sys.executable, "-m", "simulator", *context.args]
    os.execv(sys.executable, command)  # noqa: S606 - our own interpreter, no shell
