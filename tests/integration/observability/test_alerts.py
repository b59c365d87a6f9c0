"""Alert rules, evaluated by Prometheus' own checker against recorded series."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from prosa.telemetry.metrics import RUNBOOKS
from tests.support import grafana, promtool
from tests.support.metrics import ROOT

FOLDER = ROOT / "alerts"
RULES = FOLDER / "prosa.rules.yaml"
CASES = sorted(FOLDER.glob("*.tests.yaml"))
TEXT = RULES.read_text("utf-8")
ALERTS: list[dict[str, Any]] = [
    rule for group in yaml.safe_load(TEXT)["groups"] for rule in group["rules"]
]
NAMES = [alert["alert"] for alert in ALERTS]
SECTIONS = set(re.findall(r"^## ([a-z-]+)$", (ROOT / RUNBOOKS).read_text("utf-8"), re.MULTILINE))
LABEL = re.compile(r"([a-z_]+)(?:=~|!~|!=|=)\"")
GROUPING = re.compile(r"(?:by|on) \(([a-z_, ]+)\)")
FOREIGN = {"up"}
"""Metrics of Prometheus itself."""


def test_prometheus_takes_the_rules() -> None:
    content, said = promtool.check("check", "rules", RULES)

    assert content, said
    assert f"{len(NAMES)} rules found" in said


@pytest.mark.parametrize("cases", CASES, ids=lambda path: path.stem)
def test_alerts_fire_when_they_should_and_only_then(cases: Path) -> None:
    content, said = promtool.check("test", "rules", cases)

    assert content, said


def test_every_alert_is_seen_to_fire() -> None:
    fired = set()
    for cases in CASES:
        fired |= set(re.findall(r"alertname=\"(\w+)\"", cases.read_text("utf-8")))

    assert fired == set(NAMES)


def test_a_rule_that_is_wrong_is_found_out(tmp_path: Path) -> None:
    changed = TEXT.replace("max by (bot) (prosa_handoff_outbox) > 20", "prosa_handoff_outbox > 200")
    assert changed != TEXT
    (tmp_path / RULES.name).write_text(changed)
    (tmp_path / "prosa.tests.yaml").write_text((FOLDER / "prosa.tests.yaml").read_text("utf-8"))

    content, said = promtool.check("test", "rules", tmp_path / "prosa.tests.yaml")

    assert not content
    assert "ProsaHandoffOutboxGrows" in said


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_an_alert_says_what_happened_and_where_to_read_on(alert: dict[str, Any]) -> None:
    said = alert["annotations"]
    page, _, section = said["runbook_url"].partition("#")

    assert alert["labels"]["severity"] in {"critical", "warning"}
    assert said["summary"]
    assert said["description"]
    assert page == RUNBOOKS
    assert section in SECTIONS


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_an_alert_asks_for_metrics_and_labels_that_are_declared(alert: dict[str, Any]) -> None:
    expression = alert["expr"]
    named = grafana.metrics_in(expression)
    labels = {label for name in named for label in grafana.declarations()[name].labels}
    asked = set(LABEL.findall(expression))
    for group in GROUPING.findall(expression):
        asked |= {label.strip() for label in group.split(",")}

    assert named or FOREIGN & set(re.findall(r"\w+", expression))
    assert asked - labels - {"le", "job"} == set()


def test_names_are_told_apart() -> None:
    assert len(set(NAMES)) == len(NAMES)


def test_promtool_is_prometheus_own() -> None:
    done = subprocess.run(  # noqa: S603 - our own program
        [promtool.promtool(), "--version"], check=True, capture_output=True, text=True
    )

    assert "promtool, version" in done.stdout + done.stderr
