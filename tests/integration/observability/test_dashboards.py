"""Dashboards: written from their source, asking in PromQL for what exists."""

import json
import re
from pathlib import Path

import pytest
import yaml

from tests.support import grafana, promtool
from tests.support.dashboards import DASHBOARDS, FOLDER
from tests.support.grafana import Dashboard, written
from tests.support.metrics import declared, services

LABEL = re.compile(r"([a-z_]+)(?:=~|=)\"")
GROUPING = re.compile(r"by \(([a-z_, ]+)\)")
LEGEND = re.compile(r"\{\{(\w+)\}\}")
VARIABLES = {"$__rate_interval": "5m", "$bot": ".*"}
QUERIES = [
    (query, legend)
    for dashboard in DASHBOARDS
    for panel in dashboard.panels
    for query, legend in panel.queries
]


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda d: d.name)
def test_a_dashboard_is_what_its_source_says(dashboard: Dashboard) -> None:
    file = FOLDER / f"{dashboard.name}.json"

    assert file.read_text("utf-8") == written(dashboard), "run `make reference`"


def test_there_is_no_other() -> None:
    assert {file.stem for file in FOLDER.glob("*.json")} == {d.name for d in DASHBOARDS}


def test_prometheus_reads_every_query(tmp_path: Path) -> None:
    rules = [{"record": f"q:{n}", "expr": _plain(query)} for n, (query, _) in enumerate(QUERIES)]
    file = tmp_path / "queries.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "queries", "rules": rules}]}))

    content, said = promtool.check("check", "rules", "--lint=none", file)

    assert content, said
    assert f"{len(QUERIES)} rules found" in said


@pytest.mark.parametrize(("query", "legend"), QUERIES)
def test_a_query_asks_for_metrics_and_labels_that_are_declared(query: str, legend: str) -> None:
    metrics = [grafana.declarations()[name] for name in grafana.metrics_in(query)]
    labels = {label for metric in metrics for label in metric.labels}
    grouped = {label.strip() for group in GROUPING.findall(query) for label in group.split(",")}

    assert metrics
    assert (grouped | set(LABEL.findall(query))) - labels - {"le"} == set()
    assert set(LEGEND.findall(legend)) <= grouped


@pytest.mark.parametrize(("query", "legend"), QUERIES)
def test_a_counter_is_asked_for_its_rate_and_a_gauge_is_not(query: str, legend: str) -> None:
    kinds = {grafana.declarations()[name].kind for name in grafana.metrics_in(query)}

    assert ("rate(" in query) == bool(kinds & {"counter", "histogram"})


def test_every_metric_of_a_service_is_shown_somewhere() -> None:
    shown = {name for query, _ in QUERIES for name in grafana.metrics_in(query)}
    shown = {re.sub(r"_(bucket|sum|count)$", "", name) for name in shown}
    known = {metric.name for service in services() for metric in declared(service)}

    assert known - shown == set()


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda d: d.name)
def test_panels_stand_beside_each_other(dashboard: Dashboard) -> None:
    panels = json.loads(written(dashboard))["panels"]
    taken = [
        (x, y)
        for place in (panel["gridPos"] for panel in panels)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]

    assert len(set(taken)) == len(taken)
    assert max(x for x, _ in taken) < 24
    assert len({panel["id"] for panel in panels}) == len(panels)


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda d: d.name)
def test_every_chart_says_what_it_shows(dashboard: Dashboard) -> None:
    panels = json.loads(written(dashboard))["panels"]

    assert all(panel["description"] for panel in panels if panel["type"] != "row")


def _plain(query: str) -> str:
    for variable, value in VARIABLES.items():
        query = query.replace(variable, value)
    return query
