"""What notifications count. A part of `HandoffMetrics`: `self.notifications = …(registry)`."""

from prosa.telemetry.metrics import Registry

_WAITS = (0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600, 14_400)
"""From at once to the end of all attempts, in seconds."""


class NotificationMetrics:
    """All metrics of notifications. `channel` is email, whatsapp, webhook or chatwoot."""

    def __init__(self, registry: Registry) -> None:
        self.delivered = registry.counter(
            "prosa_handoff_notifications_total",
            "Notifications of handoffs that a channel took. Flat while tickets are opened: nobody"
            " is told.",
            labels=("bot", "channel"),
        )
        self.retried = registry.counter(
            "prosa_handoff_notifications_retried_total",
            "Attempts that failed for now. Rises while a mail server, a CRM or NATS is away.",
            labels=("bot", "channel"),
            runbook="notifications-late",
        )
        self.dead = registry.counter(
            "prosa_handoff_notifications_dead_total",
            "Notifications given up as dead letters: somebody was not told of a waiting customer.",
            labels=("bot", "channel"),
            runbook="notifications-dead",
        )
        self.ambiguous = registry.counter(
            "prosa_handoff_notifications_ambiguous_total",
            "E-mails sent again because the first one's answer never came: perhaps twice in a"
            " mailbox, under one Message-ID.",
            labels=("bot",),
            runbook="notifications-in-doubt",
        )
        self.oldest_seconds = registry.gauge(
            "prosa_handoff_notifications_oldest_seconds",
            "Age of the oldest notification that is not delivered; 0 when none waits.",
            labels=("bot",),
            runbook="notifications-late",
        )
        self.wait_seconds = registry.histogram(
            "prosa_handoff_notification_wait_seconds",
            "From a ticket's opening to the delivery of a notification of it.",
            labels=("bot", "channel"),
            buckets=_WAITS,
        )
