"""What a turn looked up in the catalogue: her search and the items that she was shown. Pure.

Campaigns go by it: "a car that matches your last search", "a car that you saw is cheaper".
"""

from collections.abc import Generator, Mapping
from typing import Any

import msgspec

from prosa.contracts.contact import SEEN_LIMIT, Contact
from prosa.dialogue import interpreter
from prosa.dialogue.language import CatalogueTool
from prosa.dialogue.turns import Answered, Call, CallResult, Reply


class Lookup(msgspec.Struct, frozen=True):
    """One search that was answered: its conditions, and the keys of what it found."""

    where: Mapping[str, Any]
    keys: tuple[str, ...]


def observe(
    turn: interpreter.Turn,
) -> Generator[Call, CallResult, tuple[Reply, tuple[Lookup, ...]]]:
    """Pass a dialogue's calls on, and take note of those to the catalogue."""
    found: list[Lookup] = []
    result: CallResult | None = None
    while True:
        try:
            call = next(turn) if result is None else turn.send(result)
        except StopIteration as ended:
            return ended.value, tuple(found)
        result = yield call
        if isinstance(call.spec, CatalogueTool) and isinstance(result, Answered):
            found.append(Lookup(call.arguments.get("where") or {}, _keys(result.value)))


def remember(contact: Contact, found: tuple[Lookup, ...], *, key: str, now_ms: int) -> Contact:
    """Keep her last search and what she saw, the newest last.

    Looking for nothing in particular is no search, nor is looking up an item by its `key`.
    """
    for lookup in found:
        if lookup.where and key not in lookup.where:
            searched = {"where": dict(lookup.where)}
            contact = msgspec.structs.replace(contact, searched=searched, searched_at_ms=now_ms)
        shown = set(lookup.keys)
        seen = (*(k for k in contact.seen if k not in shown), *dict.fromkeys(lookup.keys))
        contact = msgspec.structs.replace(contact, seen=seen[-SEEN_LIMIT:])
    return contact


def _keys(answer: Any) -> tuple[str, ...]:
    """Read the items' keys from a catalogue's answer, `{"items": [{"id": …}, …]}`."""
    items = answer.get("items") if isinstance(answer, dict) else None
    return tuple(str(item["id"]) for item in items or () if "id" in item)
