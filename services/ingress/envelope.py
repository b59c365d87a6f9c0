"""Opens a webhook: its changes, one by one, each with the entry it came in. Pure.

What has not the shape of an entry or a change is handed on as a change of no field: it was signed,
so somebody may want to know what it was.
"""

from collections.abc import Iterator

import msgspec

from prosa.errors import ProsaError
from services.ingress import meta
from services.ingress.meta import Raw

NO_FIELD = ""
_NO_ENTRY = meta.Entry([])


class NotJson(ProsaError):
    """The body is no JSON text, or nested beyond all reason."""


def changes(body: bytes) -> Iterator[tuple[meta.Change, meta.Entry]]:
    """Give the changes of a body in its order. Raises NotJson before the first."""
    envelope = _read(body)
    if isinstance(envelope, Raw):
        return iter([(meta.Change(NO_FIELD, envelope), _NO_ENTRY)])
    return _walk(envelope)


def number(value: Raw) -> str:
    """Find the business number that a change is for; empty when it names none."""
    found = meta.read_addressee.or_none(value)
    named = (found.metadata or found.recipient) if found is not None else None
    return meta.said(named.phone_number_id) if named is not None else ""


def _read(body: bytes) -> meta.Envelope | Raw:
    try:
        if not body.isascii():
            body.decode()  # raw parts are passed on unread, and must be UTF-8 like the rest
        return meta.read_envelope(body)
    except msgspec.ValidationError:
        whole = meta.read_raw.or_none(body)
        if whole is None:
            raise NotJson("the body is no JSON text") from None
        return whole
    except meta.UNREADABLE:
        raise NotJson("the body is no JSON text") from None  # the cause would quote the body


def _walk(envelope: meta.Envelope) -> Iterator[tuple[meta.Change, meta.Entry]]:
    for raw_entry in envelope.entry:
        entry = meta.read_entry.or_none(raw_entry)
        if entry is None:
            nameless = meta.read_nameless_entry.or_none(raw_entry)
            if nameless is None:
                yield meta.Change(NO_FIELD, raw_entry), _NO_ENTRY
                continue
            entry = meta.Entry(nameless.changes)
        for raw_change in entry.changes:
            change = meta.read_change.or_none(raw_change)
            yield change or meta.Change(NO_FIELD, raw_change), entry
