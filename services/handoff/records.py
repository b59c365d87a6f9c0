"""Reads the messages of IN and EVT that concern a ticket. Pure."""

import msgspec

from prosa.contracts.events import (
    EchoSeen,
    HandoffRequested,
    MessageSent,
    OwnerChanged,
    ReactionSeen,
    SendFailed,
    StatusReceived,
)
from prosa.contracts.inbound import Inbound

Record = (
    Inbound
    | HandoffRequested
    | OwnerChanged
    | MessageSent
    | SendFailed
    | StatusReceived
    | ReactionSeen
    | EchoSeen
)
"""What the streams tell that concerns a ticket."""

_inbound = msgspec.json.Decoder(Inbound)
_KINDS: dict[str, msgspec.json.Decoder[Record]] = {
    kind.kind: msgspec.json.Decoder(kind)
    for kind in (
        HandoffRequested,
        OwnerChanged,
        MessageSent,
        SendFailed,
        StatusReceived,
        ReactionSeen,
        EchoSeen,
    )
}


def read(subject: str, payload: bytes) -> Record | None:
    """Read a message by its subject; None for a kind that is not ours.

    Raises msgspec.MsgspecError for one that has no shape that this version knows.
    """
    _, _, stream, *rest = subject.split(".")
    if stream == "in":
        return _inbound.decode(payload)
    decoder = _KINDS.get(rest[0]) if stream == "evt" else None
    return decoder.decode(payload) if decoder is not None else None
