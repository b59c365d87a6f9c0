"""What an import changes, and the facts that tell of it. Pure.

An event's id names the import by its number, the item and the change: an import that is repeated
after a crash tells each change under the id it had.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from prosa.contracts.catalogue import Item, Version
from prosa.contracts.events import (
    CatalogueImported,
    Event,
    ItemAdded,
    ItemRemoved,
    PriceChanged,
)
from prosa.contracts.identity import NO_CONTACT

_SAFE = re.compile(r"[A-Za-z0-9_-]{1,100}")

Stock = Mapping[str, Item]
"""Items by the key that they have in the bucket."""


def bucket_key(item_key: str) -> str:
    """Name an item in the bucket: by its own key where NATS allows it, else by a digest of it."""
    if _SAFE.fullmatch(item_key):
        return item_key
    return "x." + hashlib.blake2b(item_key.encode(), digest_size=15).hexdigest()


def stock(items: Iterable[Item]) -> dict[str, Item]:
    """Give items by the key that they have in the bucket."""
    return {bucket_key(item.key): item for item in items}


def content(items: Stock) -> str:
    """Name a version: the same items have the same name, in whatever order they come."""
    hashed = hashlib.blake2b(digest_size=8)
    encode = msgspec.json.Encoder(order="sorted").encode
    for key in sorted(items):
        hashed.update(encode(items[key]))
    return hashed.hexdigest()


class Diff(msgspec.Struct, frozen=True):
    """From one stock to the next, by bucket key.

    `changed` are items as they are now, `prices` those of them with another price: before, after.
    """

    added: Stock
    changed: Stock
    removed: Stock
    prices: Mapping[str, tuple[float, float]]

    def __bool__(self) -> bool:
        """Tell whether anything differs."""
        return bool(self.added or self.changed or self.removed)

    @property
    def written(self) -> dict[str, Item]:
        """What the bucket must take."""
        return {**self.added, **self.changed}


def compare(before: Stock, after: Stock, price_field: str) -> Diff:
    """Tell what differs; prices are numbers in `price_field` (empty: there are none)."""
    changed = {key: item for key, item in after.items() if key in before and before[key] != item}
    prices = {}
    for key, item in changed.items():
        was, now = _price(before[key], price_field), _price(item, price_field)
        if was is not None and now is not None and was != now:
            prices[key] = (was, now)
    return Diff(
        {key: item for key, item in after.items() if key not in before},
        changed,
        {key: item for key, item in before.items() if key not in after},
        prices,
    )


def events(diff: Diff, version: Version) -> Iterator[Event]:
    """Tell a diff, item by item; the first import ever tells none."""
    if version.first:
        return
    for key, item in diff.added.items():
        yield ItemAdded(**_named(version, "added", key), item=item)
    for key, item in diff.removed.items():
        yield ItemRemoved(**_named(version, "removed", key), item=item)
    for key, (was, now) in diff.prices.items():
        yield PriceChanged(
            **_named(version, "price", key, was, now),
            item=diff.changed[key],
            previous=was,
            price=now,
        )


def imported(version: Version) -> CatalogueImported:
    """Tell that an import is done."""
    return CatalogueImported(
        **_named(version, "imported"),
        source=version.source,
        items=version.items,
        added=version.added,
        changed=version.changed,
        removed=version.removed,
        first=version.first,
    )


def _named(version: Version, *what: object) -> dict[str, Any]:
    return {
        "id": ":".join(map(str, ("catalogue", version.number, *what))),
        "contact": NO_CONTACT,
        "at_ms": version.at_ms,
        "version": version.id,
    }


def _price(item: Item, field: str) -> float | None:
    value = item.fields.get(field) if field else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)
