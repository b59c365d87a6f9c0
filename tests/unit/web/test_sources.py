"""The rules that pages are written by, checked on their sources."""

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

from prosa.web import build

RULES = {
    r"\binnerHTML\b|\bouterHTML\b|insertAdjacentHTML|document\.write\b": (
        "draw nodes: a customer's text never becomes HTML"
    ),
    r"dangerouslySetInnerHTML": "draw nodes: a customer's text never becomes HTML",
    r"\beval\(|new Function\(": "the Content-Security-Policy allows no evaluation",
    r"""style=["']""": "use a class: the Content-Security-Policy allows no style attribute in HTML",
    r"https?://(?!www\.openstreetmap\.org/)[\w-]+\.\w": "pages load and name nothing elsewhere",
}
IMPORTS = re.compile(r"""(?:\bfrom\s+|\bimport\s*\(?\s*)["']([^"']+)["']""")
CODE = (".ts", ".tsx")


def violations(path: str, text: str) -> Iterator[str]:
    """Name what a source file does that no page may do."""
    for pattern, reason in RULES.items():
        for found in re.finditer(pattern, text):
            yield f"{path}: {found[0]}: {reason}"
    for name in IMPORTS.findall(text):
        if refusal := _refused(path, name):
            yield f"{path}: imports {name}: {refusal}"


def _refused(path: str, name: str) -> str | None:
    in_kit = path.startswith("prosa/web/kit/")
    if name.startswith("@kit/"):
        return "the kit names its own files relatively" if in_kit else None
    if name.startswith("."):
        folder = PurePosixPath(path).parent
        target = Path(folder / name)
        return None if ".." not in target.parts else "a page imports @kit/* and its own folder"
    if name.startswith(("services/", "simulator/", "prosa/")):
        return "a page imports @kit/* and its own folder"
    return None


def test_pages_keep_the_rules() -> None:
    sources = [path for path in build.sources(build.ROOT) if path.endswith(CODE)]
    texts = {path: (build.ROOT / path).read_text(encoding="utf-8") for path in sources}

    assert len(texts) > 20
    assert [each for path, text in texts.items() for each in violations(path, text)] == []


@pytest.mark.parametrize(
    "planted",
    [
        "node.innerHTML = text;",
        "<p dangerouslySetInnerHTML={{ __html: text }} />",
        "eval(text)",
        '<p style="color: red">',
        'fetch("https://cdn.example.com/a.js")',
        'import { store } from "../../services/handoff/web/store";',
        'import { t } from "../texts";',
        'const chart = await import("../../analytics/web/queues");',
    ],
)
def test_a_broken_rule_is_found(planted: str) -> None:
    assert len(list(violations("simulator/web/page.tsx", planted))) == 1


@pytest.mark.parametrize(
    "allowed",
    ['import { t } from "./texts";', 'import { boot } from "@kit/boot";', 'from "preact/hooks"'],
)
def test_a_page_may_use_the_kit_its_folder_and_packages(allowed: str) -> None:
    assert list(violations("simulator/web/page.tsx", allowed)) == []
