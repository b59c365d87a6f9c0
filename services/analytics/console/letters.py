"""Dead letters as the console shows them: listed, opened, brought back, dropped.

What is done to many is done one by one, and the page is told of each: somebody else may have been
quicker. The letters themselves are prosa.jetstream's.
"""

import base64
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Literal

import msgspec

from prosa.errors import Unavailable
from prosa.jetstream.connection import Refused
from prosa.jetstream.dead_letters import DeadLetters, Parked, UnknownLetter

LISTED = 1000
"""Letters on one page: each is read whole to know its reason."""

SHOWN_BYTES = 64 * 1024
"""Of a payload that is no JSON; NATS takes 4 MB."""


class Letter(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """One dead letter in a list. `number` is its place in the stream, `at` milliseconds."""

    number: int
    at: int
    service: str
    contact: str
    reason: str
    detail: str
    attempts: int
    origin: str
    stream: str
    sequence: int


class Opened(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """A letter with what is in it: `payload` when it is JSON, else `text` (base64 if no text)."""

    letter: Letter
    headers: dict[str, str]
    size: int
    payload: Any = None
    text: str = ""
    encoding: Literal["json", "text", "base64"] = "json"


class Outcome(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """What became of one number: `done`, `gone` (somebody was quicker), or `away` (ask again)."""

    number: int
    result: Literal["done", "gone", "away"]


async def listed(letters: DeadLetters, service: str = "", limit: int = LISTED) -> list[Letter]:
    """Give the oldest `limit` letters, newest of them first. Raises Unavailable."""
    found: list[Letter] = []
    async for parked in letters.walk(service=service or "*"):
        found.append(in_short(parked))
        if len(found) == limit:
            break
    return found[::-1]


async def opened(letters: DeadLetters, number: int) -> Opened:
    """Read one letter whole. Raises UnknownLetter, Unavailable."""
    parked = await letters.get(number)
    letter = parked.letter
    whole = Opened(letter=in_short(parked), headers=letter.headers, size=len(letter.payload))
    try:
        return msgspec.structs.replace(whole, payload=msgspec.json.decode(letter.payload))
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        shown = letter.payload[:SHOWN_BYTES]
    try:
        return msgspec.structs.replace(whole, text=shown.decode(), encoding="text")
    except UnicodeDecodeError:
        text = base64.b64encode(shown).decode()
        return msgspec.structs.replace(whole, text=text, encoding="base64")


async def each(numbers: Sequence[int], act: Callable[[int], Awaitable[object]]) -> list[Outcome]:
    """Replay or drop one after the other, and say what became of each."""
    outcomes = []
    for number in dict.fromkeys(numbers):
        result: Literal["done", "gone", "away"] = "done"
        try:
            await act(number)
        except UnknownLetter:
            result = "gone"
        except (Unavailable, Refused):
            result = "away"
        outcomes.append(Outcome(number=number, result=result))
    return outcomes


def in_short(parked: Parked) -> Letter:
    """Give what a list shows."""
    letter = parked.letter
    return Letter(
        number=parked.number,
        at=letter.at_ms,
        service=letter.service,
        contact=letter.contact,
        reason=letter.reason,
        detail=letter.detail,
        attempts=letter.attempts,
        origin=letter.origin_subject,
        stream=letter.origin_stream,
        sequence=letter.origin_sequence,
    )
