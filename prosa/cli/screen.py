"""What a person sees: one place for colours, for errors, and for `--json`.

Results go to standard output, everything else to standard error, so that a script reads only
results.
"""

import sys
from typing import Any

import msgspec
from rich.console import Console
from rich.highlighter import NullHighlighter

OUT = Console(highlighter=NullHighlighter(), soft_wrap=True)
ERR = Console(stderr=True, highlighter=NullHighlighter(), soft_wrap=True)


def result(value: Any) -> None:
    """Print a result for a script: one line of JSON."""
    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")
    sys.stdout.flush()


def failure(message: str) -> None:
    """Print what went wrong."""
    first, _, rest = message.partition("\n")
    ERR.print("[bold red]✗[/] ", end="")
    ERR.print(first, markup=False)
    if rest:
        ERR.print(rest, markup=False)


def success(message: str) -> None:
    """Print what was done."""
    ERR.print("[bold green]✓[/] ", end="")
    ERR.print(message, markup=False)
