"""What a stream says of itself, and what that means for a reader who kept his place. Pure, but one.

A stream that was deleted and made anew has the same name and other messages: the time of its making
tells. Messages that aged out before they were read leave a gap before its first sequence.
"""

from dataclasses import dataclass

from prosa.jetstream.connection import JetStream, Stored
from services.analytics.reading import Reading

_TRACEPARENT_PARTS = 4


@dataclass(frozen=True, slots=True)
class Seen:
    """A stream as the server shows it."""

    born: str
    messages: int
    first_sequence: int
    last_sequence: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where to go on reading: above `after`. `missed` sequences are gone, at most."""

    born: str
    after: int
    missed: int = 0
    made_anew: bool = False
    before: str = ""
    changes: bool = False


async def look(jetstream: JetStream, stream: str) -> Seen:
    """Ask the server. Raises Unavailable, or Refused when there is no such stream."""
    info = await jetstream.api(f"STREAM.INFO.{stream}")
    state = info["state"]
    return Seen(info["created"], state["messages"], state["first_seq"], state["last_seq"])


def judge(reading: Reading, seen: Seen) -> Verdict:
    """Decide where a reader goes on.

    A reader without a history begins with what is there, and so does one whose stream is another
    now: its sequences mean nothing any more. "At most" because an erasure leaves holes too.
    """
    first = max(0, seen.first_sequence - 1)
    if not reading.born and not reading.taken:
        return Verdict(seen.born, max(first, reading.sequence), changes=True)
    if reading.born and reading.born != seen.born:
        return Verdict(seen.born, first, made_anew=True, before=reading.born, changes=True)
    missed = max(0, first - reading.sequence)
    changes = bool(missed) or not reading.born
    return Verdict(seen.born, max(first, reading.sequence), missed, changes=changes)


def exemplar(stored: Stored) -> dict[str, str] | None:
    """Name the trace that a message belongs to, from its W3C `traceparent`; None without one."""
    parts = stored.headers.get("traceparent", "").split("-")
    return {"trace_id": parts[1]} if len(parts) == _TRACEPARENT_PARTS else None
