"""A dialogue's YAML text as a tree of nodes that know where they stand.

Scalars are kept as written and read by what is expected of them, so YAML 1.1's surprises cannot
happen: `no`, `on` and `off` are words, `10:30` is not 630, a version `1.10` is not 1.1. Anchors,
aliases, merge keys and tags are refused: they hide where a line comes from.
"""

import re
from typing import Any

import msgspec
import yaml

from prosa.dialogue.problems import DialogueRefused, Problem

MAX_CHARACTERS = 1_000_000
"""A ConfigMap holds 1 MiB (Kubernetes, "ConfigMaps")."""

MAX_DEPTH = 40

_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)(?:[eE][-+]?[0-9]+)?")
_BLANK = "\0 \t\r\n\x85\u2028\u2029"  # PyYAML ends its buffer with a NUL
_DIGITS_OF_A_FLOAT = 15


class Place(msgspec.Struct, frozen=True):
    """Where something stands: line and column from 1, offsets in characters."""

    line: int
    column: int
    start: int = 0
    end: int = 0


class Scalar(msgspec.Struct, frozen=True):
    """A word, a text, a number. `plain` when it was not quoted and is no block."""

    text: str
    plain: bool
    place: Place

    @property
    def null(self) -> bool:
        """Whether it is YAML 1.2's null."""
        return self.plain and self.text in {"", "~", "null", "Null", "NULL"}

    def value(self) -> Any:
        """Give the JSON value that YAML 1.2's core schema sees."""
        if not self.plain:
            return self.text
        if self.null:
            return None
        if self.text in {"true", "True", "TRUE"}:
            return True
        if self.text in {"false", "False", "FALSE"}:
            return False
        return self.number() if self.number() is not None else self.text

    def number(self) -> int | float | None:
        """Give the number, or None when it is not written as one."""
        if len(self.text) > _DIGITS_OF_A_FLOAT:
            return None
        if _INTEGER.fullmatch(self.text):
            return int(self.text)
        return float(self.text) if _FLOAT.fullmatch(self.text) else None


class Sequence(msgspec.Struct, frozen=True):
    """A list."""

    items: tuple["Node", ...]
    place: Place


class Mapping(msgspec.Struct, frozen=True):
    """Keys, each with its own place, and their values."""

    entries: tuple[tuple[Scalar, "Node"], ...]
    place: Place

    def get(self, key: str) -> "Node | None":
        """Give the value of a key."""
        return next((value for name, value in self.entries if name.text == key), None)

    def keys(self) -> tuple[str, ...]:
        """Give the keys in order."""
        return tuple(name.text for name, _ in self.entries)


Node = Scalar | Sequence | Mapping


class _Loader(yaml.SafeLoader):
    """Composes nodes, resolves nothing, and reads plain scalars as YAML 1.2 does.

    YAML 1.1 ends a plain scalar in braces at a question mark, so that `{say: Qual?}` is no YAML;
    in 1.2 the mark is a character like others ("7.3.3. Plain Style"). A dialogue is full of them.
    """

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own class attribute

    def scan_plain(self) -> yaml.ScalarToken:
        """Scan a scalar without quotes; called by PyYAML's scanner."""
        chunks: list[str] = []
        spaces: list[str] = []
        start = end = self.get_mark()
        indent = self.indent + 1
        while self.peek() != "#" and (length := self._plain_length()):
            self.allow_simple_key = False
            chunks += [*spaces, self.prefix(length)]
            self.forward(length)
            end = self.get_mark()
            spaces = self.scan_plain_spaces(indent, start) or []
            if not spaces or (not self.flow_level and self.column < indent):
                break
        return yaml.ScalarToken("".join(chunks), True, start, end)

    def _plain_length(self) -> int:
        """Count the characters up to a blank, a colon that ends a key, or a bracket around."""
        around = ",[]{}" if self.flow_level else ""
        length = 0
        while (character := self.peek(length)) not in _BLANK and character not in around:
            if character == ":" and (self.peek(length + 1) in _BLANK + around):
                break
            length += 1
        return length


def parse(text: str, file: str) -> Node:
    """Read a text. Raises DialogueRefused, with the place of each fault."""
    if len(text) > MAX_CHARACTERS:
        raise DialogueRefused(
            [
                Problem(
                    file,
                    1,
                    1,
                    f"the file has more than {MAX_CHARACTERS:,} characters",
                    "A ConfigMap holds 1 MiB; divide the bot.",
                )
            ]
        )
    tree = _Tree(file)
    try:
        _refuse_aliases(text, tree)
        composed = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        tree.problem(
            _at(mark) if mark else Place(1, 1),
            f"this is no YAML: {error.problem or error.context}",
            _remedy(error),
        )
        raise DialogueRefused(tree.problems) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        column = error.position - text.rfind("\n", 0, error.position)
        tree.problem(
            Place(line, column),
            "this character may not stand in YAML",
            "Remove it, or write it in a double-quoted text as an escape.",
        )
        raise DialogueRefused(tree.problems) from error
    except RecursionError as error:
        tree.problem(Place(1, 1), "it is nested too deeply", f"Stay within {MAX_DEPTH} levels.")
        raise DialogueRefused(tree.problems) from error
    if composed is None:
        tree.problem(Place(1, 1), "the file is empty", "Begin with `dialogue: v1` and `flows:`.")
        raise DialogueRefused(tree.problems)
    node = tree.node(composed, 0) if not tree.problems else None
    if tree.problems or node is None:
        raise DialogueRefused(tree.problems)
    return node


def _refuse_aliases(text: str, tree: "_Tree") -> None:
    """Look at the events first: composing would follow the aliases."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, (yaml.AliasEvent, yaml.NodeEvent)) and event.anchor:
            tree.problem(
                _at(event.start_mark),
                "anchors and aliases are not part of the language",
                "Write the value out, or keep it under `vars`.",
            )
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth == MAX_DEPTH + 1:
                tree.problem(
                    _at(event.start_mark),
                    "it is nested too deeply",
                    f"Stay within {MAX_DEPTH} levels; move inner steps to a flow of their own.",
                )
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    if tree.problems:
        raise DialogueRefused(tree.problems)


class _Tree:
    def __init__(self, file: str) -> None:
        self._file = file
        self.problems: list[Problem] = []

    def problem(self, place: Place, message: str, remedy: str) -> None:
        self.problems.append(Problem(self._file, place.line, place.column, message, remedy))

    def node(self, composed: Any, depth: int) -> Node:
        place = _at(composed.start_mark, composed.end_mark)
        if composed.tag and composed.tag.startswith("!"):
            self.problem(place, f"the tag `{composed.tag}` means nothing here", "Leave it out.")
        if isinstance(composed, yaml.ScalarNode):
            return Scalar(composed.value, composed.style is None, place)
        if isinstance(composed, yaml.SequenceNode):
            return Sequence(tuple(self.node(item, depth + 1) for item in composed.value), place)
        return Mapping(self._entries(composed, depth), place)

    def _entries(self, composed: Any, depth: int) -> tuple[tuple[Scalar, Node], ...]:
        entries: list[tuple[Scalar, Node]] = []
        seen: dict[str, int] = {}
        for key, value in composed.value:
            name = self.node(key, depth + 1)
            if not isinstance(name, Scalar):
                self.problem(name.place, "a key must be a word", "Quote texts that begin with `{`.")
                continue
            if name.text in seen:
                self.problem(
                    name.place,
                    f"`{name.text}` stands here twice; line {seen[name.text]} has the first",
                    "Keep one of the two: the other would be lost.",
                )
                continue
            seen[name.text] = name.place.line
            entries.append((name, self.node(value, depth + 1)))
        return tuple(entries)


def _at(mark: Any, end: Any = None) -> Place:
    return Place(mark.line + 1, mark.column + 1, mark.index, end.index if end else mark.index)


def _remedy(error: yaml.MarkedYAMLError) -> str:
    problem = str(error.problem)
    if "mapping values are not allowed" in problem:
        return "Quote a text that holds `: `, or check the indentation."
    if "cannot start any token" in problem:
        return "Quote the text; tabs may not indent."
    if "expected ',' or" in problem:
        return "Inside [ ] and { }, quote texts with `,` or `: `, and close each bracket."
    if "expected <block end>" in problem:
        return "Check the indentation: this line does not fit the lines above it."
    return "Check the quotes, the brackets and the indentation around here."
