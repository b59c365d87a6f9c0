"""What the operator counts about itself; what bots count stands in their services."""

from prosa.telemetry.metrics import Registry


class OperatorMetrics:
    """All metrics of the operator, on the registry that it is given."""

    def __init__(self, registry: Registry) -> None:
        self.reconciles = registry.counter(
            "prosa_operator_reconcile_total",
            "Passes over Chatbots by result (ok, retry, refused, error). Errors that go on rising"
            " mean that some bot is not what its spec says.",
            labels=("result",),
            runbook="operator-errors",
        )
        self.seconds = registry.histogram(
            "prosa_operator_reconcile_seconds",
            "Duration of a pass. Rises when the API server is slow.",
        )
        self.waited = registry.histogram(
            "prosa_operator_wake_seconds",
            "From a change to the pass that looks at it. Rises when passes are too slow.",
        )
        self.last_success = registry.gauge(
            "prosa_operator_last_success_timestamp_seconds",
            "When a pass last succeeded. Stale: nothing is repaired any more.",
            runbook="operator-silent",
        )
        self.drift = registry.counter(
            "prosa_operator_drift_corrected_total",
            "Children that somebody had changed or deleted, brought back.",
            labels=("kind",),
        )
        self.pruned = registry.counter(
            "prosa_operator_pruned_total",
            "Children that were no longer wanted and deleted.",
            labels=("kind",),
        )
        self.paused = registry.gauge(
            "prosa_operator_paused", "Chatbots whose children are left alone by annotation."
        )
        self.chatbots = registry.gauge("prosa_operator_chatbots", "Chatbots that are served.")
        self.leader = registry.gauge(
            "prosa_operator_leader", "1 where this replica works, 0 where it stands by."
        )
        self.watches = registry.counter(
            "prosa_operator_watch_restarts_total",
            "Metadata watches that were begun anew after an error.",
        )
        self.channel_checks = registry.counter(
            "prosa_operator_channel_checks_total",
            "Checks of numbers with Meta, by outcome.",
            labels=("reason",),
        )
        self.provisions = registry.counter(
            "prosa_operator_provisions_total",
            "Times that streams and buckets were made to match, by result (ok, error).",
            labels=("result",),
        )
        self.writes = registry.gauge(
            "prosa_operator_api_writes", "Writes to the API server since the start, Lease included."
        )
