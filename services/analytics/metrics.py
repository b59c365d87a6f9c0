"""What analytics counts. Labels are a bot's token, one of two streams, or words of closed lists."""

from prosa.telemetry.metrics import Registry

_COMMIT = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
_DELAY = (0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200)


class AnalyticsMetrics:
    """All metrics of analytics."""

    def __init__(self, registry: Registry) -> None:
        self.taken = registry.counter(
            "prosa_analytics_taken_total",
            "Messages of a stream that stand in the records. Flat while the lag rises: the writer"
            " does not work.",
            labels=("bot", "stream"),
            runbook="records-behind",
        )
        self.lag = registry.gauge(
            "prosa_analytics_lag",
            "Messages of a stream that are not in the records yet.",
            labels=("bot", "stream"),
            runbook="records-behind",
        )
        self.delay_seconds = registry.histogram(
            "prosa_analytics_delay_seconds",
            "From a message's place in its stream to its row. The console is behind by so much.",
            labels=("bot", "stream"),
            buckets=_DELAY,
            runbook="records-behind",
        )
        self.commit_seconds = registry.histogram(
            "prosa_analytics_commit_seconds",
            "One transaction of the records. Rises with a slow disk.",
            labels=("bot",),
            buckets=_COMMIT,
        )
        self.oddities = registry.counter(
            "prosa_analytics_oddities_total",
            "Messages that could not be read: kept as they came in the table `oddities`. Rises when"
            " another service is newer than this one.",
            labels=("bot", "stream"),
            runbook="odd-records",
        )
        self.missed = registry.counter(
            "prosa_analytics_missed_total",
            "Sequences that were gone from a stream before they were read, at most: aged out while"
            " analytics was away, or removed by an erasure.",
            labels=("bot", "stream"),
            runbook="records-missed",
        )
        self.streams_made_anew = registry.counter(
            "prosa_analytics_streams_made_anew_total",
            "Times that a stream turned out to be another one under the same name, read from its"
            " beginning.",
            labels=("bot", "stream"),
            runbook="records-missed",
        )
        self.recoveries = registry.counter(
            "prosa_analytics_recoveries_total",
            "Times that a broken file or log was put aside and read from the streams again.",
            labels=("bot", "what"),
            runbook="records-broken",
        )
        self.broken = registry.gauge(
            "prosa_analytics_broken",
            "1 while the records cannot be written: the disk is full, or the file is broken.",
            labels=("bot",),
            runbook="records-broken",
        )
        self.file_bytes = registry.gauge(
            "prosa_analytics_file_bytes",
            "Size of the records, by where they are: `database` or `export`.",
            labels=("bot", "where"),
        )
        self.free_bytes = registry.gauge(
            "prosa_analytics_free_bytes",
            "Room left on the volume. Full, the records stop; nothing is lost while the streams"
            " keep it.",
            labels=("bot",),
            runbook="records-broken",
        )
        self.embedded = registry.counter(
            "prosa_analytics_embedded_total",
            "Messages that have a vector, for search by meaning.",
            labels=("bot",),
        )
        self.unembedded = registry.gauge(
            "prosa_analytics_unembedded",
            "Messages that wait for their vector. Grows while messages come faster than one core"
            " computes.",
            labels=("bot",),
        )
        self.search_seconds = registry.histogram(
            "prosa_analytics_search_seconds",
            "A search by meaning, from the question to its rows.",
            labels=("bot",),
        )
        self.exported = registry.counter(
            "prosa_analytics_exported_days_total",
            "Days written to Parquet, late rows included.",
            labels=("bot",),
        )
        self.erased = registry.counter(
            "prosa_analytics_erased_contacts_total",
            "Contacts of whom nothing is left in the records and their exports.",
            labels=("bot",),
        )
        self.mirrored = registry.counter(
            "prosa_analytics_mirrored_rows_total",
            "Rows written to PostgreSQL, by table: `rollups`, `contacts` or `campaign_results`.",
            labels=("bot", "table"),
        )
        self.mirror_behind_seconds = registry.gauge(
            "prosa_analytics_mirror_behind_seconds",
            "Since PostgreSQL was last brought up to date. Campaigns judge by what stands there.",
            labels=("bot",),
            runbook="read-model-behind",
        )
