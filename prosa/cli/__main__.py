"""`python -m prosa.cli`: the command line where the script `prosa` is not on the path."""

from prosa.cli import app

app()
