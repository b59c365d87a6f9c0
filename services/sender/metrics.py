"""What the sender counts. Labels are a bot's token and words or codes from closed lists."""

from prosa.telemetry.metrics import Registry


class SenderMetrics:
    """All metrics of the sender."""

    def __init__(self, registry: Registry) -> None:
        self.sent = registry.counter(
            "prosa_sender_sent_total",
            "Messages that Meta accepted. Flat while the lag rises: the channel does not work.",
            labels=("bot", "priority"),
        )
        self.held = registry.counter(
            "prosa_sender_held_total",
            "Templates that Meta accepted and holds back to judge their quality.",
            labels=("bot",),
        )
        self.answer_seconds = registry.histogram(
            "prosa_sender_answer_seconds",
            "Time until Meta answers a send. Rises when Meta or the way to it is slow.",
            labels=("bot",),
        )
        self.ambiguous = registry.counter(
            "prosa_sender_ambiguous_total",
            "Messages sent again without a status to tell whether they had left. Each may be a"
            " duplicate; rises when Meta times out or statuses do not arrive.",
            labels=("bot",),
            runbook="ambiguous-sends",
        )
        self.doubts = registry.counter(
            "prosa_sender_doubts_settled_total",
            "Messages without an answer that a status proved to have left: duplicates avoided.",
            labels=("bot",),
        )
        self.refused = registry.counter(
            "prosa_sender_refused_total",
            "Meta's refusals by its error code. Look the code up in Meta's list.",
            labels=("bot", "code"),
        )
        self.unanswered = registry.counter(
            "prosa_sender_unanswered_total",
            "Sends without an answer: the connection failed, Meta timed out or broke off.",
            labels=("bot", "reason"),
        )
        self.dropped = registry.counter(
            "prosa_sender_dropped_total",
            "Outbounds that the gate did not let out, by reason.",
            labels=("bot", "reason"),
        )
        self.put_back = registry.counter(
            "prosa_sender_put_back_total",
            "Outbounds given back to the queue for a while, by reason.",
            labels=("bot", "reason"),
        )
        self.failed_late = registry.counter(
            "prosa_sender_failed_late_total",
            "Accepted messages that failed by a status, by Meta's error code.",
            labels=("bot", "code"),
        )
        self.paused = registry.gauge(
            "prosa_sender_paused",
            "1 while the channel is paused for this reason; its queue waits. A person must act,"
            " unless the reason is `unreachable` or `quota`.",
            labels=("bot", "reason"),
            runbook="channel-paused",
        )
        self.campaign_pauses = registry.counter(
            "prosa_sender_campaign_pauses_total",
            "Times that campaigns were stopped because the number's reputation suffers.",
            labels=("bot",),
            runbook="campaigns-stopped",
        )
