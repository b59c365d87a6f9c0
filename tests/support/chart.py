"""What is made of the chart's sources: `make manifests` writes it.

The definition of Chatbot, the alerts and the dashboards are put into `charts/prosa/files`, where
Helm can read them; `values.schema.json` and the table of README.md come from `values.yaml` and its
comments; `manifests/prosa.yaml` is the chart rendered, for which helm must be in PATH.
"""

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from prosa_operator import crd
from tests.support.metrics import ROOT

CHART = ROOT / "charts/prosa"
VALUES = CHART / "values.yaml"
MANIFEST = ROOT / "manifests/prosa.yaml"
TABLE = "<!-- values -->\n"

_HEADER = """\
# Prosa for `kubectl apply --server-side -f`: charts/prosa rendered with its defaults, by
# `make manifests`. What can be chosen stands in charts/prosa/README.md.
apiVersion: v1
kind: Namespace
metadata:
  name: prosa-system
  labels: {pod-security.kubernetes.io/enforce: restricted}
"""


@dataclass(frozen=True)
class Value:
    """One key of values.yaml: its path, its default, its sentence, what narrows its schema."""

    path: tuple[str, ...]
    default: Any
    says: str
    narrower: Mapping[str, Any]
    has_keys: bool
    """Whether its keys are values of their own, and not the person's to choose."""


def values(text: str) -> list[Value]:
    """Read values.yaml with its comments, in its order."""
    tree = yaml.compose(text, Loader=yaml.SafeLoader)
    assert isinstance(tree, yaml.MappingNode)
    return list(_values(tree, (), text.splitlines()))


def _values(tree: yaml.MappingNode, above: tuple[str, ...], lines: list[str]) -> Iterator[Value]:
    for key, node in tree.value:
        says, narrower = _comment(lines, key.start_mark.line)
        path = (*above, key.value)
        has_keys = isinstance(node, yaml.MappingNode) and not says
        default = yaml.safe_load(yaml.serialize(node))
        yield Value(path, default, says, narrower, has_keys)
        if has_keys:
            yield from _values(node, path, lines)


def _comment(lines: list[str], line: int) -> tuple[str, Mapping[str, Any]]:
    """Read the comment above a line."""
    first = line
    while lines[first - 1].lstrip().startswith("#"):
        first -= 1
    words, narrower = [], {}
    for comment in (each.strip().removeprefix("#").strip() for each in lines[first:line]):
        if comment.startswith("@schema "):
            narrower = json.loads(comment.removeprefix("@schema "))
        else:
            words.append(comment.removeprefix("-- "))
    return " ".join(words) if lines[first].strip().startswith("# --") else "", narrower


def schema(found: list[Value]) -> dict[str, Any]:
    """Build the JSON Schema by which Helm judges what a person gives."""
    root = _closed("What `helm install` may be told.")
    root = {"$schema": "http://json-schema.org/draft-07/schema#", **root}
    root["properties"]["global"] = {"type": "object", "description": "Of an umbrella chart."}
    for value in found:
        parent = root
        for name in value.path[:-1]:
            parent = parent["properties"][name]
        parent["properties"][value.path[-1]] = (
            _closed("") if value.has_keys else _open(value)
        ) | dict(value.narrower)
    return root


def _closed(says: str) -> dict[str, Any]:
    described = {"description": says} if says else {}
    return {"type": "object", **described, "additionalProperties": False, "properties": {}}


def _open(value: Value) -> dict[str, Any]:
    kinds = {bool: "boolean", int: "integer", str: "string", list: "array", dict: "object"}
    return {"type": kinds[type(value.default)], "description": value.says}


def table(found: list[Value]) -> str:
    """Build the README's table of values."""
    rows = ["| value | default | |", "| --- | --- | --- |"]
    for value in found:
        if not value.has_keys:
            default = json.dumps(value.default, ensure_ascii=False)
            shown = "see values.yaml" if len(default) > 60 else f"`{default}`"
            rows.append(f"| `{'.'.join(value.path)}` | {shown} | {value.says} |")
    return "\n".join(rows) + "\n"


def files() -> dict[Path, str]:
    """Give each generated file that needs no helm, and what should stand in it."""
    found = values(VALUES.read_text())
    readme = CHART / "README.md"
    before = readme.read_text().partition(TABLE)[0]
    definition = yaml.safe_dump(crd.definition(), sort_keys=False, allow_unicode=True, width=100)
    made = {
        CHART / "values.schema.json": json.dumps(schema(found), indent=2) + "\n",
        readme: before + TABLE + table(found),
        CHART / "files/chatbots.prosa.dev.yaml": definition,
        CHART / "files/prosa.rules.yaml": (ROOT / "alerts/prosa.rules.yaml").read_text(),
    }
    for dashboard in sorted((ROOT / "dashboards").glob("*.json")):
        made[CHART / "files/dashboards" / dashboard.name] = dashboard.read_text()
    return made


def rendered(*words: str, namespace: str = "prosa-system") -> str:
    """Render the chart. Raises CalledProcessError, whose stderr says what helm refused."""
    command = ["helm", "template", "prosa", str(CHART), f"--namespace={namespace}", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - ours
    return done.stdout


def objects(text: str) -> list[dict[str, Any]]:
    """Read a stream of manifests."""
    return [each for each in yaml.safe_load_all(text) if each]


def manifest() -> str:
    """Render the chart for people without Helm: no hooks, and the namespace in front."""
    parts = [
        part.partition("\n")[2] if part.startswith("# Source: ") else part
        for part in re.split(r"^---\n", rendered(), flags=re.MULTILINE)
    ]
    kept = [part.strip() + "\n" for part in parts if part.strip() and "helm.sh/hook:" not in part]
    text = "---\n".join([_HEADER, *kept])
    return text.replace(
        "app.kubernetes.io/managed-by: Helm", "app.kubernetes.io/managed-by: kubectl"
    )


def main() -> None:
    """Write all of it."""
    for path, text in files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    MANIFEST.write_text(manifest())


if __name__ == "__main__":
    main()
