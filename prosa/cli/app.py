"""How all our commands look: made here, so that one looks like the other."""

import typer


def new(sentence: str | None = None) -> typer.Typer:
    """Make the app of one command, or, with a sentence about it, of a group of commands."""
    app = typer.Typer(
        add_completion=False,  # the whole has it
        no_args_is_help=sentence is not None,
        rich_markup_mode="markdown",
        pretty_exceptions_enable=False,  # its tracebacks show local variables: secrets among them
        context_settings={"help_option_names": ["-h", "--help"]},
        help=sentence,
    )
    if sentence is not None:
        app.callback()(_group)
    return app


def _group() -> None:
    """Make a group of it even when it has one command only."""
