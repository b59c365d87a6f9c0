"""Tables as files: which columns, and instants as a person writes them.

Pure. Columns carry the names of the API: a file is for machines and spreadsheets alike.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from services.analytics.console.queues import Queue, Sample

Table = tuple[list[str], list[list[Any]]]


def table(rows: Sequence[dict[str, Any]], zone: str) -> Table:
    """Lay out the rows of a statement; instants (`at`, `…At`) become local times."""
    if not rows:
        return [], []
    columns = list(rows[0])
    local = ZoneInfo(zone)
    times = {name for name in columns if name == "at" or name.endswith("At")}
    return columns, [
        [_time(row[name], local) if name in times else _plain(row[name]) for name in columns]
        for row in rows
    ]


def structs(
    kind: type[msgspec.Struct], found: Iterable[msgspec.Struct], zone: str = "UTC"
) -> Table:
    """Lay out structs under the names that they carry in JSON."""
    fields, local = msgspec.structs.fields(kind), ZoneInfo(zone)
    return (
        [field.encode_name for field in fields],
        [
            [
                _time(getattr(one, field.name), local)
                if field.name == "at"
                else getattr(one, field.name)
                for field in fields
            ]
            for one in found
        ],
    )


def queues(samples: Iterable[Sample]) -> Table:
    """Lay out the queues of the latest sample."""
    return structs(Queue, [queue for sample in samples for queue in sample.queues])


def _time(ms: int | None, zone: ZoneInfo) -> str:
    if ms is None:
        return ""
    at = datetime.fromtimestamp(ms / 1000, UTC).astimezone(zone)
    return at.strftime("%Y-%m-%d %H:%M:%S")


def _plain(value: Any) -> Any:
    return " | ".join(map(str, value)) if isinstance(value, (list, tuple)) else value
