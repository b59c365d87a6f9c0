"""How the sender runs; what a number may do stands in its Chatbot."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from prosa.settings import ComponentSettings, Span


class SenderSettings(ComponentSettings):
    """The sender's own settings beside those of every component."""

    in_flight: Annotated[int, Field(ge=3)] = 256
    """Outbounds in hand at once, for each Chatbot. Sends a second cannot pass this divided by the
    seconds that Meta takes to answer."""

    status_wait: Span = timedelta(seconds=20)
    """How long a status is awaited for a message whose answer never came, before it is sent again.
    Shorter than statuses take: duplicates. Longer: later answers after Meta's time-outs."""

    doubt_wait: Span = timedelta(seconds=5)
    """The same after an answer that says "failed" and may hide a success (Meta's codes 1, 2,
    131000)."""

    connect_timeout: Span = timedelta(seconds=5)
    """Longest wait for a connection to Meta. Nothing was sent when it passes."""

    answer_timeout: Span = timedelta(seconds=15)
    """Longest wait for an answer of Meta's. When it passes, the message may have left."""

    retry_pause: Span = timedelta(seconds=60)
    """Longest time between two looks whether a paused channel works again."""
