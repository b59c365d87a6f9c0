"""The sender's document of one contact: how far each recent outbound got, and the pair rate.

KV `prosa_<b>_sends`, key `<c>`, TTL 8 days; written after each send and before the ack, so that whoever
gets the outbound next knows what has left.
"""

import msgspec


class Sent(msgspec.Struct, frozen=True, omit_defaults=True):
    """One message that Meta accepted, and the best status seen of it."""

    wamid: str
    status: str = ""


class Progress(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How far an outbound got.

    `sent` holds its accepted messages in order. `deliveries` counts the deliveries that ended in our own
    knowledge (nak or ack): one more delivery than that means that somebody died with it in hand.
    `attempts` counts refusals that deserve a retry, for the backoff. `attempted_at_ms` is when an
    ambiguous POST was begun (0: none is open). `ended` names why nothing more of it will be sent.
    """

    at_ms: int
    sent: tuple[Sent, ...] = ()
    deliveries: int = 0
    attempts: int = 0
    attempted_at_ms: int = 0
    ended: str = ""
    replay: int = 0


class Sends(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Recent outbounds by id, newest last, and the pair rate's theoretical arrival time (GCRA)."""

    outbounds: dict[str, Progress] = {}
    pair_arrival_ms: int = 0
    v: int = 1
