"""What ingress is told by its environment."""

from datetime import timedelta

from pydantic import Field

from prosa.settings import ComponentSettings, Port, Span


class IngressSettings(ComponentSettings):
    """Where webhooks arrive, and how long they may take."""

    webhook_host: str = "127.0.0.1"
    """Where webhooks are served. In a pod 0.0.0.0; TLS ends before it."""

    webhook_port: Port = 8000
    """Port of the same."""

    webhook_patience: Span = timedelta(seconds=4)
    """From the last byte of a webhook to its answer, at most: then it is 503 and Meta comes again.
    Meta does not publish its own limit; others have seen 3 to 10 s."""

    webhook_concurrency: int = Field(default=1_000, ge=1)
    """Connections at most; on more, requests are answered 503 at once. Each may hold a body of
    3 MB."""
