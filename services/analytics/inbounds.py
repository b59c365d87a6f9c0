"""What a message of IN becomes: her words. Facts for conversation alone leave no row. Pure."""

from prosa.contracts import inbound
from prosa.contracts.inbound import CustomerBody, Inbound
from services.analytics import words
from services.analytics.rows import Batch, Place, as_json, say


def take(batch: Batch, record: Inbound, place: Place) -> None:
    """Take one message of a mailbox."""
    if batch.forgets(record.contact, place):
        return
    body = record.body
    match body:
        case inbound.Edit(message=message, text=text):
            batch.merge("edits", message).update(wamid=message, text=text, edited=True)
        case inbound.Revoke(message=message):
            batch.merge("edits", message).update(wamid=message, revoked=True)
        case inbound.Reaction():
            pass  # EVT tells it too, after the message it is put on
        case inbound.Standby():
            _overheard(batch, record, body, place)
        case inbound.IdentityChanged(address=address):
            state = batch.contact(record.contact)
            state.phone = address.phone or state.phone
            state.user_id = address.user_id or state.user_id
        case _ if isinstance(body, CustomerBody):
            _hear(batch, record, body, place)
        case _:
            pass


def _hear(batch: Batch, record: Inbound, body: CustomerBody, place: Place) -> None:
    state = batch.contact(record.contact)
    state.phone = record.address.phone or state.phone
    state.user_id = record.address.user_id or state.user_id
    state.name = record.name or state.name
    state.username = record.username or state.username
    state.first_ms = min(state.first_ms or record.at_ms, record.at_ms)
    state.last_in_ms = max(state.last_in_ms or record.at_ms, record.at_ms)
    kind = str(type(body).__struct_config__.tag)
    say(
        batch,
        record.id,
        place,
        contact=record.contact,
        happened_at=record.at_ms,
        direction="in",
        author="customer",
        kind=body.kind if isinstance(body, inbound.Media) else kind,
        text=words.of_inbound(body),
        content=None if isinstance(body, inbound.Text) else as_json(body),
        wamid=record.id,
        reply_to=record.reply_to,
    )
    batch.add("replies", record.id, {"contact": record.contact, "happened_at": record.at_ms})


def _overheard(batch: Batch, record: Inbound, body: inbound.Standby, place: Place) -> None:
    """Keep what was said while another app held the conversation."""
    say(
        batch,
        record.id,
        place,
        contact=record.contact,
        happened_at=record.at_ms,
        direction="out" if body.from_business else "in",
        author="platform" if body.from_business else "customer",
        kind="standby",
        text=body.text,
        wamid=record.id,
    )
