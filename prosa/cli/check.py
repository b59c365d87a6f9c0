"""`prosa check`: is this dialogue right? Every problem at once, with its place and remedy."""

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from prosa.campaigns import checks
from prosa.catalogue import reading
from prosa.cli import manifests, screen, yaml_places
from prosa.cli.app import new
from prosa.cli.manifests import Script, Source
from prosa.cli.reach import Json
from prosa.contracts.chatbot import KIND
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

    Given a Chatbot, also reads its catalogue, looks whether the fields exist that are used, and
    checks the conditions and texts of its campaigns.
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
    """Check one dialogue and its Chatbot; gives all errors and warnings.

    Raises ConfigError for its catalogue.
    """
    known = _catalogue_fields(script)
    campaigns = _campaign_problems(script, known)
    try:
        program = compile_dialogue(script.dialogue.text, script.dialogue.name)
    except DialogueRefused as refused:
        return (*refused.problems, *campaigns)
    return (*program.warnings, *_catalogue_problems(script, program, known), *campaigns)


def _catalogue_fields(script: Script) -> set[str]:
    """Name the fields that items have: those declared, and the columns."""
    spec = script.chatbot.spec.catalogue if script.chatbot else None
    known: set[str] = {spec.key, *spec.fields} if spec else set()
    if spec and script.catalogue:
        for item in reading.read(script.catalogue.text, script.catalogue.name, spec):
            known |= set(item.fields)
    return known


def _campaign_problems(script: Script, known: set[str]) -> tuple[Problem, ...]:
    """Find what is wrong with the Chatbot's campaigns."""
    if script.chatbot is None:
        return ()
    name = script.chatbot.metadata.name
    file = script.manifest or Source(f"Chatbot {name}", "")
    fields = known if script.catalogue else set()  # a feed may have more than is declared
    return tuple(
        Problem(
            file.name,
            *yaml_places.place(file.text, fault.path, kind=KIND, name=name),
            f"{checks.field(fault.path)}: {fault.message}",
            fault.remedy,
        )
        for fault in checks.faults(script.chatbot.spec, fields)
    )


def _catalogue_problems(script: Script, program: Program, known: set[str]) -> tuple[Problem, ...]:
    """Find fields that the dialogue uses and nothing has."""
    if script.chatbot is None:
        return ()
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
