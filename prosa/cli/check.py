"""`prosa check`: is this dialogue right? Every problem at once, with its place and remedy."""

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from prosa.catalogue import reading
from prosa.cli import manifests, screen
from prosa.cli.app import new
from prosa.cli.manifests import Script
from prosa.cli.reach import Json
from prosa.dialogue.compiler import compile_dialogue
from prosa.dialogue.language import Program
from prosa.dialogue.problems import DialogueRefused, Problem, did_you_mean

app = new()


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="A dialogue, a Chatbot's file, or its folder.")],
    as_json: Json = False,
) -> None:
    """Compile a dialogue; exit 1 when it has errors.

    Given a Chatbot, also reads its catalogue, and looks whether the fields exist that are used.
    """
    problems: list[Problem] = []
    for script in manifests.scripts(file):
        problems += check_script(script)
    errors = sum(problem.severity == "error" for problem in problems)
    if as_json:
        screen.result({"ok": not errors, "problems": problems})
    else:
        for problem in problems:
            _show(problem)
        if errors:
            screen.failure(f"{errors} error{'s' if errors > 1 else ''} in {file}")
        else:
            warned = f", with {len(problems)} to look at" if problems else ""
            screen.success(f"{file} is right{warned}")
    if errors:
        raise typer.Exit(1)


def check_script(script: Script) -> tuple[Problem, ...]:
    """Compile one dialogue; gives its errors and warnings. Raises ConfigError for its catalogue."""
    try:
        program = compile_dialogue(script.dialogue.text, script.dialogue.name)
    except DialogueRefused as refused:
        return refused.problems
    return (*program.warnings, *_catalogue_problems(script, program))


def _catalogue_problems(script: Script, program: Program) -> tuple[Problem, ...]:
    """Find fields that nothing has: neither a declaration nor a column."""
    if script.chatbot is None:
        return ()
    spec = script.chatbot.spec.catalogue
    known: set[str] = {spec.key, *spec.fields} if spec else set()
    if spec and script.catalogue:
        for item in reading.read(script.catalogue.text, script.catalogue.name, spec):
            known |= set(item.fields)
    return tuple(
        Problem(
            script.dialogue.name,
            1,
            1,
            f"the dialogue uses the catalogue field `{field}`, which no item has",
            did_you_mean(field, known, f"Declare it: spec.catalogue.fields: {field}: {{}}."),
        )
        for field in sorted(program.catalogue_fields_used - known)
    )


def _show(problem: Problem) -> None:
    colour = "red" if problem.severity == "error" else "yellow"
    place = f"{problem.file}:{problem.line}:{problem.column}"
    line = Text.assemble((place, "bold"), ": ", (problem.severity, colour), f": {problem.message}")
    screen.OUT.print(line)
    screen.OUT.print(Text(f"  {problem.remedy}", style="dim"))
