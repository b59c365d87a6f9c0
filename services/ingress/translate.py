"""What a webhook means: one change of Meta's becomes inbounds and events of ours. Pure.

Nothing is dropped. What has no name here, or does not fit, becomes `WebhookUnknown` with the item
as it came; a message of a customer's with a type of tomorrow goes to her mailbox as `Unknown`,
because she waits for an answer. Each item is translated on its own: a broken one costs itself
alone.

Contacts are provisional: `Update.person` says whose it is, and the caller replaces `record.contact`
once it knows under which key she is kept.
"""

from collections.abc import Iterator

from prosa.contracts import events
from prosa.contracts.identity import NO_CONTACT
from services.ingress import messages, meta, moves, notices, statuses
from services.ingress.meta import UNREADABLE, Raw
from services.ingress.updates import Origin, Read, Update, named, unknown

ACCOUNT_FIELDS = frozenset(
    {
        "account_alerts",
        "account_review_update",
        "account_settings_update",
        "account_update",
        "business_capability_update",
        "business_username_update",
        "message_template_components_update",
        "message_template_quality_update",
        "message_template_status_update",
        "partner_solutions",
        "payment_configuration_update",
        "phone_number_name_update",
        "phone_number_quality_update",
        "security",
        "template_category_update",
        "template_correct_category_detection",
    }
)
"""Fields about a number, an account or a template (Meta, "Webhooks" overview)."""


def updates(value: Raw, origin: Origin) -> list[Update]:
    """Translate one change; at least one update comes out of each."""
    read = _FIELDS.get(origin.field)
    if read is None:
        known = origin.field in ACCOUNT_FIELDS
        return [_account(value, origin) if known else unknown(value, origin, "field")]
    if not origin.number:
        return [unknown(value, origin, "no_number")]
    return _guarded(read, value, origin) or [unknown(value, origin, "empty")]


def _messages(value: Raw, origin: Origin) -> Iterator[Update]:
    content = meta.read_messages(value)
    yield from _each(content.messages, origin, messages.reader(content))
    yield from _each(content.statuses, origin, statuses.read_status)
    yield from _each(content.errors, origin, statuses.read_error)


def _standby(value: Raw, origin: Origin) -> Iterator[Update]:
    content = meta.read_standby(value).standby
    yield from _each(content.messages, origin, notices.standby_reader(content))
    yield from _each(content.message_echoes, origin, notices.read_standby_echo)
    yield from _each(content.statuses, origin, statuses.read_status)


def _echoes(value: Raw, origin: Origin) -> Iterator[Update]:
    yield from _each(meta.read_messages(value).message_echoes, origin, notices.read_echo)


def _preferences(value: Raw, origin: Origin) -> Iterator[Update]:
    yield from _each(meta.read_preferences(value).user_preferences, origin, notices.read_preference)


def _user_ids(value: Raw, origin: Origin) -> Iterator[Update]:
    yield from _each(
        meta.read_user_id_updates(value).user_id_update, origin, moves.read_user_id_update
    )


def _account(value: Raw, origin: Origin) -> Update:
    record = events.AccountNotified(
        id=named("account", origin.account, origin.field, origin.stamp, value),
        contact=NO_CONTACT,
        at_ms=origin.at_ms,
        field=origin.field,
        account=origin.account,
        value=value,
    )
    return Update(record, "account")


def _each(items: list[Raw] | None, origin: Origin, read: Read) -> Iterator[Update]:
    for item in items or ():
        yield from _guarded(read, item, origin)


def _guarded(read: Read, item: Raw, origin: Origin) -> list[Update]:
    """Translate an item; one that does not fit, or that we fail at, is kept as it came."""
    try:
        return list(read(item, origin))
    except UNREADABLE:
        return [unknown(item, origin, "shape")]
    except Exception:  # noqa: BLE001 - a fault of ours in one item must not cost the other 999
        return [unknown(item, origin, "fault")]


_FIELDS: dict[str, Read] = {
    "messages": _messages,
    "standby": _standby,
    "smb_message_echoes": _echoes,
    "message_echoes": _echoes,
    "messaging_handovers": notices.read_handover,
    "user_preferences": _preferences,
    "user_id_update": _user_ids,
}
