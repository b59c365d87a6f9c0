"""Reads what became of the messages that we sent. Pure."""

from collections.abc import Iterator

from prosa.contracts import events
from prosa.contracts.identity import NO_CONTACT, Address, ContactKey, contact_key, is_contact_key
from prosa.contracts.outbound import read_tracker
from services.ingress import meta, people
from services.ingress.meta import Raw, said
from services.ingress.people import NOBODY
from services.ingress.updates import Origin, Update, milliseconds, named, safe


def read_status(item: Raw, origin: Origin) -> Iterator[Update]:
    """Read one status; our tracker names the contact, else the recipient does."""
    status = meta.read_status(item)
    tracker = status.biz_opaque_callback_data or ""
    tracked = _tracked_contact(tracker)
    group = status.recipient_type == "group"
    person = NOBODY if tracked or group else _recipient(status)
    parts = (status.id, status.status, said(status.recipient_participant_id))
    record = events.StatusReceived(
        id=safe("/".join(filter(None, parts))) or named("status", *parts),
        contact=tracked or (NO_CONTACT if person == NOBODY else contact_key(person)),
        at_ms=milliseconds(status.timestamp, origin.received_at_ms),
        wamid=status.id,
        status=status.status,
        phone_number_id=origin.number,
        tracker=tracker,
        errors=tuple(_status_error(error) for error in status.errors or ()),
        billable_as=_billable_as(status.pricing),
    )
    yield Update(record, "status", person, known_only=True)


def _tracked_contact(tracker: str) -> ContactKey | None:
    """Read the contact out of `<c>-<sequence>-<n>/<index>`, the tracker of a turn's message."""
    read = read_tracker(tracker)
    if read is None:
        return None
    contact, *numbers = read[0].rsplit("-", 2)
    ours = len(numbers) == 2 and all(number.isdecimal() for number in numbers)  # noqa: PLR2004 - sequence and n
    if not ours or not is_contact_key(contact):
        return None
    return ContactKey(contact)


def _recipient(status: meta.Status) -> Address:
    return people.address(status.recipient_id, status.recipient_user_id)


def _status_error(error: meta.Error) -> events.StatusError:
    details = error.error_data.details if error.error_data is not None else None
    return events.StatusError(code=error.code, title=error.title or "", details=details or "")


def _billable_as(pricing: meta.Pricing | None) -> str:
    if pricing is None or not (pricing.type or pricing.category):
        return ""
    return f"{pricing.type or 'regular'}/{pricing.category or ''}"


def read_error(item: Raw, origin: Origin) -> Iterator[Update]:
    """Read an error of the number or the app, with no message behind it (Meta, messages/errors)."""
    meta.read_error(item)
    record = events.AccountNotified(
        id=named("error", origin.number, item),
        contact=NO_CONTACT,
        at_ms=origin.at_ms,
        field="errors",
        account=origin.account,
        value=item,
    )
    yield Update(record, "error")
