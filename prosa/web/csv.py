"""A table as a file that a spreadsheet opens as it was meant, whoever wrote the texts in it.

A cell that begins like a formula is run by spreadsheets (OWASP, "CSV Injection"), and a customer
may write one: such texts get an apostrophe in front, which spreadsheets hide. Numbers stay numbers.
Separator and decimal sign follow the reader's language, because Excel reads by its own.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from starlette.responses import StreamingResponse

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The full-width forms count too: Excel reads them as the narrow ones."""

_BOM = "\ufeff"  # without it Excel takes UTF-8 for the system's code page
_CHUNK_ROWS = 500


def cell(value: Any, *, decimal: str = ".") -> str:
    """Write one value; a text that a spreadsheet would run is made a text again."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".").replace(".", decimal)
    text = str(value)
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_STARTS) else text


def lines(
    columns: Sequence[str], rows: Iterable[Sequence[Any]], *, locale: str = "en"
) -> Iterator[bytes]:
    """Write head and rows, RFC 4180 with a byte order mark; in pieces of some hundred rows."""
    separator, decimal = (";", ",") if locale == "pt-BR" else (",", ".")
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=separator)
    buffer.write(_BOM)
    writer.writerow(columns)
    for number, row in enumerate(rows, 1):
        writer.writerow([cell(value, decimal=decimal) for value in row])
        if number % _CHUNK_ROWS == 0:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def download(
    name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, locale: str = "en"
) -> StreamingResponse:
    """Answer with the table as a file; `name` is ours: letters, digits, dashes."""
    return StreamingResponse(
        lines(columns, rows, locale=locale),
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}.csv"',
            "Cache-Control": "no-store",
        },
    )
