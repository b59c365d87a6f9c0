"""Reads a catalogue from CSV or JSON text, each field by the type that the Chatbot declares for it.

Nothing is guessed: "89.900" is ninety thousand in São Paulo and ninety in New York, so a price is a
plain decimal (89900 or 89900.00) or refused with its row. All problems of a file are told at once.
"""

import csv
import io
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

import msgspec

from prosa.contracts.catalogue import Item
from prosa.contracts.chatbot import CatalogueField, CatalogueSpec
from prosa.errors import ConfigError

Kind = Literal["csv", "json"]

_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_THREE_DECIMALS = re.compile(r"-?[0-9]{1,3}\.[0-9]{3}")
_YES = frozenset(("true", "yes", "sim", "1"))
_NO = frozenset(("false", "no", "não", "nao", "0"))
_TOLD = 20
_SHOWN = 60
_DELIMITERS = ",;\t"

_LARGEST = 2**53
"""Beyond it JSON's readers do not agree on a number."""

_DIGITS = 30

LONGEST_ITEM = 50_000
"""Characters of an item's texts: it travels in one message, of which NATS takes a megabyte."""

Row = tuple[int, Mapping[str, Any]]
"""Where a row stands (a line of CSV, a place in JSON's list), and its cells by column."""


class Reading(msgspec.Struct, frozen=True):
    """What a source holds: right items, the problems of wrong rows, each with row and remedy.

    `wrong` counts the wrong rows, `wrong_keys` names those of their items whose key could be read.
    """

    items: tuple[Item, ...]
    problems: tuple[str, ...] = ()
    wrong: int = 0
    wrong_keys: frozenset[str] = frozenset()


def read(text: str, source: str, spec: CatalogueSpec) -> tuple[Item, ...]:
    """Read the items of a file called `source`; its ending says whether it is CSV or JSON.

    Raises ConfigError with the first 20 problems, each with file, row, field and remedy.
    """
    reading = parse(text, source, kind_of(source), spec)
    if reading.problems:
        raise ConfigError("\n".join(told(reading.problems)))
    return reading.items


def kind_of(name: str) -> Kind:
    """Tell from a file's name what it holds: JSON when it says so, else CSV."""
    return "json" if name.endswith(".json") else "csv"


def told(problems: tuple[str, ...]) -> tuple[str, ...]:
    """Shorten a list of problems to what a person reads."""
    more = len(problems) - _TOLD
    return (*problems[:_TOLD], f"… and {more:,} more") if more > 0 else problems


def parse(text: str, source: str, kind: Kind, spec: CatalogueSpec) -> Reading:
    """Read what is right and name what is wrong.

    An empty cell is an absent field; a column that the Chatbot does not declare is text, and left
    out where it holds lists or objects. Raises ConfigError when nothing can be read of it at all.
    """
    rows = _json_rows(text, source) if kind == "json" else _csv_rows(text, source, spec)
    problems: list[str] = []
    items: dict[str, Item] = {}
    wrong_keys: set[str] = set()
    wrong = keyless = count = 0
    for number, row in rows:
        count += 1
        where = f"{source}:{number}"
        found: list[str] = []
        fields = dict(_fields(row, spec.fields, where, found))
        key = str(fields.get(spec.key, ""))
        keyless += not key
        if not key and not any(f" {spec.key}: " in problem for problem in found):
            found.append(f"{where}: {spec.key} is empty; it names the item for good")
        elif key in items or key in wrong_keys:
            found.append(f"{where}: {spec.key} {key} stands on an earlier row too; remove one")
        elif (size := sum(len(v) for v in fields.values() if isinstance(v, str))) > LONGEST_ITEM:
            found.append(f"{where}: {size:,} characters; an item has at most {LONGEST_ITEM:,}")
        if found:
            problems += found
            wrong += 1
            wrong_keys |= {key} - {""} - items.keys()
        else:
            items[key] = Item(key, fields)
    if count > 1 and keyless == count:
        raise ConfigError(f"{source}: no row has {spec.key}; spec.catalogue.key names that field")
    return Reading(
        tuple(items.values()), tuple(problems), wrong, frozenset(wrong_keys - set(items))
    )


def _csv_rows(text: str, source: str, spec: CatalogueSpec) -> Iterator[Row]:
    text = text.removeprefix("\ufeff")  # Excel writes a byte order mark
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter, strict=True)
    try:
        columns = {name.strip() for name in reader.fieldnames or ()}
        needed = [spec.key, *(name for name, field in spec.fields.items() if field.required)]
        if missing := [name for name in needed if name not in columns]:
            raise ConfigError(
                f"{source}: there is no column {missing[0]}; there is"
                f" {', '.join(sorted(columns)) or 'none'}. The first line names the columns"
            )
        for row in reader:
            cells: dict[str, Any] = {(name or "").strip(): value for name, value in row.items()}
            if "" in cells:
                cells = {
                    "": f'more cells than columns; put a text that holds "{delimiter}" in quotes'
                }
            yield reader.line_num, cells
    except csv.Error as error:
        raise ConfigError(f"{source}:{reader.line_num}: this is no CSV: {error}") from error


def _json_rows(text: str, source: str) -> Iterator[Row]:
    text = text.removeprefix("\ufeff")
    try:
        rows = msgspec.json.decode(text.encode(errors="surrogatepass"))
    except (msgspec.MsgspecError, RecursionError):
        rows = _with_lines(text, source)  # three times slower, and says where
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ConfigError(f"{source}: write a list of objects, one an item")
    yield from enumerate(rows, start=1)


def _with_lines(text: str, source: str) -> Any:
    """Read JSON that is wrong, or that only its rows can tell to be so. Raises ConfigError."""
    try:
        return json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        where = f"{source}:{error.lineno}:{error.colno}"
        raise ConfigError(f"{where}: this is no JSON: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{source}: this is no JSON: {error}") from error


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no number of JSON's")


def _fields(
    row: Mapping[str, Any],
    declared: Mapping[str, CatalogueField],
    where: str,
    problems: list[str],
) -> Iterable[tuple[str, Any]]:
    if "" in row:
        problems.append(f"{where}: {row['']}")
        return
    for name, field in declared.items():
        if field.required and row.get(name) in (None, ""):
            problems.append(f"{where}: {name} is empty, and the Chatbot says it is required")
    for name, cell in row.items():
        value = cell.strip() if isinstance(cell, str) else cell
        if value in (None, ""):
            continue
        field_declared = declared.get(name)
        if field_declared is None and isinstance(value, list | dict):
            continue  # a feed has more than a bot searches
        kind = field_declared.type if field_declared else "text"
        try:
            yield name, _READ[kind](value)
        except ValueError as error:
            problems.append(f"{where}: {name}: {error}")


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value if value.isascii() else _whole(value)
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    raise ValueError("write a text; lists and objects are not searched")


def _whole(text: str) -> str:
    """Refuse halves of surrogate pairs, which JSON cannot carry on."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("holds half a character; mend the file's encoding") from None
    return text


def _number(value: Any) -> int | float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        if abs(value) > _LARGEST or not math.isfinite(value):
            raise ValueError("this number is too large")
        return value
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
        raise ValueError(
            f"{_shown(value)} is no number; write it plainly, such as 89900 or 89900.50"
        )
    return _number(float(value) if "." in value else int(value[:_DIGITS]))


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _money(value: Any) -> int | float:
    if isinstance(value, str) and _THREE_DECIMALS.fullmatch(value):
        plain = value.replace(".", "")
        raise ValueError(f"{value!r} may mean two amounts; write {plain} or {plain}.00")
    return _number(value)


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).casefold()
    if word not in _YES | _NO:
        raise ValueError(f"{_shown(value)} is neither true nor false")
    return word in _YES


_READ = {"text": _text, "number": _number, "money": _money, "boolean": _boolean, "image": _text}
