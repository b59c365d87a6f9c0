"""Plays a script and holds each answer against what the script expects of it.

What no answer may have is looked for in all: what Meta would refuse, a placeholder left open, a
word of the engine's.
"""

import re
from collections import Counter
from collections.abc import Sequence

from tests.conversations.driver import Bubble, Driver, Option, State
from tests.conversations.script import Script, Turn

_BODY, _TEXT, _BUTTON, _ROW, _DESCRIPTION = 1024, 4096, 20, 24, 72
_LEFT_OVER = re.compile(r"[{}]|\b(?:None|null|nan|inf)\b")


async def play(script: Script, driver: Driver) -> None:
    """Play a script to its end. Raises AssertionError with the turn and what was said."""
    now = script.begins
    await driver.wait_until(now)
    seen: list[Option] = []
    for number, turn in enumerate(script.turns, start=1):
        if number > 1 or turn.at or turn.after:
            now = turn.moment(now)
            await driver.wait_until(now)
        bubbles = await _act(turn, driver, seen)
        faults = [*_faults(turn, bubbles), *_unsound(bubbles), *_astray(turn, await driver.state())]
        assert not faults, _account(number, turn, bubbles, faults)
        seen += [option for bubble in bubbles for option in bubble.options]


async def _act(turn: Turn, driver: Driver, seen: Sequence[Option]) -> list[Bubble]:
    match turn:
        case Turn(customer=str(text)):
            return await driver.say([text])
        case Turn(customer=list(texts)):
            return await driver.say(texts)
        case Turn(tap=str(title)):
            fitting = [option for option in seen if option.title == title]
            assert fitting, f"nothing to tap is called {title!r}; {[o.title for o in seen]}"
            return await driver.tap(fitting[0] if turn.oldest else fitting[-1])
        case Turn(quick_reply=str(title)):
            return await driver.tap(Option("template", title, title))
        case Turn(sends=dict(sent)):
            ((kind, caption),) = sent.items()
            return await driver.send(kind, caption)
        case Turn(sends=str(kind)):
            return await driver.send(kind)
        case Turn(people=str(act)):
            return await driver.people(act)
        case _:
            raise AssertionError(turn)


def _faults(turn: Turn, bubbles: Sequence[Bubble]) -> list[str]:
    """Name what an answer lacks, and what it has too much."""
    faults: list[str] = []
    said = "\n".join(bubble.text for bubble in bubbles).casefold()
    at = 0
    for words in turn.bot:
        found = said.find(words.casefold(), at)
        if found < 0:
            faults.append(f"does not say {words!r}" + (" (in this order)" if at else ""))
        else:
            at = found + len(words)
    faults += [f"says {words!r}" for words in turn.never if words.casefold() in said]
    offered = {option.title for bubble in bubbles for option in bubble.options}
    faults += [f"does not offer {title!r}" for title in turn.offers if title not in offered]
    kinds = Counter(bubble.kind for bubble in bubbles)
    faults += [
        f"shows {kinds[kind]} of {kind}, not {count}"
        for kind, count in turn.shows.items()
        if kinds[kind] < count
    ]
    if turn.silent and bubbles:
        faults.append("is not silent")
    if not turn.silent and not bubbles and turn.people is None:
        faults.append("says nothing")
    if turn.bubbles is not None and len(bubbles) > turn.bubbles:
        faults.append(f"has {len(bubbles)} bubbles")
    return faults


def _unsound(bubbles: Sequence[Bubble]) -> list[str]:
    """Name what Meta would refuse, and what no customer should read."""
    faults: list[str] = []
    for bubble in bubbles:
        longest = _TEXT if bubble.kind == "text" else _BODY
        title = _BUTTON if bubble.kind == "buttons" else _ROW
        ids = [option.id for option in bubble.options]
        fits = (
            len(bubble.text) <= longest
            and len(ids) == len(set(ids))
            and len(ids) <= (3 if bubble.kind == "buttons" else 10)
            and all(0 < len(option.title) <= title for option in bubble.options)
            and all(len(option.description) <= _DESCRIPTION for option in bubble.options)
        )
        if not fits:
            faults.append(f"would be refused by Meta: {bubble}")
        if left := _LEFT_OVER.search(bubble.text):
            faults.append(f"leaves {left[0]!r} in {bubble.text!r}")
    return faults


def _astray(turn: Turn, state: State) -> list[str]:
    """Name what the contact document has otherwise than expected."""
    faults = [
        f"has {name} = {getattr(state, name)!r}, not {wanted!r}"
        for name in ("owner", "team", "marketing")
        if (wanted := getattr(turn, name)) is not None and getattr(state, name) != wanted
    ]
    faults += [
        f"has {name} = {state.slots.get(name)!r}, not {wanted!r}"
        for name, wanted in turn.slots.items()
        if not _alike(state.slots.get(name), wanted)
    ]
    faults += [f"has no tag {tag!r}" for tag in turn.tags if tag not in state.tags]
    return faults


def _alike(value: object, wanted: object) -> bool:
    """Compare; an item of the catalogue by its id, a moment by its beginning."""
    if isinstance(value, dict):
        value = value.get("id")
    if isinstance(value, str) and isinstance(wanted, str) and "T" in wanted:
        return value.startswith(wanted)
    return value == wanted


def _account(number: int, turn: Turn, bubbles: Sequence[Bubble], faults: Sequence[str]) -> str:
    did = next(act for act in turn.acts if act is not None)
    lines = [f"turn {number}, {did!r}: the answer " + "; ".join(faults), ""]
    for bubble in bubbles:
        options = [option.title for option in bubble.options]
        lines.append(f"  [{bubble.kind}] {bubble.text}" + (f"  {options}" if options else ""))
    return "\n".join(lines if bubbles else [*lines, "  (nothing)"])
