"""The sender's document of one contact: how far each recent outbound got, and the pair rate.

KV `prosa_<b>_sends`, key `<c>`, TTL 8 days; written after each send and before the ack, so that
whoever gets the outbound next knows what has left.
"""

import msgspec

from prosa.contracts.outbound import Template


class Sent(msgspec.Struct, frozen=True, omit_defaults=True):
    """One message that Meta accepted (a read mark has no wamid), and the best status seen of it.

    An empty `status` is Meta's acceptance alone.
    """

    wamid: str
    status: str = ""


class Progress(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How far an outbound got.

    `sent` holds its accepted messages in order. `deliveries` counts the deliveries of the stream
    message `sequence` that are known to have ended in our own nak: a delivery more than one above
    it means that somebody died with it in hand. `attempts` counts refusals of the next message that
    deserve a retry, for the backoff. `unsure_until_ms` is set while the next message may have left
    without an answer: until then a status is awaited, after it the message is sent again. `ended`
    names why nothing more of it will be sent. `replay` is the dead letter that brought it back
    last. `fallback` is the template that goes out should Meta find the service window closed only
    after accepting.
    """

    at_ms: int
    sent: tuple[Sent, ...] = ()
    sequence: int = 0
    deliveries: int = 0
    attempts: int = 0
    unsure_until_ms: int = 0
    ended: str = ""
    replay: int = 0
    fallback: Template | None = None


class Sends(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Recent outbounds by id, newest last, and the pair rate's theoretical arrival time (GCRA)."""

    outbounds: dict[str, Progress] = {}
    pair_arrival_ms: int = 0
    v: int = 1
