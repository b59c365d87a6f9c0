"""What the console's samples say of a bot's queues and campaigns, for Prometheus.

Gauges of what JetStream told last: any number of processes may tell the same, so take the maximum.
"""

from prosa.telemetry.metrics import Registry


class QueueMetrics:
    """Gauges by bot, stream (IN, OUT, EVT, DLQ) and durable consumer."""

    def __init__(self, registry: Registry) -> None:
        durable = ("bot", "stream", "consumer")
        self.waiting = registry.gauge(
            "prosa_queue_waiting",
            "Messages that were not delivered yet. Rises when a service is down or too slow.",
            labels=durable,
            runbook="messages-wait",
        )
        self.in_hand = registry.gauge(
            "prosa_queue_in_hand",
            "Messages that were delivered and are not acked: at work, or waiting for their turn.",
            labels=durable,
            runbook="messages-wait",
        )
        self.oldest_seconds = registry.gauge(
            "prosa_queue_oldest_seconds",
            "How long the oldest message that is not acked has been stored; 0 when none waits.",
            labels=durable,
            runbook="messages-wait",
        )
        self.dead_letters = registry.gauge(
            "prosa_queue_dead_letters",
            "Messages that could not be handled and that nobody has replayed or dropped.",
            labels=("bot",),
            runbook="dead-letters",
        )
        self.stored = registry.gauge(
            "prosa_queue_stored", "Messages that a stream holds.", labels=("bot", "stream")
        )
        self.stored_bytes = registry.gauge(
            "prosa_queue_stored_bytes", "Bytes that a stream holds.", labels=("bot", "stream")
        )
        self.replicas_missing = registry.gauge(
            "prosa_queue_replicas_missing",
            "Copies of a stream that are not up to date. One may be missing for a while; with the"
            " majority gone nothing can be stored.",
            labels=("bot", "stream"),
            runbook="nats-away",
        )
        self.unknown = registry.gauge(
            "prosa_queue_unknown",
            "1 while NATS does not say how the queues are; the other gauges then stand still.",
            labels=("bot",),
            runbook="nats-away",
        )
        self.campaign_ran = registry.gauge(
            "prosa_campaign_ran_timestamp_seconds",
            "When a campaign ran last, in seconds since 1970. Of campaigns that are not suspended.",
            labels=("bot", "campaign"),
            runbook="campaign-not-run",
        )
        self.campaign_gap_seconds = registry.gauge(
            "prosa_campaign_gap_seconds",
            "The longest time between two runs of a campaign in the events that are kept: how long"
            " it rests by its schedule.",
            labels=("bot", "campaign"),
            runbook="campaign-not-run",
        )
