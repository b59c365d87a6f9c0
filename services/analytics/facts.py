"""What a fact of EVT becomes: turns with their steps, tickets, campaigns, the catalogue. Pure."""

from collections.abc import Callable, Mapping
from typing import Any

from prosa.contracts import events
from prosa.contracts.events import Event
from prosa.contracts.outbound import OutboundId, tracker
from services.analytics import conversations, sends
from services.analytics.rows import Batch, Place, Row, as_json, least, tell

_MOST_ANSWERS = 64
"""A dialogue's turn has a handful; a number gone wrong must not hold the writer up."""


def take(batch: Batch, event: Event, place: Place) -> None:
    """Take one fact. An erasure is not taken here: the writer deletes what the file holds."""
    if not batch.forgets(event.contact, place):
        _TAKE[type(event)](batch, event, place)


# --- conversations --------------------------------------------------------------------------------


def _turn(batch: Batch, turn: events.TurnTaken, place: Place) -> None:
    session = conversations.take_turn(batch.contact(turn.contact), turn, batch.idle_ms)
    if session is not None:
        batch.sessions[session.id] = session
        batch.happened(session.started_ms)
    session_id = session.id if session else ""
    said = conversations.read(turn.steps)
    batch.happened(turn.at_ms)
    common = {
        "contact": turn.contact,
        "session": session_id,
        "happened_at": turn.at_ms,
        "sequence": place.sequence,
    }
    own: Row = {
        "id": turn.id,
        "owner": turn.owner,
        "program": turn.session,
        "cursor": turn.cursor,
        "inbounds": list(turn.inbounds),
        "messages": turn.messages,
        "intent": said.intent,
        "score": said.score,
        "understood": said.understood,
        "handed_off": said.handed_off,
    }
    batch.add("turns", turn.id, own | common)
    for ordinal, step in enumerate(turn.steps):
        decided = {
            "turn": turn.id,
            "ordinal": ordinal,
            "what": str(step.get("kind", "")),
            "flow": str(step.get("flow", "")),
            "step": str(step.get("subject", "")),
            "detail": str(step.get("detail", "")),
            "score": step.get("score"),
        }
        batch.add("steps", (turn.id, ordinal), decided | common)
    for message in (*filter(conversations.is_hers, turn.inbounds), *_answers(turn)):
        batch.merge("turned", message).update(
            id=message,
            contact=turn.contact,
            turn=turn.id,
            session=session_id,
            intent=said.intent,
        )


def _answers(turn: events.TurnTaken) -> list[str]:
    """Name the messages that answer a turn: outbound `<contact>-<cursor>-0`, one after another."""
    outbound = OutboundId(f"{turn.contact}-{turn.cursor}-0")
    return [tracker(outbound, index) for index in range(min(turn.messages, _MOST_ANSWERS))]


def _handoff(batch: Batch, event: events.HandoffRequested, place: Place) -> None:
    tell(
        batch,
        "handoffs",
        event,
        place,
        team=event.team,
        reason=event.reason,
        summary=event.summary,
        slots=as_json(event.slots),
        owner_revision=event.owner_revision,
        session=batch.contact(event.contact).session_id,
    )


def _owner(batch: Batch, event: events.OwnerChanged, place: Place) -> None:
    batch.contact(event.contact).owner = event.owner
    tell(
        batch,
        "owners",
        event,
        place,
        owner=event.owner,
        previous=event.previous,
        owner_revision=event.owner_revision,
        by_whom=event.by,
    )


def _preference(batch: Batch, event: events.PreferenceChanged, place: Place) -> None:
    state = batch.contact(event.contact)
    state.marketing = "stopped" if event.value == "stop" else "granted"
    tell(
        batch,
        "preferences",
        event,
        place,
        value=event.value,
        source=event.source,
        category=event.category,
    )
    if event.value == "stop":
        batch.add("opt_outs", event.id, {"contact": event.contact, "happened_at": event.at_ms})


def _reaction(batch: Batch, event: events.ReactionSeen, _: Place) -> None:
    batch.merge("reactions", event.message).update(wamid=event.message, reaction=event.emoji)


# --- people ---------------------------------------------------------------------------------------


def _ticket(batch: Batch, event: events.TicketChanged, place: Place) -> None:
    tell(
        batch,
        "ticket_changes",
        event,
        place,
        ticket=event.ticket,
        change=event.change,
        status=event.status,
        team=event.team,
        agent=event.agent,
        by_whom=event.by,
        late_for=event.late_for,
        rating=event.rating or None,
    )
    row = batch.merge("tickets", event.ticket)
    if not row:
        row |= {
            "ticket": event.ticket,
            "contact": event.contact,
            "revision": -1,
            "opened_at": event.opened_at_ms or event.at_ms,
            "late_first_reply": False,
            "late_resolution": False,
        }
    if event.revision > row["revision"]:
        row |= {
            "revision": event.revision,
            "status": event.status,
            "team": event.team,
            "agent": event.agent,
        }
    match event.change:
        case "claimed":
            row["claimed_at"] = least(row.get("claimed_at"), event.at_ms)
        case "first_reply":
            row["first_reply_at"] = least(row.get("first_reply_at"), event.at_ms)
        case "closed":
            row["closed_at"] = event.at_ms
        case "rated":
            row["rating"] = event.rating or None
        case "breached":
            row["late_first_reply"] |= event.late_for == "first_reply"
            row["late_resolution"] |= event.late_for == "resolution"
        case _:
            pass


# --- business -------------------------------------------------------------------------------------


def _item_added(batch: Batch, event: events.ItemAdded, place: Place) -> None:
    _catalogue(batch, event, place, "added", event.item.fields, item=event.item.key)


def _item_removed(batch: Batch, event: events.ItemRemoved, place: Place) -> None:
    _catalogue(batch, event, place, "removed", event.item.fields, item=event.item.key)


def _price(batch: Batch, event: events.PriceChanged, place: Place) -> None:
    _catalogue(
        batch,
        event,
        place,
        "price",
        event.item.fields,
        item=event.item.key,
        previous=event.previous,
        price=event.price,
    )


def _imported(batch: Batch, event: events.CatalogueImported, place: Place) -> None:
    counted = {
        "source": event.source,
        "items": event.items,
        "added": event.added,
        "changed": event.changed,
        "removed": event.removed,
        "first": event.first,
    }
    _catalogue(batch, event, place, "imported", counted, item="")


def _catalogue(
    batch: Batch,
    event: events.ItemAdded | events.ItemRemoved | events.PriceChanged | events.CatalogueImported,
    place: Place,
    change: str,
    detail: Mapping[str, Any],
    **columns: Any,
) -> None:
    tell(
        batch,
        "catalogue_changes",
        event,
        place,
        version=event.version,
        change=change,
        detail=as_json(detail),
        **columns,
    )


def _campaign(batch: Batch, event: events.CampaignRan, place: Place) -> None:
    tell(
        batch,
        "campaign_runs",
        event,
        place,
        campaign=event.campaign,
        run=event.run,
        considered=event.considered,
        queued=event.queued,
        skipped=as_json(event.skipped),
    )


def _notice(
    batch: Batch, event: events.AccountNotified | events.WebhookUnknown, place: Place
) -> None:
    tell(
        batch,
        "notices",
        event,
        place,
        kind=event.kind,
        field=event.field,
        account=event.account,
        value=bytes(event.value).decode(errors="replace") or "null",
    )


def _nothing(*_: object) -> None:
    pass


_TAKE: Mapping[type[Event], Callable[[Batch, Any, Place], None]] = {
    events.StatusReceived: sends.status,
    events.TurnTaken: _turn,
    events.MessageSent: sends.sent,
    events.SendFailed: sends.failed,
    events.HandoffRequested: _handoff,
    events.OwnerChanged: _owner,
    events.PreferenceChanged: _preference,
    events.EchoSeen: sends.echo,
    events.ReactionSeen: _reaction,
    events.TicketChanged: _ticket,
    events.ItemAdded: _item_added,
    events.ItemRemoved: _item_removed,
    events.PriceChanged: _price,
    events.CatalogueImported: _imported,
    events.CampaignRan: _campaign,
    events.ContactErased: _nothing,
    events.AccountNotified: _notice,
    events.WebhookUnknown: _notice,
}
"""Every event has its place; a test holds the two together."""
