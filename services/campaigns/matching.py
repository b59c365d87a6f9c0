"""Whom news concerns: her last search finds it, or she was shown the item. Pure.

Many contacts meet few items, and people search for the same things: what a search finds is kept by
the search. A misspelling that the dialogue forgave with the whole catalogue in view is not forgiven
here, where a Golf is all that is left for who wanted a Gol.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from prosa.catalogue import search
from prosa.catalogue.search import Catalogue, Query
from prosa.contracts.catalogue import Item
from services.campaigns.news import News

Match = Literal["lastSearch", "seen", "seenOrSearch"]

MOST = 50
"""News that one message covers at most."""

_KEPT = 10_000
"""Searches whose finds are kept; a few hundred bytes each."""

_encode = msgspec.json.Encoder(order="sorted").encode


class Matcher:
    """The news of one run, to be asked contact by contact."""

    def __init__(self, news: Sequence[News], match: Match) -> None:
        """`news` come best first."""
        self._news = {each.item.key: each for each in news}
        self._place = {key: place for place, key in enumerate(self._news)}
        self._by_search = match != "seen"
        self._by_sight = match != "lastSearch"
        self._by_fall = any(each.price is not None for each in news)
        self._catalogue = Catalogue([each.item for each in news])
        self._found: dict[bytes, tuple[str, ...]] = {}

    def concerning(self, searched: Mapping[str, Any], seen: Sequence[str]) -> tuple[News, ...]:
        """Give what concerns a contact, best first: what she searched for, in its order."""
        keys = dict.fromkeys(self._by_searching(searched) if self._by_search else ())
        if self._by_sight:
            keys |= dict.fromkeys(key for key in reversed(seen) if key in self._news)
        order = sorted(keys, key=self._place.__getitem__) if self._by_fall else keys
        return tuple(self._news[key] for key in order)[:MOST]

    def asks(self, searched: Mapping[str, Any], seen: Sequence[str]) -> bool:
        """Tell whether there is anything to match her by."""
        return bool(self._by_search and searched.get("where")) or bool(self._by_sight and seen)

    def _by_searching(self, searched: Mapping[str, Any]) -> tuple[str, ...]:
        if not searched.get("where"):
            return ()
        form = _encode(searched)
        if (found := self._found.get(form)) is None:
            if len(self._found) >= _KEPT:
                self._found.clear()
            found = self._found[form] = self._search(searched)
        return found

    def _search(self, searched: Mapping[str, Any]) -> tuple[str, ...]:
        try:
            query = search.query(searched)
        except ValueError:  # of a dialogue that has been rewritten since
            return ()
        if not query.where:
            return ()
        everything = msgspec.structs.replace(query, limit=len(self._news))
        found = self._catalogue.search(everything).items
        return tuple(item.key for item in found if _holds_words(item, query))


def _holds_words(item: Item, query: Query) -> bool:
    """Tell whether each text that was searched stands in the item as it was said."""
    for condition in query.where:
        wanted = condition.value
        texts = wanted if isinstance(wanted, list | tuple) else (wanted,)
        if condition.operator != "is" or not all(isinstance(text, str) for text in texts):
            continue
        words = f" {search.fold(str(item.fields.get(condition.field, '')))} "
        if not any(
            all(f" {word} " in words for word in search.fold(text).split()) for text in texts
        ):
            return False
    return True
