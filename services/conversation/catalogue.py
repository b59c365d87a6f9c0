"""The catalogue as the dialogue searches it: the bucket's items, kept in memory and kept fresh.

Each look asks the bucket for its newest revision and reads only what came after the last one seen.
"""

import asyncio
from typing import Any

from prosa.catalogue.search import Catalogue, query
from prosa.contracts.catalogue import Item
from prosa.jetstream.buckets import Bucket

VOCABULARY_LIMIT = 500
"""Distinct values of a field that a dialogue may offer or recognise."""


class CatalogueInMemory:
    """One bot's items. `refresh` brings them up to date; everything else is in memory."""

    def __init__(self, bucket: Bucket[Item]) -> None:
        self._bucket = bucket
        self._items: dict[str, Item] = {}
        self._revision = 0
        self._catalogue = Catalogue(())
        self._vocabulary: dict[str, tuple[str, ...]] = {}

    async def refresh(self) -> bool:
        """Read what changed; tells whether something did. Raises Unavailable."""
        newest = await self._bucket.last_revision()
        if newest < self._revision:  # the bucket was made anew: its revisions began again
            self._items, self._revision = {}, 0
        if newest <= self._revision:
            return False
        async for key, entry in self._bucket.entries(after=self._revision):
            if entry is None:
                self._items.pop(key, None)
            else:
                self._items[key] = entry.value
                self._revision = entry.revision
        # deletions at the end carry no entry: ask again rather than read them for ever
        self._revision = max(self._revision, await self._bucket.last_revision())
        fresh = Catalogue(tuple(self._items.values()))
        # the loop goes on meanwhile: folding 100,000 items takes longer than a customer waits
        self._catalogue = await asyncio.to_thread(fresh.prepare, *self._catalogue.asked)
        self._vocabulary = {}
        return True

    def search(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """Answer a catalogue call: `{"items": [fields…], "total": n}`; `id` is an item's key.

        Raises ValueError when the search makes no sense.
        """
        sort = wanted.get("sort") or ""
        form = {
            "where": wanted.get("where"),
            "sort": f"-{sort}" if sort and wanted.get("descending") else sort,
            "limit": wanted.get("limit"),
        }
        found = self._catalogue.search(query(form))
        items = [{**item.fields, "id": item.key} for item in found.items]
        return {"items": items, "total": found.total}

    def vocabulary(self, fields: frozenset[str]) -> dict[str, tuple[str, ...]]:
        """Give the distinct texts of each field, the most frequent first."""
        return {field: self._values(field) for field in fields}

    def _values(self, field: str) -> tuple[str, ...]:
        known = self._vocabulary.get(field)
        if known is None:
            counts: dict[str, int] = {}
            for item in self._items.values():
                value = item.fields.get(field)
                if isinstance(value, str) and value:
                    counts[value] = counts.get(value, 0) + 1
            ordered = sorted(counts, key=lambda text: (-counts[text], text))
            known = self._vocabulary[field] = tuple(ordered[:VOCABULARY_LIMIT])
        return known
