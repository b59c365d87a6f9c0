"""Grafana's dashboards as data: panels with their queries, and the JSON that Grafana imports.

A panel's description is the sentence that each of its metrics was declared with: said once.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from prosa.telemetry.metrics import Declaration
from tests.support.metrics import declared, services

Unit = Literal["short", "s", "ops", "bytes", "percentunit", "dateTimeFromNow"]

_COLUMNS, _HEIGHT = 24, 8
_METRIC = re.compile(r"\bprosa_[a-z0-9_]+")
_SOURCE = {"type": "prometheus", "uid": "${source}"}


@dataclass(frozen=True)
class Panel:
    """One chart: pairs of a query and the legend of its lines."""

    title: str
    queries: tuple[tuple[str, str], ...]
    unit: Unit = "short"
    kind: Literal["timeseries", "stat"] = "timeseries"
    width: int = 8


@dataclass(frozen=True)
class Dashboard:
    """One page: rows of panels under a heading each."""

    name: str
    title: str
    rows: tuple[tuple[str, tuple[Panel, ...]], ...]

    @property
    def panels(self) -> Iterator[Panel]:
        """All charts, in order."""
        return (panel for _, panels in self.rows for panel in panels)


@cache
def declarations() -> dict[str, Declaration]:
    """Know all metrics by their names, those that a histogram is exposed under too."""
    known: dict[str, Declaration] = {}
    for service in services():
        for metric in declared(service):
            endings = ("_bucket", "_sum", "_count") if metric.kind == "histogram" else ("",)
            known |= {f"{metric.name}{ending}": metric for ending in endings}
    return known


def metrics_in(expression: str) -> list[str]:
    """Name Prosa's metrics that a PromQL expression asks for."""
    return _METRIC.findall(expression)


def written(dashboard: Dashboard) -> str:
    """Write a dashboard as Grafana imports it."""
    return json.dumps(_document(dashboard), indent=2, ensure_ascii=False) + "\n"


def _document(dashboard: Dashboard) -> dict[str, Any]:
    return {
        "uid": dashboard.name,
        "title": dashboard.title,
        "tags": ["prosa"],
        "editable": True,
        "graphTooltip": 1,
        "refresh": "30s",
        "schemaVersion": 39,
        "time": {"from": "now-6h", "to": "now"},
        "timezone": "browser",
        "links": [
            {
                "type": "dashboards",
                "title": "Prosa",
                "tags": ["prosa"],
                "asDropdown": True,
                "keepTime": True,
                "includeVars": True,
            }
        ],
        "templating": {"list": [_SOURCE_VARIABLE, _BOT_VARIABLE]},
        "panels": list(_panels(dashboard)),
    }


_SOURCE_VARIABLE = {
    "name": "source",
    "label": "Prometheus",
    "type": "datasource",
    "query": "prometheus",
    "current": {},
}
_BOT_VARIABLE = {
    "name": "bot",
    "label": "Chatbot",
    "type": "query",
    "datasource": _SOURCE,
    "definition": "label_values(prosa_queue_waiting, bot)",
    "query": {"query": "label_values(prosa_queue_waiting, bot)", "refId": "bot"},
    "includeAll": True,
    "multi": True,
    "allValue": ".*",
    "refresh": 2,
    "sort": 1,
    "current": {"text": "All", "value": "$__all"},
}


def _panels(dashboard: Dashboard) -> Iterator[dict[str, Any]]:
    number, y = 0, 0
    for heading, panels in dashboard.rows:
        number += 1
        place = {"x": 0, "y": y, "w": _COLUMNS, "h": 1}
        yield {
            "id": number,
            "type": "row",
            "title": heading,
            "collapsed": False,
            "gridPos": place,
            "panels": [],
        }
        y, x = y + 1, 0
        for panel in panels:
            if x + panel.width > _COLUMNS:
                x, y = 0, y + _HEIGHT
            number += 1
            place = {"x": x, "y": y, "w": panel.width, "h": _HEIGHT}
            yield _panel(panel, number, place)
            x += panel.width
        y += _HEIGHT


def _panel(panel: Panel, number: int, place: dict[str, int]) -> dict[str, Any]:
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": _described(panel),
        "datasource": _SOURCE,
        "gridPos": place,
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "options": _OPTIONS[panel.kind],
        "targets": [
            {
                "refId": chr(ord("A") + position),
                "datasource": _SOURCE,
                "expr": query,
                "legendFormat": legend,
            }
            for position, (query, legend) in enumerate(panel.queries)
        ],
    }


_OPTIONS: dict[str, dict[str, Any]] = {
    "timeseries": {
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []},
        "tooltip": {"mode": "multi", "sort": "desc"},
    },
    "stat": {
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        "textMode": "auto",
    },
}


def _described(panel: Panel) -> str:
    named = dict.fromkeys(name for query, _ in panel.queries for name in metrics_in(query))
    sentences = dict.fromkeys(_sentence(declarations()[name]) for name in named)
    return "\n\n".join(sentences)


def _sentence(metric: Declaration) -> str:
    return f"{metric.name}: {metric.sentence}"
