"""What analytics is told by its environment."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import Field

from prosa.settings import Port, RecordsSettings, Span


class AnalyticsSettings(RecordsSettings):
    """Where records are kept, how they are written, and where the console is served."""

    analytics_data: Path = Path(".data/records")
    """Folder with one folder a bot: `analytics.duckdb`, and `export/` with Parquet files. On a
    cluster a volume that one pod has for itself."""

    analytics_host: str = "127.0.0.1"
    """Where the console is served. In a pod 0.0.0.0; TLS ends before it."""

    analytics_port: Port = 8080
    """Port of the same."""

    analytics_memory: Annotated[str, Field(pattern=r"^[0-9]+(KB|MB|GB|KiB|MiB|GiB)$")] = "512MB"
    """What DuckDB may use for each bot. Replaying a log needs room: with less than 256 MB a large
    one cannot be replayed. The container needs 500 MB more for the rest."""

    analytics_batch: Annotated[int, Field(ge=1, le=10_000)] = 2_000
    """Messages of a stream that one transaction takes at most."""

    analytics_pause: Span = timedelta(milliseconds=400)
    """How long messages gather when few arrive. Shorter: more commits, each 2 to 5 ms. Longer:
    the console is behind by so much."""

    analytics_lag: Annotated[int, Field(ge=1)] = 10_000
    """Unread messages of a stream above which /readyz fails: the figures are not of today."""

    analytics_roll_every: Span = timedelta(seconds=20)
    """How often roll-ups and the contact read model in PostgreSQL are brought up to date."""

    analytics_tidy_every: Span = timedelta(hours=1)
    """How often days gone by are exported, and what is past its retention deleted."""
