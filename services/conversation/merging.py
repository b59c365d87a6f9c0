"""Joins what is known of one person under two keys, once Meta has told that they are one. Pure.

A new number may write before Meta tells whose it is: it is then a contact of its own for a while.
What she asked for or refused there holds; who speaks with her is not joined, because a ticket
belongs to the key under which it was opened.
"""

from typing import Literal

import msgspec

from prosa.contracts.contact import SEEN_LIMIT, Contact

Marketing = Literal["unknown", "granted", "stopped"]


def joined(contact: Contact, other: Contact) -> Contact:
    """Give the document after `other`, which was the same person, has been joined to it."""
    older, newer = sorted((contact, other), key=lambda each: each.last_inbound_at_ms)
    shown = dict.fromkeys(newer.seen)
    seen = (*(key for key in older.seen if key not in shown), *shown)
    search = max(older, newer, key=lambda each: each.searched_at_ms)
    return msgspec.structs.replace(
        contact,
        name=newer.name or older.name,
        username=newer.username or older.username,
        locale=newer.locale or older.locale,
        first_inbound_at_ms=min(
            filter(None, (older.first_inbound_at_ms, newer.first_inbound_at_ms)), default=0
        ),
        last_inbound_at_ms=newer.last_inbound_at_ms,
        last_inbound_id=newer.last_inbound_id,
        window_closed=newer.window_closed,
        marketing=_marketing(older, newer),
        marketing_capped_at_ms=max(older.marketing_capped_at_ms, newer.marketing_capped_at_ms),
        session=newer.session or older.session,
        tags=tuple(sorted({*older.tags, *newer.tags})),
        attributes={**older.attributes, **newer.attributes},
        searched=search.searched,
        searched_at_ms=search.searched_at_ms,
        seen=seen[-SEEN_LIMIT:],
        recent=_recent(older, newer),
    )


def _marketing(older: Contact, newer: Contact) -> Marketing:
    """Keep a no, whenever it was said; a yes is hers, under either key."""
    said = {older.marketing, newer.marketing}
    return "stopped" if "stopped" in said else "granted" if "granted" in said else "unknown"


def _recent(older: Contact, newer: Contact) -> dict[str, str]:
    """Know the messages of both again, should Meta repeat one."""
    days = older.recent.keys() | newer.recent.keys()
    return {day: older.recent.get(day, "") + newer.recent.get(day, "") for day in days}
