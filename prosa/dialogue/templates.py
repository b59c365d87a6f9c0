"""Text with placeholders, such as `Encontrei {buscar.items|len} até {preco_max|brl}`.

A placeholder is a path and filters from a fixed list; nothing is ever evaluated, and what fills a
placeholder is never read as a template again, so no customer's words can become one. `{{` and `}}`
stand for braces.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import msgspec

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*|[0-9]+")


class Filter(NamedTuple):
    """A filter's name and the words after its colon."""

    name: str
    argument: str = ""


class Placeholder(msgspec.Struct, frozen=True):
    """`{path|filter:argument}`; `written` is the text between the braces."""

    path: tuple[str, ...]
    filters: tuple[Filter, ...] = ()
    written: str = ""


class Template(msgspec.Struct, frozen=True):
    """Text and placeholders in turn."""

    parts: tuple[str | Placeholder, ...]

    def placeholders(self) -> Iterator[Placeholder]:
        """Give the placeholders in order."""
        return (part for part in self.parts if isinstance(part, Placeholder))

    @property
    def fixed(self) -> str:
        """The text without its placeholders: the least that a reader will see."""
        return "".join(part for part in self.parts if isinstance(part, str))

    @property
    def whole(self) -> Placeholder | None:
        """The placeholder, when the template is nothing but one: then its value keeps its type."""
        match self.parts:
            case (Placeholder() as placeholder,):
                return placeholder
            case _:
                return None

    def render(self, fill: Callable[[Placeholder], str]) -> str:
        """Join the parts, each placeholder filled."""
        return "".join(part if isinstance(part, str) else fill(part) for part in self.parts)


class BadTemplate(Exception):
    """A text is no template: `snippet` is the part to look at."""

    def __init__(self, message: str, remedy: str, snippet: str) -> None:
        self.message, self.remedy, self.snippet = message, remedy, snippet
        super().__init__(message)


def parse(text: str) -> Template:
    """Read a template. Raises BadTemplate."""
    parts: list[str | Placeholder] = []
    literal = ""
    at = 0
    while at < len(text):
        character = text[at]
        if text[at : at + 2] in {"{{", "}}"}:
            literal += character
            at += 2
        elif character == "{":
            end = text.find("}", at)
            if end < 0:
                raise BadTemplate(
                    "a `{` is never closed", "Close it with `}`, or write `{{` for a brace.", "{"
                )
            if literal:
                parts.append(literal)
                literal = ""
            parts.append(_placeholder(text[at + 1 : end]))
            at = end + 1
        elif character == "}":
            raise BadTemplate(
                "a `}` closes nothing", "Open it with `{`, or write `}}` for a brace.", "}"
            )
        else:
            literal += character
            at += 1
    if literal or not parts:
        parts.append(literal)
    return Template(tuple(parts))


def plain(text: str) -> Template:
    """Make a template of a text that holds no placeholders."""
    return Template((text,))


def _placeholder(written: str) -> Placeholder:
    path, *filters = written.split("|")
    names = tuple(path.strip().split("."))
    if not all(_NAME.fullmatch(name) for name in names) or names[0].isdecimal():
        raise BadTemplate(
            f"`{{{written}}}` is no placeholder",
            "Write a name or a path such as `{carro.preco}`, or `{{` for a brace.",
            f"{{{written}}}",
        )
    return Placeholder(names, tuple(map(_filter, filters)), written)


def _filter(written: str) -> Filter:
    name, _, argument = written.partition(":")
    return Filter(name.strip(), argument)


def get(value: Any, path: tuple[str, ...]) -> Any:
    """Follow a path through mappings and lists; None where it leads nowhere."""
    for name in path:
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, (list, tuple)) and name.isdecimal() and len(name) < 4:  # noqa: PLR2004 - no list is longer
            value = value[int(name)] if int(name) < len(value) else None
        else:
            return None
    return value
