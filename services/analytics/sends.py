"""What we sent and how it went: messages, statuses, failures, the business's own phone. Pure.

Statuses come in no order, and may be read before the message is known to have been sent: they fill
the message's row by its tracker, which is its key.
"""

from prosa.contracts import events
from prosa.contracts.outbound import MarkRead, OutboundId, read_tracker, tracker
from services.analytics import words
from services.analytics.rows import Batch, Place, as_json, least, say, tell

RANKS = {"sent": 1, "delivered": 2, "read": 3, "played": 4, "failed": 5}
"""How far a status is; `failed` is final. A word that Meta adds one day changes nothing."""


def sent(batch: Batch, event: events.MessageSent, place: Place) -> None:
    """Take a message that Meta accepted; blue ticks are none."""
    content = event.content
    if isinstance(content, MarkRead) or event.message == "mark_read":
        return
    state = batch.contact(event.contact)
    state.last_out_ms = max(state.last_out_ms or event.at_ms, event.at_ms)
    key = tracker(OutboundId(event.outbound), event.index)
    by_bot = event.author == "bot"
    say(
        batch,
        key,
        place,
        contact=event.contact,
        happened_at=event.at_ms,
        direction="out",
        author=event.author,
        kind=event.message,
        text=words.of_outbound(content) if content is not None else "",
        content=as_json(content) if content is not None else None,
        wamid=event.wamid,
        outbound=event.outbound,
        position=event.index,
        reply_to=content.reply_to if content is not None else None,
        campaign=event.campaign or None,
        agent=event.agent or None,
        category=event.category,
        session=None if by_bot else state.session_id or None,  # a bot's is its turn's
        ambiguous=event.ambiguous or None,
    )
    _advance(batch, event, key, "sent")
    if event.campaign:
        row = batch.merge("campaign_sends", event.outbound)
        row |= {
            "outbound": event.outbound,
            "campaign": event.campaign,
            "occasion": event.occasion,
            "contact": event.contact,
            "sent_at": least(row.get("sent_at"), event.at_ms),
        }
        if event.index == 0:
            row["wamid"] = event.wamid


def failed(batch: Batch, event: events.SendFailed, place: Place) -> None:
    """Take an outbound that will not be sent, or not to its end."""
    tell(
        batch,
        "failures",
        event,
        place,
        outbound=event.outbound,
        position=event.index,
        reason=event.reason,
        code=event.code,
        author=event.author,
        campaign=event.campaign,
    )
    if event.campaign:
        batch.merge("campaign_sends", event.outbound).update(
            outbound=event.outbound,
            campaign=event.campaign,
            occasion=event.occasion,
            contact=event.contact,
            failed_at=event.at_ms,
            failed_reason=event.reason,
            failed_code=event.code or None,
        )


def status(batch: Batch, event: events.StatusReceived, place: Place) -> None:
    """Take Meta's word on a message, ours or not."""
    read = read_tracker(event.tracker)
    key = tracker(*read) if read else ""
    said = batch.tables.get("said", {})
    if event.contact in batch.forgotten and key not in batch.known and key not in said:
        return  # of a message that was erased with her
    error = event.errors[0] if event.errors else None
    code = error.code if error else None
    tell(
        batch,
        "statuses",
        event,
        place,
        wamid=event.wamid,
        message=key,
        status=event.status,
        code=code,
        title=error.title if error else "",
        billable_as=event.billable_as,
    )
    if key:
        _advance(batch, event, key, event.status, code=code, billable_as=event.billable_as)


def echo(batch: Batch, event: events.EchoSeen, place: Place) -> None:
    """Take what the business wrote from its own phone."""
    say(
        batch,
        event.message,
        place,
        contact=event.contact,
        happened_at=event.at_ms,
        direction="out",
        author="agent",
        agent="echo",
        kind="echo",
        text=event.text,
        wamid=event.message,
        session=batch.contact(event.contact).session_id or None,
    )


def _advance(
    batch: Batch,
    event: events.MessageSent | events.StatusReceived,
    key: str,
    status: str,
    *,
    code: int | None = None,
    billable_as: str = "",
) -> None:
    """Move a message's status forward, never back."""
    row = batch.merge("advanced", key)
    row |= {"id": key, "contact": event.contact}
    rank = RANKS.get(status, 0)
    if rank > row.get("status_rank", 0):
        row |= {"status": status, "status_rank": rank, "status_at": event.at_ms}
    if status in ("delivered", "read"):
        row[f"{status}_at"] = least(row.get(f"{status}_at"), event.at_ms)
    if code:
        row["failed_code"] = code
    if billable_as:
        row["billable_as"] = billable_as
