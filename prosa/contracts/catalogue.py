"""Items of a catalogue as they stand in the bucket `prosa_<b>_catalogue`, one key an item."""

from typing import Any

import msgspec


class Item(msgspec.Struct, frozen=True, omit_defaults=True):
    """One item: `fields` by the names the catalogue declares, money and numbers as JSON numbers."""

    key: str
    fields: dict[str, Any]
    v: int = 1
