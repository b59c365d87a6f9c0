"""What handoff is told by its environment, beside what all components with records share."""

from prosa.settings import Port, RecordsSettings


class HandoffSettings(RecordsSettings):
    """Where the inbox is served. Sign-in, mail and notifications have settings of their own."""

    handoff_host: str = "127.0.0.1"
    """Where the inbox is served. In a pod 0.0.0.0; TLS ends before it."""

    handoff_port: Port = 8010
    """Port of the same."""
