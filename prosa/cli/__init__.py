"""The command line `prosa`: each command in a module of its own, with the errors told here alone.

An error that we raise on purpose becomes its sentence and an exit code (1: try again or look, 2: a
person must change something), never a traceback; `prosa --debug` shows that too.
"""

from prosa.cli.commands import app

__all__ = ["app"]
