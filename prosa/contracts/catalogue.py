"""A catalogue's items, one key an item in the bucket `prosa_<b>_catalogue`, and their imports.

What is known of the imports is one document in the bucket `prosa_<b>_imports`, under `CATALOGUE`.
"""

from typing import Any

import msgspec

CATALOGUE = "catalogue"
"""Key of the imports' document."""

HISTORY = 50
"""Versions that the document remembers."""


class Item(msgspec.Struct, frozen=True, omit_defaults=True):
    """One item: `fields` by the names the catalogue declares, money and numbers as JSON numbers."""

    key: str
    fields: dict[str, Any]
    v: int = 1


class Version(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One import: `id` is a hash of the items, `number` counts the imports from 1 on.

    `changed` counts items that differ in anything, `prices` those of them whose price does. `kept`
    are items whose new row was wrong, left as they were; `skipped` the wrong rows in all.
    """

    id: str
    number: int
    source: str
    at_ms: int
    items: int
    added: int = 0
    changed: int = 0
    removed: int = 0
    prices: int = 0
    skipped: int = 0
    kept: int = 0
    first: bool = False


class Problem(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Why a source was not taken over: a sentence, and of wrong rows the first with their total."""

    at_ms: int
    source: str
    summary: str
    rows: tuple[str, ...] = ()
    wrong: int = 0


class Feed(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What the source told of itself when it was last read, to ask only for what is new.

    It holds only while `reading`, a hash of the declared fields, is the same.
    """

    source: str
    reading: str
    etag: str = ""
    last_modified: str = ""


class Imports(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """All that is known of a catalogue's imports.

    `current` is the version that is served. `pending` began and has not ended: who comes next ends
    it. `checked_at_ms` is when the source was last looked at, `problem` what was wrong with it then
    (None: nothing). `history` are the versions before and with `current`, newest last.
    """

    current: Version | None = None
    pending: Version | None = None
    feed: Feed | None = None
    checked_at_ms: int = 0
    problem: Problem | None = None
    history: tuple[Version, ...] = ()
    v: int = 1
