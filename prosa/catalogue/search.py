"""Finds items: what the dialogue's catalogue tool asks, answered from memory, purely.

    {where: {model: "corola", price: {atMost: 90000}, gearbox: null}, sort: price, limit: 5}

A condition without a value is no condition: the customer has not said it yet. A text matches when
it is the same but for case and accents, or holds all the words; only when no item does so is a
misspelling forgiven.
"""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import msgspec
from rapidfuzz import fuzz, process

from prosa.contracts.catalogue import Item

Operator = Literal["is", "not", "equals", "contains", "atMost", "atLeast"]
OPERATORS = ("is", "not", "equals", "contains", "atMost", "atLeast", "between")

LIMIT = 10
"""Items given unless the query says otherwise: as many as a WhatsApp list has rows."""

_CLOSE = 80.0
"""Least likeness of a misspelt text, 0 to 100: "corola" and "onyx" find Corolla and Onix."""

_EXACT, _HOLDS, _MISS = 0, 1, 2
_PAIR = 2


class Condition(msgspec.Struct, frozen=True):
    """One field and what is wanted of it; `is` means like this text, or equal to this number."""

    field: str
    operator: Operator
    value: Any


class Query(msgspec.Struct, frozen=True):
    """What is looked for. `sort` is a field's name, with `-` before it for the largest first."""

    where: tuple[Condition, ...] = ()
    sort: str = ""
    limit: int = LIMIT


def query(form: Mapping[str, Any]) -> Query:
    """Read a query from the dialogue's form; null and empty values are left out.

    Raises ValueError that names the key and the remedy.
    """
    if unknown := set(form) - {"catalogue", "where", "sort", "limit"}:
        raise ValueError(f"{min(unknown)}: a search has where, sort and limit")
    limit = LIMIT if _blank(form.get("limit")) else form["limit"]
    if not isinstance(limit, int) or limit < 1:
        raise ValueError("limit: write a whole number from 1 on")
    where = form.get("where") or {}
    if not isinstance(where, Mapping):
        raise ValueError("where: write fields and their values")  # noqa: TRY004 - the form is wrong
    conditions = [c for field, value in where.items() for c in _conditions(field, value)]
    return Query(tuple(conditions), str(form.get("sort") or ""), limit)


def _conditions(field: str, value: Any) -> list[Condition]:
    if not isinstance(value, Mapping):
        return [] if _blank(value) else [Condition(field, "is", value)]
    found = []
    for operator, wanted in value.items():
        if operator not in OPERATORS:
            raise ValueError(f"where.{field}: {operator} is not one of {', '.join(OPERATORS)}")
        if operator == "between":
            if not isinstance(wanted, list | tuple) or len(wanted) != _PAIR:
                raise ValueError(f"where.{field}.between: write two values, [least, most]")
            found += _conditions(field, {"atLeast": wanted[0], "atMost": wanted[1]})
        elif not _blank(wanted):
            found.append(Condition(field, operator, wanted))
    return found


def _blank(value: Any) -> bool:
    return value is None or value in ("", [], ())


class Found(msgspec.Struct, frozen=True):
    """The items of an answer, and how many matched before the limit cut."""

    items: tuple[Item, ...]
    total: int


def search(items: Sequence[Item], wanted: Query) -> Found:
    """Find items once; who asks again and again keeps a `Catalogue`."""
    return Catalogue(items).search(wanted)


class Catalogue:
    """Items with their texts folded and their order found once a field, when it is first asked for.

    100,000 items: a tenth of a second a field, then 10 to 50 ms a search.
    """

    def __init__(self, items: Sequence[Item]) -> None:
        self.items = tuple(items)
        self._folded: dict[str, list[str]] = {}
        self._places: dict[str, list[int]] = {}

    @property
    def asked(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Name the fields whose texts, and those whose order, were asked for."""
        return tuple(self._folded), tuple(self._places)

    def prepare(self, texts: Sequence[str], order: Sequence[str]) -> "Catalogue":
        """Make fields ready before somebody waits for them; gives itself."""
        for field in texts:
            self._texts(field)
        for field in order:
            self._order(field)
        return self

    def values(self, field: str) -> tuple[str, ...]:
        """Give the different values that a field has at present, in their order."""
        shown = {_shown(item.fields[field]): None for item in self.items if field in item.fields}
        return tuple(sorted(shown, key=fold))

    def search(self, wanted: Query) -> Found:
        """Find items: the best matches first, then by `sort`, then in the catalogue's order."""
        ranks = dict.fromkeys(range(len(self.items)), 0)
        for condition in wanted.where:
            ranks = self._narrow(ranks, condition)
        order = self._sorted(sorted(ranks), wanted.sort)
        order.sort(key=ranks.__getitem__)  # stable: within a rank `sort` holds
        return Found(tuple(self.items[n] for n in order[: wanted.limit]), len(order))

    def _narrow(self, ranks: dict[int, int], condition: Condition) -> dict[int, int]:
        match condition.operator:
            case "is":
                return self._like(ranks, condition.field, condition.value)
            case "not":
                unwanted = self._like(ranks, condition.field, condition.value)
                return {n: rank for n, rank in ranks.items() if n not in unwanted}
            case "equals":
                return self._kept(ranks, condition.field, lambda v: _same(v, condition.value))
            case "contains":
                words = fold(str(condition.value))
                folded = self._texts(condition.field)
                return {n: rank for n, rank in ranks.items() if words in folded[n]}
            case "atMost":
                return self._kept(ranks, condition.field, lambda v: _at_most(v, condition.value))
            case "atLeast":
                return self._kept(ranks, condition.field, lambda v: _at_most(condition.value, v))

    def _kept(
        self, ranks: dict[int, int], field: str, passes: Callable[[Any], bool]
    ) -> dict[int, int]:
        return {
            n: rank
            for n, rank in ranks.items()
            if (value := self.items[n].fields.get(field)) is not None and passes(value)
        }

    def _like(self, ranks: dict[int, int], field: str, value: Any) -> dict[int, int]:
        if isinstance(value, list | tuple):
            found: dict[int, int] = {}
            for one in value:
                for n, rank in self._like(ranks, field, one).items():
                    found[n] = min(rank, found.get(n, rank))
            return found
        if not isinstance(value, str):
            return self._kept(ranks, field, lambda v: _same(v, value))
        wanted = fold(value)
        folded = self._texts(field)
        near = {text: _nearness(text, wanted) for text in {folded[n] for n in ranks}}
        found = {
            n: before + rank for n, before in ranks.items() if (rank := near[folded[n]]) != _MISS
        }
        return found or self._misspelt(ranks, folded, wanted)

    def _misspelt(self, ranks: dict[int, int], folded: list[str], wanted: str) -> dict[int, int]:
        hits = process.extract(
            wanted,
            list({folded[n] for n in ranks} - {""}),
            scorer=fuzz.token_set_ratio,
            score_cutoff=_CLOSE,
            limit=None,
        )
        best = max((score for _, score, _ in hits), default=0.0)
        closest = {text for text, score, _ in hits if score == best}
        return {n: rank for n, rank in ranks.items() if folded[n] in closest}

    def _texts(self, field: str) -> list[str]:
        """Give each item's text in a field, folded; the same text is folded once."""
        if field not in self._folded:
            known: dict[str, str] = {}
            folded = []
            for item in self.items:
                shown = _shown(item.fields.get(field))
                text = known.get(shown)
                if text is None:
                    text = known[shown] = fold(shown)
                folded.append(text)
            self._folded[field] = folded
        return self._folded[field]

    def _order(self, field: str) -> list[int]:
        """Give each item's place when sorted by a field, the same for equals; -1 without it."""
        if field not in self._places:
            keys = {
                n: _sort_key(item.fields[field])
                for n, item in enumerate(self.items)
                if field in item.fields
            }
            place = {key: at for at, key in enumerate(sorted(set(keys.values())))}
            places = [-1] * len(self.items)
            for n, key in keys.items():
                places[n] = place[key]
            self._places[field] = places
        return self._places[field]

    def _sorted(self, order: list[int], sort: str) -> list[int]:
        if not sort:
            return order
        places = self._order(sort.removeprefix("-"))
        there = [n for n in order if places[n] >= 0]
        absent = [n for n in order if places[n] < 0]
        there.sort(key=places.__getitem__, reverse=sort.startswith("-"))
        return there + absent


def fold(text: str) -> str:
    """Take case and accents off a text, and join its words by single blanks."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


def _nearness(folded: str, wanted: str) -> int:
    if folded == wanted:
        return _EXACT
    words = f" {folded} "
    return _HOLDS if folded and all(f" {word} " in words for word in wanted.split()) else _MISS


def _same(value: Any, wanted: Any) -> bool:
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    numbers = _number(value), _number(wanted)
    if None not in numbers:
        return numbers[0] == numbers[1]
    return fold(_shown(value)) == fold(_shown(wanted))


def _at_most(value: Any, limit: Any) -> bool:
    low, high = _number(value), _number(limit)
    return low is not None and high is not None and low <= high


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _shown(value: Any) -> str:
    return "" if value is None else str(value)


def _sort_key(value: Any) -> tuple[int, float, str]:
    number = _number(value)
    return (1, 0.0, fold(_shown(value))) if number is None else (0, number, "")
