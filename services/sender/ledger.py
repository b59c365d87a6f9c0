"""How the `sends` document of a contact changes, and what it says about an outbound. Pure.

Every change is idempotent and may be applied to a newer document than the one it was decided on:
compare-and-set writers repeat it on what they find.
"""

import msgspec

from prosa.contracts.outbound import Outbound, OutboundId
from prosa.contracts.sends import Progress, Sends, Sent
from services.sender import pacing, statuses

KEPT = 32
"""Outbounds remembered a contact. A redelivery or a repeat is of one of the last few: an older one
holds up what comes after it."""

KEPT_MS = 8 * 24 * 3600 * 1000

FALLBACK_SENT = "fallback"
"""`Progress.ended` of an outbound whose fallback template went out in its place."""

NOTHING = Sends()


def accepted(
    sends: Sends,
    outbound: Outbound,
    index: int,
    wamid: str,
    now_ms: int,
    *,
    pair_step_ms: int,
    status: str = "",
    instead: bool = False,
) -> Sends:
    """Write down that Meta took message `index`; a read mark (no wamid) costs no pair rate.

    `instead`: it was the fallback, so that nothing more of the outbound follows.
    """
    progress = _progress(sends, outbound, now_ms)
    if index < len(progress.sent):
        return sends
    sent = (*progress.sent, Sent(wamid, status))
    progress = msgspec.structs.replace(
        progress,
        at_ms=now_ms,
        sent=sent,
        attempts=0,
        unsure_until_ms=0,
        ended=FALLBACK_SENT if instead else progress.ended,
        fallback=outbound.fallback,
    )
    arrival = sends.pair_arrival_ms
    if wamid:
        arrival = pacing.pair_spent(arrival, now_ms, pair_step_ms)
    return _with(sends, outbound.id, progress, now_ms, arrival)


def begun(sends: Sends, outbound: Outbound, sequence: int, now_ms: int) -> Sends:
    """Open a new series of deliveries: for a repeat or a replay, before anything is sent.

    The write is a fence: it fails where the document read was not the newest. A replay begins again
    where the outbound stopped.
    """
    progress = _progress(sends, outbound, now_ms)
    if (progress.sequence, progress.replay) == (sequence, outbound.replay):
        return sends
    progress = msgspec.structs.replace(
        _reopened(progress, outbound), at_ms=now_ms, sequence=sequence, deliveries=0
    )
    return _with(sends, outbound.id, progress, now_ms)


def put_back(
    sends: Sends,
    outbound: Outbound,
    sequence: int,
    deliveries: int,
    now_ms: int,
    *,
    attempted: bool = False,
    unsure_until_ms: int | None = None,
) -> Sends:
    """Write down that this delivery ends in our own nak: nobody died with it in hand.

    `attempted` counts a refusal. `unsure_until_ms` opens a doubt about the next message (or closes
    it, with 0); None leaves it as it is.
    """
    progress = _progress(sends, outbound, now_ms)
    known = progress.deliveries if progress.sequence == sequence else 0
    progress = _reopened(progress, outbound)
    progress = msgspec.structs.replace(
        progress,
        at_ms=now_ms,
        sequence=sequence,
        deliveries=max(known, deliveries),
        attempts=progress.attempts + attempted,
        unsure_until_ms=(progress.unsure_until_ms if unsure_until_ms is None else unsure_until_ms),
    )
    return _with(sends, outbound.id, progress, now_ms)


def waited_behind(
    sends: Sends,
    outbound: Outbound,
    *,
    older: Outbound,
    sequence: int,
    deliveries: int,
    now_ms: int,
) -> Sends:
    """Write down that this delivery ends behind an older one, though an earlier one was orphaned.

    Whoever died with it in hand cannot have sent it: it was not its turn, because `older` is not
    done. Where `older` is done (its ack was lost), the doubt stays and nothing is written.
    """
    known = sends.outbounds.get(older.id)
    if known is not None and (known.ended or len(known.sent) >= len(older.messages)):
        return sends
    return put_back(sends, outbound, sequence, deliveries, now_ms)


def ended(sends: Sends, outbound: Outbound, reason: str, now_ms: int) -> Sends:
    """Write down that nothing more of an outbound will be sent."""
    progress = _progress(sends, outbound, now_ms)
    if progress.ended:
        return sends
    progress = msgspec.structs.replace(progress, at_ms=now_ms, ended=reason, unsure_until_ms=0)
    return _with(sends, outbound.id, progress, now_ms)


def told(sends: Sends, outbound: OutboundId, index: int, status: str) -> Sends:
    """Merge a status. An outbound or message that is not remembered stays forgotten.

    The message in doubt is settled by the delivery that doubts, never here: only that one goes on
    to tell that it was sent.
    """
    progress = sends.outbounds.get(outbound)
    if progress is None or index >= len(progress.sent):
        return sends
    known = progress.sent[index]
    if not statuses.worth_keeping(known.status, status):
        return sends
    merged = Sent(known.wamid, statuses.merge(known.status, status))
    sent = (*progress.sent[:index], merged, *progress.sent[index + 1 :])
    changed = msgspec.structs.replace(progress, sent=sent)
    return msgspec.structs.replace(sends, outbounds={**sends.outbounds, outbound: changed})


def _progress(sends: Sends, outbound: Outbound, now_ms: int) -> Progress:
    known = sends.outbounds.get(outbound.id)
    return known or Progress(at_ms=now_ms, replay=outbound.replay)


def _reopened(progress: Progress, outbound: Outbound) -> Progress:
    """Let a replay begin again where the outbound stopped, whatever had ended it."""
    if progress.replay == outbound.replay:
        return progress
    return msgspec.structs.replace(progress, replay=outbound.replay, ended="", attempts=0)


def _with(
    sends: Sends,
    outbound: OutboundId,
    progress: Progress,
    now_ms: int,
    pair_arrival_ms: int | None = None,
) -> Sends:
    """Put an outbound last, and forget the oldest ones."""
    kept = {
        id_: known
        for id_, known in sends.outbounds.items()
        if id_ != outbound and known.at_ms > now_ms - KEPT_MS
    }
    for oldest in list(kept)[: max(0, len(kept) + 1 - KEPT)]:
        del kept[oldest]
    kept[outbound] = progress
    arrival = sends.pair_arrival_ms if pair_arrival_ms is None else pair_arrival_ms
    return msgspec.structs.replace(sends, outbounds=kept, pair_arrival_ms=arrival)
