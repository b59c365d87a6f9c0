"""What happened that campaigns act on: changes of the catalogue, and outbounds that did not leave.

Pure: events of EVT in, rows for the records out. An event's id names its change, so that one told
twice is one.
"""

from collections.abc import Iterable
from typing import Any, Literal

import msgspec

from prosa.campaigns.rules import FREED
from prosa.contracts.campaigns import is_campaigns
from prosa.contracts.catalogue import Item
from prosa.contracts.events import Event, ItemAdded, ItemRemoved, PriceChanged, SendFailed
from prosa.contracts.outbound import OutboundId


class ItemState(msgspec.Struct, frozen=True):
    """An item as an event told it; `price` is None where it has none."""

    key: str
    fields: dict[str, Any]
    price: float | None
    version: str
    at_ms: int
    added: bool = False
    removed: bool = False


class Change(msgspec.Struct, frozen=True):
    """Something new or of another price: `previous` and `price` are set for the latter."""

    event: str
    kind: Literal["added", "price"]
    item: str
    at_ms: int
    previous: float | None = None
    price: float | None = None


class Loss(msgspec.Struct, frozen=True):
    """An outbound that did not leave or arrive; `free` when its occasion may be used again."""

    outbound: str
    reason: str
    free: bool


def of_catalogue(events: Iterable[Event], price_field: str) -> tuple[list[ItemState], list[Change]]:
    """Read catalogue events, in their order."""
    states: list[ItemState] = []
    changes: list[Change] = []
    for event in events:
        if isinstance(event, ItemAdded | ItemRemoved | PriceChanged):
            states.append(_state(event, price_field))
        if isinstance(event, ItemAdded):
            changes.append(Change(event.id, "added", event.item.key, event.at_ms))
        elif isinstance(event, PriceChanged):
            changes.append(
                Change(event.id, "price", event.item.key, event.at_ms, event.previous, event.price)
            )
    return states, changes


def _state(event: ItemAdded | ItemRemoved | PriceChanged, price_field: str) -> ItemState:
    price = event.price if isinstance(event, PriceChanged) else _price(event.item, price_field)
    return ItemState(
        event.item.key,
        event.item.fields,
        price,
        event.version,
        event.at_ms,
        added=isinstance(event, ItemAdded),
        removed=isinstance(event, ItemRemoved),
    )


def _price(item: Item, field: str) -> float | None:
    value = item.fields.get(field)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def of_failures(events: Iterable[Event]) -> list[Loss]:
    """Read which campaigns' outbounds failed, and why."""
    return [
        Loss(event.outbound, event.reason, event.reason in FREED)
        for event in events
        if isinstance(event, SendFailed) and is_campaigns(OutboundId(event.outbound))
    ]
