"""All metrics of all services, and the page that lists them: `python -m tests.support.metrics`.

Written from the declarations, here rather than in `prosa`, which imports no service.
"""

import importlib
from collections.abc import Iterator
from pathlib import Path

from prosa.telemetry.metrics import Declaration, Registry

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "metrics.md"

_HEAD = """\
# Metrics

What each component counts, under `/metrics` of its health port. Written from the declarations in \
`services/*/metrics.py` by `make reference`; do not edit. Python's process metrics (`process_*`, \
`python_info`) stand beside them.
"""
_TABLE = "| metric | kind | labels | meaning | runbook |\n|---|---|---|---|---|"


def services() -> Iterator[str]:
    """Name the services that declare metrics."""
    return (file.parent.name for file in sorted((ROOT / "services").glob("*/metrics.py")))


def declared(service: str) -> tuple[Declaration, ...]:
    """Build a service's metrics as its `__main__` does; give what it declared."""
    registry = Registry()
    module = importlib.import_module(f"services.{service}.metrics")
    getattr(module, f"{service.capitalize()}Metrics")(registry)
    return registry.declared


def page() -> str:
    """Write the reference page."""
    sections = (
        "\n".join([f"## {service.capitalize()}", "", _TABLE, *map(_row, declared(service)), ""])
        for service in services()
    )
    return "\n".join([_HEAD, *sections])


def _row(metric: Declaration) -> str:
    labels = ", ".join(f"`{label}`" for label in metric.labels)
    anchor = metric.runbook
    runbook = f"[{anchor}](../operations/runbooks.md#{anchor})" if anchor else ""
    cells = (f"`{metric.name}`", metric.kind, labels, metric.sentence, runbook)
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
