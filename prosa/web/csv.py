"""A table as a file that a spreadsheet opens as it was meant, whoever wrote the texts in it.

A cell that begins like a formula is run by spreadsheets (OWASP, "CSV Injection"), and a customer
may write one: such texts get an apostrophe in front, which spreadsheets hide. A spreadsheet that
reads by another separator than ours finds cells that we did not write (`a,=1+1` in a file of
semicolons), quotes or not: so a formula behind a separator gets one too. Numbers stay numbers.
Separator and decimal sign follow the reader's language, because Excel reads by its own.
"""

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from starlette.responses import StreamingResponse

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The full-width forms count too: Excel reads them as the narrow ones."""

_INSIDE = re.compile(r"""([,;\t\r\n"]\s*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])""")
_BOM = "\ufeff"  # without it Excel takes UTF-8 for the system's code page
_CHUNK_ROWS = 500
_END = "\r\n"  # RFC 4180


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
    text = _INSIDE.sub(r"\1'", str(value))
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA_STARTS) else text


def _written(value: Any, decimal: str) -> str:
    text = cell(value, decimal=decimal)
    bare = isinstance(value, bool | int | float)
    return text if bare else '"' + text.replace('"', '""') + '"'


def lines(
    columns: Sequence[str], rows: Iterable[Sequence[Any]], *, locale: str = "en"
) -> Iterator[bytes]:
    """Write head and rows, RFC 4180 with a byte order mark; in pieces of some hundred rows."""
    separator, decimal = (";", ",") if locale == "pt-BR" else (",", ".")
    buffer = io.StringIO()
    buffer.write(f"{_BOM}{separator.join(columns)}{_END}")
    for number, row in enumerate(rows, 1):
        written = (_written(value, decimal) for value in row)
        buffer.write(f"{separator.join(written)}{_END}")
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
