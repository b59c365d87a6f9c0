"""Where an outbound stands when it is delivered: what has left, what is unknown. Pure.

The reasoning behind "a reply leaves once":

* A first delivery cannot have been tried, so nothing needs to be read or written before it is sent.
* Each delivery that ends in our own nak is counted in `sends` before the nak. When delivery n comes
  and n - 1 are counted, all earlier ones are known to have ended with nothing left unrecorded.
* Any other redelivery means that somebody died, or was cut off, with the outbound in hand: the next
  message is in doubt. A status that echoes its tracker settles the doubt; without one it is sent
  again after a while. (Not so one that waits behind an older one which is not done: it was never
  its turn, see `ledger.waited_behind`; else a queue would wait once for each of its outbounds.)
* A repeat (published again by a conversation that crashed) or a replay (from the dead letters) is a
  new message on the stream with a count of its own. It is the oldest of its contact when handled,
  so the first one was acked, which happens after `sends` was written: what `sends` does not know
  was not sent. Only a stale read could deceive us, and the fenced write excludes it.
"""

from dataclasses import dataclass

from prosa.contracts.outbound import Outbound
from prosa.contracts.sends import Progress


@dataclass(frozen=True, slots=True)
class Done:
    """Nothing is left to send: all of it left, or it `ended` for a reason."""

    ended: str = ""


@dataclass(frozen=True, slots=True)
class Continue:
    """Messages before `index` have left, `index` has not."""

    index: int


@dataclass(frozen=True, slots=True)
class Fence:
    """As `Continue`, if the document read is the newest: write `begun`, and look again."""

    index: int


@dataclass(frozen=True, slots=True)
class Orphaned:
    """Somebody died with it in hand: `index` may have left. Write the doubt, and look again."""

    index: int


@dataclass(frozen=True, slots=True)
class Doubt:
    """Message `index` may have left: its status is awaited until `until_ms`."""

    index: int
    until_ms: int


Standing = Done | Continue | Fence | Orphaned | Doubt


def standing(
    progress: Progress | None,
    outbound: Outbound,
    sequence: int,
    deliveries: int,
    *,
    known_unsent: int = 0,
) -> Standing:
    """Judge one delivery of the stream message `sequence`.

    `known_unsent` counts the deliveries that this very process saw end before anything was posted,
    when it could not write so.
    """
    if progress is None:
        if deliveries > known_unsent + 1:
            return Orphaned(0)
        return Fence(0) if outbound.repeat or outbound.replay else Continue(0)

    replayed = outbound.replay != progress.replay
    index = len(progress.sent)
    if progress.ended and not replayed:
        return Done(progress.ended)
    if index >= len(outbound.messages):
        return Done()

    same_series = progress.sequence == sequence
    counted = max(progress.deliveries if same_series else 0, known_unsent)
    if deliveries > counted + 1:
        return Orphaned(index)
    if progress.unsure_until_ms:
        return Doubt(index, progress.unsure_until_ms)
    return Continue(index) if same_series else Fence(index)
