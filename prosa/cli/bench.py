"""`prosa bench`: measure this machine with the checkout's benchmarks; the options are theirs."""

import os
import sys
from pathlib import Path

import typer

import prosa
from prosa.cli.app import new
from prosa.errors import ConfigError

app = new()


@app.command(
    context_settings={
        "allow_extra_args": True,
        "ignore_unknown_options": True,
        "help_option_names": [],  # --help is the benchmarks'
    }
)
def bench(context: typer.Context) -> None:
    """Measure this machine with the checkout's benchmarks."""
    root = Path(prosa.__file__).parent.parent
    if not (root / "benchmarks" / "__main__.py").exists():
        raise ConfigError("the benchmarks are part of a checkout, not of the package; clone it")
    os.chdir(root)
    command = [sys.executable, "-m", "benchmarks", *context.args]
    os.execv(sys.executable, command)  # noqa: S606 - our own interpreter, no shell
