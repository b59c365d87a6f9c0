"""`prosa check`: is this dialogue right? Every problem at once, with its place and remedy."""

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from prosa.cli import manifests, screen
from prosa.cli.app import new
from prosa.cli.manifests import Source
from prosa.cli.reach import Json
from prosa.contracts.chatbot import Chatbot
from prosa.dialogue.compiler import compile_dialogue
from prosa.dialogue.language import Program
from prosa.dialogue.problems import DialogueRefused, Problem

app = new()


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="A dialogue, a Chatbot's file, or its folder.")],
    as_json: Json = False,
) -> None:
    """Compile a dialogue; exit 1 when it has errors.

    Given a Chatbot, also looks whether its catalogue declares the fields that the dialogue uses.
    """
    problems: list[Problem] = []
    for chatbot, source in manifests.dialogues(file):
        problems += check_source(chatbot, source)
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


def check_source(chatbot: Chatbot | None, source: Source) -> tuple[Problem, ...]:
    """Compile one dialogue; gives its errors and warnings."""
    try:
        program = compile_dialogue(source.text, source.name)
    except DialogueRefused as refused:
        return refused.problems
    return (*program.warnings, *_catalogue_problems(chatbot, program, source))


def _catalogue_problems(
    chatbot: Chatbot | None, program: Program, source: Source
) -> tuple[Problem, ...]:
    if chatbot is None:
        return ()
    spec = chatbot.spec.catalogue
    declared = {spec.key, *spec.fields} if spec else set()
    return tuple(
        Problem(
            source.name,
            1,
            1,
            f"the dialogue uses the catalogue field `{field}`, which the Chatbot does not declare",
            f"Add it under spec.catalogue.fields: {field}: {{type: text}}.",
        )
        for field in sorted(program.catalogue_fields_used - declared)
    )


def _show(problem: Problem) -> None:
    colour = "red" if problem.severity == "error" else "yellow"
    place = f"{problem.file}:{problem.line}:{problem.column}"
    line = Text.assemble((place, "bold"), ": ", (problem.severity, colour), f": {problem.message}")
    screen.OUT.print(line)
    screen.OUT.print(Text(f"  {problem.remedy}", style="dim"))
