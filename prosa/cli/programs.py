"""`prosa simulator` and `prosa bench`: other programs of ours, under one roof."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

import typer

import prosa
from prosa.errors import ConfigError

PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
"""Options, `--help` included, go to the program as they are."""


def simulator(context: typer.Context) -> None:
    """Run the simulated WhatsApp alone: `prosa simulator --config FILE --port N`."""
    if find_spec("simulator") is None:
        raise ConfigError("the simulator is not installed; install the extra `simulator`")
    _become([sys.executable, "-m", "simulator", *context.args])


def bench(context: typer.Context) -> None:
    """Measure this machine: `prosa bench [NAME …]` runs the checkout's benchmarks."""
    root = Path(prosa.__file__).parent.parent
    if not (root / "benchmarks" / "__main__.py").exists():
        raise ConfigError("the benchmarks are part of a checkout, not of the package; clone it")
    os.chdir(root)
    _become([sys.executable, "-m", "benchmarks", *context.args])


def _become(command: list[str]) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(command[0], command)  # noqa: S606 - our own interpreter, no shell
