"""What ingress counts. No label takes a word of Meta's or of a customer's."""

from typing import Literal

from prosa.telemetry.metrics import Registry

Outcome = Literal[
    "stored", "verified", "not_verified", "unsigned", "not_json", "too_large", "too_slow",
    "unavailable", "wrong_method", "gone",
]  # fmt: skip

KINDS = (
    "text", "image", "video", "document", "audio", "sticker", "location", "contacts", "choice",
    "flow_reply", "order", "reaction", "edit", "revoke", "unsupported", "unknown",
    "identity_changed", "echo", "standby", "handover", "preference", "status", "account", "error",
    "reaction_event", "echo_event", "preference_event",
)  # fmt: skip
UNKNOWN = (
    "field", "no_number", "shape", "empty", "fault", "group", "nobody", "system", "identity",
    "handover", "preference", "too_large",
)  # fmt: skip


class IngressMetrics:
    """All metrics of ingress."""

    def __init__(self, registry: Registry) -> None:
        webhooks = registry.counter(
            "prosa_ingress_webhooks_total",
            "Requests by outcome. `unavailable` means 503: Meta keeps the webhook and comes again;"
            " `unsigned` that a secret is wrong or somebody is knocking.",
            labels=("outcome",),
            runbook="webhooks-refused",
        )
        self.outcomes = {word: webhooks.labels(word) for word in Outcome.__args__}  # type: ignore[attr-defined]
        updates = registry.counter(
            "prosa_ingress_updates_total",
            "Updates stored, by kind. When `text` stands still by day, look at Meta's side first.",
            labels=("kind",),
        )
        self.updates = {kind: updates.labels(kind) for kind in KINDS}
        unknown = registry.counter(
            "prosa_ingress_unknown_total",
            "Updates kept as unknown, by reason. `shape` and `field` rise when Meta changed"
            " something; `fault` is a mistake of ours.",
            labels=("reason",),
            runbook="unknown-updates",
        )
        self.unknown = {f"unknown_{reason}": unknown.labels(reason) for reason in UNKNOWN}
        unrouted = registry.counter(
            "prosa_ingress_unrouted_total",
            "Changes for no Chatbot of ours, kept in PROSA_UNROUTED. `forged`: an app spoke for a"
            " bot that is not configured with its secret.",
            labels=("reason",),
            runbook="unrouted-webhooks",
        )
        self.unrouted = {
            reason: unrouted.labels(reason)
            for reason in ("unknown_number", "unknown_account", "forged", "not_a_webhook")
        }
        self.duplicates = registry.counter(
            "prosa_ingress_duplicates_total",
            "Updates that were stored already: Meta repeats what we answered late or not at all.",
        )
        self.publish_failures = registry.counter(
            "prosa_ingress_publish_failures_total",
            "Updates without a PubAck; their webhook was answered 503 and comes again.",
            runbook="nats-away",
        )
        self.ack_seconds = registry.histogram(
            "prosa_ingress_ack_seconds",
            "From the last byte of a webhook to its 200. Meta wants a median below 0.25 s and 99 of"
            " 100 below 1 s.",
            runbook="slow-acks",
        )

    def count(self, kind: str) -> None:
        """Count an update that was stored."""
        counter = self.updates.get(kind) or self.unknown[kind]
        counter.inc()
