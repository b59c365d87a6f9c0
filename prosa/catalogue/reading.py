"""Reads a catalogue from CSV or JSON text, each field by the type that the Chatbot declares for it.

Nothing is guessed: "89.900" is ninety thousand in São Paulo and ninety in New York, so a price is a
plain decimal (89900 or 89900.00) or refused with its row. All problems of a file are told at once.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from prosa.contracts.catalogue import Item
from prosa.contracts.chatbot import CatalogueField, CatalogueSpec
from prosa.errors import ConfigError

_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_THREE_DECIMALS = re.compile(r"-?[0-9]{1,3}\.[0-9]{3}")
_YES = frozenset(("true", "yes", "sim", "1"))
_NO = frozenset(("false", "no", "não", "nao", "0"))
_TOLD = 20
_DELIMITERS = ",;\t"

Row = tuple[int, Mapping[str, Any]]
"""Where a row stands (a line of CSV, a place in JSON's list), and its cells by column."""


def read(text: str, source: str, spec: CatalogueSpec) -> tuple[Item, ...]:
    """Read the items of a file called `source`; its ending says whether it is CSV or JSON.

    An empty cell is an absent field; a column that the Chatbot does not declare is text. Raises
    ConfigError with the first 20 problems, each with file, row, field and remedy.
    """
    rows = _json_rows(text, source) if source.endswith(".json") else _csv_rows(text, source)
    problems: list[str] = []
    items: dict[str, Item] = {}
    for number, row in rows:
        where = f"{source}:{number}"
        fields = dict(_fields(row, spec.fields, where, problems))
        key = str(fields.get(spec.key, ""))
        if not key:
            problems.append(f"{where}: {spec.key} is empty; it names the item for good")
        elif key in items:
            problems.append(f"{where}: {spec.key} {key} stands on an earlier row too; remove one")
        else:
            items[key] = Item(key, fields)
    if problems:
        more = f"\n… and {len(problems) - _TOLD} more" if len(problems) > _TOLD else ""
        raise ConfigError("\n".join(problems[:_TOLD]) + more)
    return tuple(items.values())


def _csv_rows(text: str, source: str) -> Iterator[Row]:
    text = text.removeprefix("\ufeff")  # Excel writes a byte order mark
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            cells = {(name or "").strip(): value for name, value in row.items()}
            if "" in cells:
                raise ConfigError(
                    f"{source}:{reader.line_num}: more cells than columns;"
                    f' put a text that holds "{delimiter}" in quotes'
                )
            yield reader.line_num, cells
    except csv.Error as error:
        raise ConfigError(f"{source}:{reader.line_num}: this is no CSV: {error}") from error


def _json_rows(text: str, source: str) -> Iterator[Row]:
    try:
        rows = json.loads(text)
    except json.JSONDecodeError as error:
        raise ConfigError(
            f"{source}:{error.lineno}:{error.colno}: this is no JSON: {error.msg}"
        ) from error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ConfigError(f"{source}: write a list of objects, one an item")
    yield from enumerate(rows, start=1)


def _fields(
    row: Mapping[str, Any],
    declared: Mapping[str, CatalogueField],
    where: str,
    problems: list[str],
) -> Iterable[tuple[str, Any]]:
    for name, field in declared.items():
        if field.required and row.get(name) in (None, ""):
            problems.append(f"{where}: {name} is empty, and the Chatbot says it is required")
    for name, cell in row.items():
        value = cell.strip() if isinstance(cell, str) else cell
        if value in (None, ""):
            continue
        kind = declared[name].type if name in declared else "text"
        try:
            yield name, _READ[kind](value)
        except ValueError as error:
            problems.append(f"{where}: {name}: {error}")


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    raise ValueError("write a text; lists and objects are not searched")


def _number(value: Any) -> int | float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
        raise ValueError(f"{value!r} is no number; write it plainly, such as 89900 or 89900.50")
    return float(value) if "." in value else int(value)


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
        raise ValueError(f"{value!r} is neither true nor false")
    return word in _YES


_READ = {"text": _text, "number": _number, "money": _money, "boolean": _boolean, "image": _text}
