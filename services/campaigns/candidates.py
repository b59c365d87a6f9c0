"""A contact as a campaign sees her: a row of the read model, and what campaigns wrote to her."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from prosa.campaigns.rules import Person
from prosa.contracts.contact import SERVICE_WINDOW_MS
from prosa.contracts.identity import Address, ContactKey


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """One row of `analytics.contacts`; times in milliseconds, 0 where there is none.

    `time_zone` is empty where nobody has said it: then it is that of her number.
    """

    contact: ContactKey
    address: Address
    name: str = ""
    locale: str = ""
    time_zone: str = ""
    owner: str = "bot"
    flow_open: bool = False
    marketing: str = "unknown"
    capped_at_ms: int = 0
    unreachable: str = ""
    first_inbound_at_ms: int = 0
    last_inbound_at_ms: int = 0
    window_closed: bool = False
    tags: tuple[str, ...] = ()
    attributes: Mapping[str, Any] = {}
    slots: Mapping[str, Any] = {}
    searched: Mapping[str, Any] = {}
    searched_at: datetime | None = None
    seen: tuple[str, ...] = ()

    @property
    def person(self) -> Person:
        """What the rules look at."""
        return Person(
            owner=self.owner,
            flow_open=self.flow_open,
            last_inbound_at_ms=self.last_inbound_at_ms,
            marketing=self.marketing,
            capped_at_ms=self.capped_at_ms,
            unreachable=bool(self.unreachable),
        )

    def window_open(self, now_ms: int) -> bool:
        """Tell whether free-form messages may leave."""
        return not self.window_closed and now_ms - self.last_inbound_at_ms < SERVICE_WINDOW_MS


class History(msgspec.Struct, frozen=True):
    """What campaigns wrote to a contact.

    `lately` holds when, of all campaigns, an outbound each. `used` are the occasions of this
    campaign; `attempts` counts those of them that were used in vain and are free again.
    """

    lately: tuple[int, ...] = ()
    used: frozenset[str] = frozenset()
    attempts: Mapping[str, int] = {}


NOTHING = History()
