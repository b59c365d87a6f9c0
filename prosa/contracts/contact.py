"""The contact document: one KV entry a customer, written by conversation alone.

One compare-and-set of it is a turn's commit: new state, new cursor and the outbox together.
"""

import base64
import hashlib
from typing import Any, Literal

import msgspec

from prosa.contracts.dead_letter import DeadLetter
from prosa.contracts.events import Event, Owner
from prosa.contracts.identity import Address, ContactKey
from prosa.contracts.outbound import Outbound
from prosa.contracts.session import Session

SERVICE_WINDOW_MS = 24 * 3600 * 1000
"""Meta, "Service messages": counted from the customer's last message."""

RECENT_DAYS = 8
"""Meta repeats a webhook for 7 days; a day of grace."""

RECENT_LIMIT = 4096
"""Ids kept a contact; in 8 days nobody writes so many by hand."""

SEEN_LIMIT = 50
"""Items remembered a contact, for campaigns about them."""

_DAY_MS = 24 * 3600 * 1000
_DIGEST_CHARACTERS = 11
"""64 bits in base64: two of 4,096 ids collide once in 10^12 contacts."""


class Contact(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """All that is known of one customer of one Chatbot.

    `cursor` is the stream sequence on IN of the last inbound that a committed turn included.
    `owner_revision` counts the changes of `owner`. `recent` maps a day (number since 1970) to the
    joined digests of the inbound ids handled on it. `outbox` is what the last commit has to
    publish. `attributes` are the dialogue's lasting notes, `tags` its labels. `searched` is her
    last search of the catalogue as its tool's form (`{"where": {…}}`), made at `searched_at_ms`;
    `seen` are the keys of items that she was shown, newest last, at most `SEEN_LIMIT`.
    `told_closed_at_ms` is when she last heard that people do not answer now.
    """

    key: ContactKey
    address: Address = Address()
    phone_number_id: str = ""
    name: str = ""
    username: str = ""
    locale: str = ""
    cursor: int = 0
    owner: Owner = "bot"
    owner_revision: int = 0
    owner_since_ms: int = 0
    agent: str = ""
    team: str = ""
    human_spoke_at_ms: int = 0
    told_closed_at_ms: int = 0
    first_inbound_at_ms: int = 0
    last_inbound_at_ms: int = 0
    last_inbound_id: str = ""
    window_closed: bool = False
    marketing: Literal["unknown", "granted", "stopped"] = "unknown"
    marketing_capped_at_ms: int = 0
    unreachable: str = ""
    session: Session | None = None
    tags: tuple[str, ...] = ()
    attributes: dict[str, Any] = {}
    searched: dict[str, Any] = {}
    searched_at_ms: int = 0
    seen: tuple[str, ...] = ()
    recent: dict[str, str] = {}
    outbox: tuple[Outbound | Event | DeadLetter, ...] = ()
    v: int = 1


def window_open(contact: Contact, now_ms: int) -> bool:
    """Tell whether free-form messages may leave: 24 h from her last, unless Meta said no."""
    return not contact.window_closed and now_ms - contact.last_inbound_at_ms < SERVICE_WINDOW_MS


def digest(inbound_id: str, replay: int = 0) -> str:
    """Shorten an inbound's id to what `recent` keeps; a replayed one counts as another."""
    text = f"{inbound_id}#{replay}" if replay else inbound_id
    hashed = hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=8).digest()
    return base64.urlsafe_b64encode(hashed)[:_DIGEST_CHARACTERS].decode()


def is_recent(contact: Contact, inbound_digest: str) -> bool:
    """Tell whether an inbound was handled within `RECENT_DAYS`."""
    for digests in contact.recent.values():
        at = digests.find(inbound_digest)
        while at >= 0:
            if at % _DIGEST_CHARACTERS == 0:
                return True
            at = digests.find(inbound_digest, at + 1)
    return False


def remember(recent: dict[str, str], digests: list[str], now_ms: int) -> dict[str, str]:
    """Add a turn's ids; forget those older than `RECENT_DAYS` or beyond `RECENT_LIMIT`."""
    today = now_ms // _DAY_MS
    kept = {day: ids for day, ids in recent.items() if int(day) > today - RECENT_DAYS}
    kept[str(today)] = kept.get(str(today), "") + "".join(digests)
    excess = sum(map(len, kept.values())) - RECENT_LIMIT * _DIGEST_CHARACTERS
    for day in sorted(kept, key=int):
        if excess <= 0:
            break
        cut = min(excess, len(kept[day]))
        kept[day] = kept[day][cut:]
        excess -= cut
    return {day: ids for day, ids in kept.items() if ids}
