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
the modules `metrics` by `make reference`; do not edit. Python's process metrics (`process_*`, \
`python_info`) stand beside them.
"""
_TABLE = "| metric | kind | labels | meaning | runbook |\n|---|---|---|---|---|"


def services() -> Iterator[str]:
    """Name what declares metrics: the services, and packages that several of them share."""
    return iter(sorted(_modules()))


def declared(service: str) -> tuple[Declaration, ...]:
    """Build a service's metrics as its `__main__` does; give what it declared."""
    registry = Registry()
    for name in _modules()[service]:
        module = importlib.import_module(name)
        for kind in vars(module).values():
            if isinstance(kind, type) and kind.__module__ == name and _counts(kind):
                kind(registry)
    return registry.declared


def _modules() -> dict[str, list[str]]:
    """Find the modules that declare metrics, by service or package."""
    found: dict[str, list[str]] = {}
    for root, folder in (
        (ROOT, "services"),
        (ROOT, "prosa"),
        (ROOT / "operator", "prosa_operator"),
    ):
        for file in sorted((root / folder).rglob("metrics.py")):
            name = ".".join(file.relative_to(root).with_suffix("").parts)
            if name != "prosa.telemetry.metrics":  # how a metric is declared, not one
                of = "operator" if folder == "prosa_operator" else name.split(".")[1]
                found.setdefault(of, []).append(name)
    return found


def _counts(kind: type) -> bool:
    return kind.__name__.endswith("Metrics")


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
