"""Finds where a field of a manifest stands, so that a fault is told with its line and column."""

from collections.abc import Iterable, Iterator

import yaml

START = (1, 1)


def place(text: str, path: Iterable[str | int], *, kind: str, name: str) -> tuple[int, int]:
    """Give line and column, from 1, of a field below `spec` of the named resource in a file.

    A field that is not written is looked for as far as its path leads.
    """
    for document in _documents(text):
        if _says(document, "kind") == kind and _says(_below(document, "metadata"), "name") == name:
            return _follow(document, ("spec", *path))
    return START


def _documents(text: str) -> Iterator[yaml.Node]:
    try:
        yield from yaml.compose_all(text, yaml.SafeLoader)
    except yaml.YAMLError:
        return


def _follow(node: yaml.Node, path: Iterable[str | int]) -> tuple[int, int]:
    found = node
    for step in path:
        below = _below(found, step)
        if below is None:
            break
        found = below
    return found.start_mark.line + 1, found.start_mark.column + 1


def _below(node: yaml.Node | None, step: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
        return node.value[step] if step < len(node.value) else None
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == step), None)
    return None


def _says(node: yaml.Node | None, key: str) -> str:
    found = _below(node, key)
    return str(found.value) if isinstance(found, yaml.ScalarNode) else ""
