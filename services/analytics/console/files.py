"""Tables as files: which columns, and instants as a person writes them.

Pure. Columns carry the names of the API: a file is for machines and spreadsheets alike.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from services.analytics.console.queues import Queue, Sample, Store

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


def queues(samples: Sequence[Sample], part: str, zone: str) -> Table:
    """Lay out the latest sample's queues or `streams`, or the `history` of what charts show."""
    if part == "history":
        return _history(samples, zone)
    latest = samples[-1:]
    if part == "streams":
        return structs(Store, [store for sample in latest for store in sample.stores])
    return structs(Queue, [queue for sample in latest for queue in sample.queues])


def _history(samples: Sequence[Sample], zone: str) -> Table:
    local = ZoneInfo(zone)
    rows: list[list[Any]] = []
    for sample in samples:
        stores = {store.stream: store for store in sample.stores}
        depths = [queue.depth + queue.in_flight for queue in sample.queues]
        rates = [stores["IN"].rate, stores["OUT"].left, stores["EVT"].rate]
        rows.append([_time(sample.at, local), *rates, sample.dead, *depths])
    names = [f"{queue.stream}/{queue.consumer}" for queue in samples[-1].queues] if samples else []
    return ["at", "received", "sent", "events", "dead", *names], rows


def _time(ms: int | None, zone: ZoneInfo) -> str:
    if ms is None:
        return ""
    at = datetime.fromtimestamp(ms / 1000, UTC).astimezone(zone)
    return at.strftime("%Y-%m-%d %H:%M:%S")


def _plain(value: Any) -> Any:
    return " | ".join(map(str, value)) if isinstance(value, (list, tuple)) else value
