"""Runbooks and metrics name each other, and what a runbook says to type exists."""

import re
import shlex
from typing import Any

import pytest

from prosa.cli.commands import COMMANDS, load
from prosa.telemetry.metrics import RUNBOOKS
from tests.support.metrics import PAGE, ROOT, declared, page, services

TEXT = (ROOT / RUNBOOKS).read_text("utf-8")
SECTION = re.compile(r"^## ([a-z]+(?:-[a-z]+)*)$(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
SECTIONS = dict(SECTION.findall(TEXT))
NAMED = {metric.runbook for service in services() for metric in declared(service) if metric.runbook}
ALERTS = (ROOT / "alerts" / "prosa.rules.yaml").read_text("utf-8")
ALERTED = set(re.findall(r"runbook_url: \S+#([a-z-]+)$", ALERTS, re.MULTILINE))
PARTS = ("**It means**", "**Look first**", "**Do**", "**Worry**")
TYPED = sorted(set(re.findall(r"^(prosa .+?)(?:  +#.*)?$", TEXT, re.MULTILINE)))
PLAIN = re.sub(r"```.*?```", "", TEXT, flags=re.DOTALL)


def test_every_runbook_of_a_metric_or_an_alert_has_its_section_and_no_other_has() -> None:
    assert len(NAMED) > 5
    assert set(SECTIONS) == NAMED | ALERTED


@pytest.mark.parametrize("name", SECTIONS)
def test_a_section_says_what_it_means_where_to_look_what_to_do_and_when_to_worry(name: str) -> None:
    found = [SECTIONS[name].find(part) for part in PARTS]

    assert found == sorted(found)
    assert -1 not in found


@pytest.mark.parametrize("typed", TYPED)
def test_a_command_is_taken_by_the_command_line(typed: str) -> None:
    _, name, *words = shlex.split(typed)
    assert name in COMMANDS

    parse(load(name), words)


def parse(command: Any, words: list[str]) -> None:
    """Read words as the command line does, without running anything; complains as it does."""
    context = command.make_context(command.name, list(words))
    if hasattr(command, "resolve_command"):
        _, found, rest = command.resolve_command(context, words)
        parse(found, rest)


def test_links_within_the_page_lead_somewhere() -> None:
    assert set(re.findall(r"\]\(#([a-z-]+)\)", PLAIN)) <= set(SECTIONS)


def test_metrics_that_are_named_are_declared() -> None:
    known = {metric.name for service in services() for metric in declared(service)}

    assert set(re.findall(r"`(prosa_\w+)", TEXT)) <= known


def test_the_reference_of_metrics_is_what_the_services_declare() -> None:
    assert PAGE.read_text("utf-8") == page(), "run `make reference`"
