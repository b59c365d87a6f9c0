"""Requests and limits of each part. What a Chatbot writes stands in whole, as a Pod has it. Pure.

The numbers come from docs/performance.md with room for bursts; a bot's ordinary day takes
little CPU, so little is asked for. There is no limit of CPU:
a throttled process answers late for no gain, and what it requests is kept free for it anyhow.
"""

import re
from collections.abc import Mapping
from typing import Any

from prosa_operator import names
from prosa_operator.observed import Object
from prosa_operator.rendering.bot import Bot, Part


def _resources(cpu: str, memory: str, limit: str) -> Object:
    return {"requests": {"cpu": cpu, "memory": memory}, "limits": {"memory": limit}}


DEFAULTS: Mapping[Part, Object] = {
    "ingress": _resources("25m", "96Mi", "256Mi"),  # 73 MiB under load, bodies of 3 MB
    "conversation": _resources("50m", "256Mi", "768Mi"),  # encoder 165 MiB, catalogue 90
    "sender": _resources("25m", "96Mi", "256Mi"),
    "handoff": _resources("25m", "128Mi", "384Mi"),
    "analytics": _resources("50m", "512Mi", "1536Mi"),  # DuckDB's share, 500 MB for the rest
    "campaigns": _resources("25m", "128Mi", "512Mi"),
    "catalogue": _resources("25m", "128Mi", "768Mi"),  # a first import holds 380 MB
}

BESIDE_DUCKDB = 500
"""MiB of analytics for all but DuckDB (services/analytics/settings.py)."""

LEAST_DUCKDB = 256
MOST_DUCKDB = 4096

QUANTITY = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,6})?)(Ki|Mi|Gi|Ti|k|M|G|T|m)?")
"""The forms of Kubernetes' quantities that people write."""

_BYTES = dict(zip(("", "m", "k", "M", "G", "T"), (1.0, 1e-3, 1e3, 1e6, 1e9, 1e12), strict=True)) | {
    unit: 2.0 ** (10 * power) for power, unit in enumerate(("Ki", "Mi", "Gi", "Ti"), start=1)
}


def of(bot: Bot, part: Part) -> Object:
    """Give the container's `resources`."""
    return _written(bot, part) or DEFAULTS[part]


def is_written(bot: Bot, part: Part) -> bool:
    """Tell whether the Chatbot says them itself."""
    return bool(_written(bot, part))


def _written(bot: Bot, part: Part) -> Object:
    return next(
        (dict(bot.component(name).resources) for name in names.COMPONENTS if name == part), {}
    )


def analytics_memory(bot: Bot) -> str:
    """Give DuckDB what the container's limit leaves it."""
    limits: Mapping[str, Any] = of(bot, "analytics").get("limits") or {}
    limit = parsed(limits.get("memory", ""))
    left = MOST_DUCKDB if limit is None else int(limit / 2**20) - BESIDE_DUCKDB
    return f"{max(LEAST_DUCKDB, min(left, MOST_DUCKDB))}MiB"


def parsed(quantity: object) -> float | None:
    """Read a quantity; None when it is none."""
    found = QUANTITY.fullmatch(str(quantity))
    return float(found[1]) * _BYTES[found[2] or ""] if found else None
