"""Typed reading of the tree: what is expected of a node, and a problem where it is something else.

Every reader returns a usable value even after a fault, so that one compilation finds them all.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from prosa.dialogue import expressions, filters, source, templates
from prosa.dialogue.expressions import BadExpression, Expression
from prosa.dialogue.language import (
    Computed,
    Filled,
    Fixed,
    Listed,
    Mapped,
    Value,
    Words,
)
from prosa.dialogue.names import Names
from prosa.dialogue.problems import Problem, did_you_mean
from prosa.dialogue.source import Mapping, Node, Place, Scalar, Sequence
from prosa.dialogue.templates import BadTemplate, Placeholder, Template

LOCALE = re.compile(r"[a-z]{2,3}(?:-[A-Z]{2})?")
_DURATION = re.compile(r"([0-9]+)(ms|s|m|h|d)")
_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
_LONGEST = 3650 * 86400


class Reader:
    """Reads one file: collects problems, knows the declared names."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.names = Names()
        self.locale = "pt-BR"
        self.locales: tuple[str, ...] = ("pt-BR",)
        self._text = text
        self._local: frozenset[str] = frozenset()
        self._free = False

    # --- problems ---------------------------------------------------------------------------------

    def error(self, at: Node | Place, message: str, remedy: str) -> None:
        """Note an error."""
        self._note(at, message, remedy, severity="error")

    def warn(self, at: Node | Place, message: str, remedy: str) -> None:
        """Note a warning."""
        self._note(at, message, remedy, severity="warning")

    def _note(self, at: Node | Place, message: str, remedy: str, *, severity: Any) -> None:
        place = at if isinstance(at, Place) else at.place
        problem = Problem(self.file, place.line, place.column, message, remedy, severity)
        if problem not in self.problems:
            self.problems.append(problem)

    @contextmanager
    def allowing(self, *local: str, anything: bool = False) -> Iterator[None]:
        """Let the texts read meanwhile mention more names (`item`), or any (fields of an item)."""
        before = self._local, self._free
        self._local, self._free = self._local | set(local), anything or self._free
        try:
            yield
        finally:
            self._local, self._free = before

    # --- shapes -----------------------------------------------------------------------------------

    def fields(self, node: Node | None, what: str, known: Iterable[str]) -> "Fields":
        """Read a mapping that may have only these keys."""
        if node is None or (isinstance(node, Scalar) and node.null):
            return Fields(self, Mapping((), node.place if node else Place(1, 1)))
        if not isinstance(node, Mapping):
            self.error(node, f"{what} is written as a mapping", f"Write {{{_example(known)}}}.")
            return Fields(self, Mapping((), node.place))
        known = tuple(known)
        for name, _ in node.entries:
            if name.text not in known:
                self.error(name, f"{what} has no key `{name.text}`", did_you_mean(name.text, known))
        return Fields(self, node)

    def entries(self, node: Node | None, what: str) -> tuple[tuple[Scalar, Node], ...]:
        """Read a mapping with keys of the author's own."""
        if node is None or (isinstance(node, Scalar) and node.null):
            return ()
        if not isinstance(node, Mapping):
            self.error(node, f"`{what}` is a mapping of names", "Write one `name: …` a line.")
            return ()
        return node.entries

    def items(self, node: Node | None, what: str) -> tuple[Node, ...]:
        """Read a list; a single thing that is no list counts as a list of one."""
        if node is None or (isinstance(node, Scalar) and node.null):
            return ()
        if isinstance(node, Sequence):
            if not node.items:
                self.error(node, f"{what} is empty", "Fill it, or leave the key out.")
            return node.items
        return (node,)

    # --- scalars ----------------------------------------------------------------------------------

    def word(self, node: Node, what: str) -> str:
        """Read a single word or text, taken as written."""
        if isinstance(node, Scalar) and not node.null:
            return node.text
        self.error(node, f"{what} is a text", "Write a word or a text here.")
        return ""

    def boolean(self, node: Node, what: str) -> bool:
        """Read true or false."""
        value = node.value() if isinstance(node, Scalar) else None
        if isinstance(value, bool):
            return value
        self.error(node, f"{what} is true or false", "Write `true` or `false`.")
        return False

    def number(self, node: Node, what: str) -> float | None:
        """Read a number."""
        value = node.number() if isinstance(node, Scalar) and node.plain else None
        if value is None:
            self.error(node, f"{what} is a number", "Write digits, such as 10 or 2.5.")
        return value

    def count(self, node: Node, what: str, least: int, most: int) -> int | None:
        """Read a whole number within bounds."""
        value = node.number() if isinstance(node, Scalar) and node.plain else None
        if not isinstance(value, int) or not least <= value <= most:
            self.error(
                node,
                f"{what} is a whole number from {least} to {most}",
                f"Write {least} to {most}.",
            )
            return None
        return value

    def duration(self, node: Node, what: str) -> dt.timedelta | None:
        """Read `500ms`, `3s`, `5m`, `12h` or `2d`."""
        found = _DURATION.fullmatch(node.text) if isinstance(node, Scalar) else None
        seconds = int(found[1][:12]) * _UNITS[found[2]] if found else _LONGEST + 1
        if seconds > _LONGEST:
            self.error(node, f"{what} is a duration", "Write 500ms, 3s, 5m, 12h or 2d.")
            return None
        return dt.timedelta(seconds=seconds)

    def one_of(self, node: Node, what: str, known: Iterable[str]) -> str | None:
        """Read one of a few words."""
        known = tuple(known)
        text = node.text if isinstance(node, Scalar) else ""
        if text in known:
            return text
        self.error(node, f"`{text}` is no {what}", did_you_mean(text, known))
        return None

    # --- texts ------------------------------------------------------------------------------------

    def words(
        self, node: Node, what: str, *, most: int = 4096, empty: bool = False
    ) -> Words | None:
        """Read a text, or one a locale; its fixed part has at most `most` characters."""
        if isinstance(node, Mapping) and node.entries:
            return self._localised(node, what, most, empty=empty)
        template = self.template(node, what, most, empty=empty)
        return None if template is None else Words({self.locale: template}, self.locale)

    def _localised(self, node: Mapping, what: str, most: int, *, empty: bool) -> Words | None:
        by_locale: dict[str, Template] = {}
        for name, value in node.entries:
            if name.text not in self.locales:
                self.error(
                    name,
                    f"`{name.text}` is no locale of this dialogue",
                    "Quote the text, if one beginning with `{` was meant. "
                    + did_you_mean(name.text, self.locales),
                )
            elif (template := self.template(value, what, most, empty=empty)) is not None:
                by_locale[name.text] = template
        missing = [locale for locale in self.locales if locale not in node.keys()]  # noqa: SIM118 - not a dict
        if self.locale in missing:
            self.error(
                node,
                f"{what} lacks the dialogue's own locale {self.locale}",
                f"Add `{self.locale}: …`.",
            )
            return None
        if missing:
            self.warn(
                node,
                f"{what} lacks {', '.join(missing)}",
                f"Add it: until then those customers read {self.locale}.",
            )
        return Words(by_locale, self.locale) if self.locale in by_locale else None

    def template(
        self, node: Node, what: str, most: int = 4096, *, empty: bool = False
    ) -> Template | None:
        """Read a text with placeholders and check the names in it."""
        if not isinstance(node, Scalar) or node.null:
            self.error(
                node, f"{what} is a text", "Write a text here; quote it if it begins with `{`."
            )
            return None
        text = node.text.rstrip("\n") if not node.plain else node.text
        try:
            template = templates.parse(text)
        except BadTemplate as bad:
            self.error(self.within(node, bad.snippet), bad.message, bad.remedy)
            return None
        for placeholder in template.placeholders():
            self._check(placeholder, self.within(node, "{" + placeholder.written + "}"))
        if len(template.fixed) > most:
            self.error(
                node,
                f"{what} has {len(template.fixed)} characters; WhatsApp shows {most}",
                f"Cut it to {most} characters.",
            )
        if not empty and not template.fixed.strip() and not any(template.placeholders()):
            self.error(node, f"{what} is empty", "Write a text.")
        return template

    def _check(self, placeholder: Placeholder, place: Place) -> None:
        for name, argument in placeholder.filters:
            if name not in filters.FILTERS:
                self.error(
                    place, f"there is no filter `{name}`", did_you_mean(name, filters.FILTERS)
                )
            elif argument and name not in filters.WITH_ARGUMENT:
                self.error(place, f"`{name}` takes nothing after a colon", f"Write `|{name}`.")
        if not self._free and placeholder.path[0] not in self._local:
            fault = self.names.fault(placeholder.path)
            if fault:
                self.error(place, *fault)

    def within(self, node: Node, snippet: str) -> Place:
        """Find a part of a scalar in the text of the file."""
        index = self._text.find(snippet, node.place.start, max(node.place.end, node.place.start))
        return self._place_at(index) if index >= 0 else node.place

    def _place_at(self, index: int) -> Place:
        line = self._text.count("\n", 0, index) + 1
        return Place(line, index - self._text.rfind("\n", 0, index), index, index)

    # --- expressions and values -------------------------------------------------------------------

    def expression(self, node: Node, what: str) -> Expression | None:
        """Read CEL and check its names and functions."""
        if not isinstance(node, Scalar) or node.null:
            self.error(node, f"{what} is a CEL expression", 'Write one, such as "preco > 1000".')
            return None
        try:
            expression = expressions.compile_expression(node.text.strip())
        except BadExpression as bad:
            self.error(
                self._inside(node, bad.line, bad.column),
                f"{what} is no CEL: {bad.message}",
                "CEL compares with == and !=, joins with && and ||, quotes texts: tipo == 'suv'.",
            )
            return None
        for name in sorted(expression.names - self._local):
            fault = self.names.fault((name,), inside_cel=True)
            if fault:
                self.error(self.within(node, name), *fault)
        for function in expressions.unknown_functions(expression):
            self.error(
                self.within(node, function),
                f"CEL has no function `{function}`",
                did_you_mean(function, expressions.FUNCTIONS),
            )
        return expression

    def _inside(self, node: Scalar, line: int, column: int) -> Place:
        if line > 1 or "\n" in self._text[node.place.start : node.place.end]:
            return node.place
        quote = 0 if node.plain else 1
        return Place(node.place.line, node.place.column + quote + column - 1)

    def value(self, node: Node, what: str) -> Value:
        """Read a value of any shape: fixed, with placeholders, or computed by `{cel: …}`."""
        if isinstance(node, Sequence):
            return Listed(tuple(self.value(item, what) for item in node.items))
        if isinstance(node, Mapping):
            if node.keys() == ("cel",):
                expression = self.expression(node.entries[0][1], what)
                return Computed(expression) if expression else Fixed(None)
            return Mapped({name.text: self.value(item, what) for name, item in node.entries})
        if "{" not in node.text and "}" not in node.text:
            return Fixed(node.value())
        template = self.template(node, what, most=100_000, empty=True)
        return Filled(template) if template else Fixed(None)

    def fixed(self, node: Node) -> Any:
        """Read plain JSON."""
        if isinstance(node, Sequence):
            return [self.fixed(item) for item in node.items]
        if isinstance(node, Mapping):
            return {name.text: self.fixed(item) for name, item in node.entries}
        return node.value()

    def reference(self, node: Node, what: str, known: Iterable[str]) -> str | None:
        """Read the name of something declared elsewhere in the file."""
        name = self.word(node, f"the name of a {what}")
        if not name:
            return None
        known = tuple(known)
        if name in known:
            return name
        self.error(node, f"there is no {what} `{name}`", did_you_mean(name, known))
        return None


class Fields:
    """A mapping with known keys, read key by key."""

    def __init__(self, reader: Reader, node: Mapping) -> None:
        self.reader, self.node = reader, node

    def __contains__(self, key: str) -> bool:
        return self.node.get(key) is not None

    def get(self, key: str) -> Node | None:
        """Give a key's node."""
        return self.node.get(key)

    def name(self, key: str) -> Node:
        """Give the node of the key itself, or of the mapping when the key is not there."""
        return next((name for name, _ in self.node.entries if name.text == key), self.node)

    def word(self, key: str, default: str = "") -> str:
        """Read a text as written."""
        node = self.get(key)
        return default if node is None else self.reader.word(node, f"`{key}`")

    def words(self, key: str, most: int = 4096, *, empty: bool = False) -> Words | None:
        """Read a localised text with placeholders."""
        node = self.get(key)
        return None if node is None else self.reader.words(node, f"`{key}`", most=most, empty=empty)

    def template(self, key: str, most: int = 4096) -> Template | None:
        """Read a text with placeholders."""
        node = self.get(key)
        return None if node is None else self.reader.template(node, f"`{key}`", most)

    def boolean(self, key: str, *, default: bool = False) -> bool:
        """Read true or false."""
        node = self.get(key)
        return default if node is None else self.reader.boolean(node, f"`{key}`")

    def number(self, key: str) -> float | None:
        """Read a number."""
        node = self.get(key)
        return None if node is None else self.reader.number(node, f"`{key}`")

    def count(self, key: str, least: int, most: int) -> int | None:
        """Read a whole number within bounds."""
        node = self.get(key)
        return None if node is None else self.reader.count(node, f"`{key}`", least, most)

    def duration(self, key: str, default: dt.timedelta) -> dt.timedelta:
        """Read a duration."""
        node = self.get(key)
        found = None if node is None else self.reader.duration(node, f"`{key}`")
        return default if found is None else found

    def expression(self, key: str) -> Expression | None:
        """Read CEL."""
        node = self.get(key)
        return None if node is None else self.reader.expression(node, f"`{key}`")

    def one_of(self, key: str, known: Iterable[str], default: str) -> str:
        """Read one of a few words."""
        node = self.get(key)
        return default if node is None else self.reader.one_of(node, f"`{key}`", known) or default

    def list_of_words(self, key: str) -> tuple[str, ...]:
        """Read a word or a list of words."""
        nodes = self.reader.items(self.get(key), f"`{key}`")
        return tuple(word for node in nodes if (word := self.reader.word(node, f"`{key}`")))

    def references(self, key: str, what: str, known: Iterable[str]) -> tuple[str, ...]:
        """Read one or several names of things declared elsewhere."""
        known = tuple(known)
        found = (
            self.reader.reference(node, what, known)
            for node in self.reader.items(self.get(key), f"`{key}`")
        )
        return tuple(name for name in found if name)


def _example(known: Iterable[str]) -> str:
    return ", ".join(f"{key}: …" for key in tuple(known)[:2])


__all__ = ["LOCALE", "Fields", "Reader", "source"]
