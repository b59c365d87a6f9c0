"""Values that she mentions without being asked, and those that she changes.

What is changed is followed by what hung on it: results that it went into, choices from those, and
the place in the flow that went by its old value.
"""

from collections.abc import Iterable

import msgspec

from prosa.dialogue import choices, repair, slots
from prosa.dialogue.extractors import affirmation
from prosa.dialogue.extractors.normalise import fold
from prosa.dialogue.hearing import CANDIDATES, Hearing
from prosa.dialogue.language import Flow, Slot
from prosa.dialogue.slots import FILES, Found, Reading
from prosa.dialogue.turns import Utterance


def corrects(hearing: Hearing, heard: Utterance, *, announced: bool = False) -> bool:
    """Change what she said before, latest first, if she says that she does, or `announced`."""
    talk = hearing.talk
    if not announced and not affirmation.is_correction(heard.text, talk.locale):
        return False
    within = scope(hearing)
    for name in reversed(talk.filled):
        slot = talk.program.slots.get(name)
        if slot is None or name not in within or slot.type == "text":
            continue
        if announced and slot.type == "yes_no":  # the no is to the confirmation
            continue
        reading = slots.read(talk, slot, heard, expected=True)
        if isinstance(reading, Found) and reading.value != talk.slots.get(name):
            change(hearing, slot, reading.value)
            return True
    return False


def change(hearing: Hearing, slot: Slot, value: object, *, above: int = 0) -> None:
    """Set a slot and go back to the first step that went by its old value.

    Flows below the place `above` are not returned to now: they go back by themselves, for when
    their turn comes.
    """
    talk = hearing.talk
    had = talk.has(slot.name)
    talk.fill(slot.name, value)
    talk.note("corrected" if had else "filled", slot.name)
    hearing.moved = True
    if not _rewind(hearing, slot.name, above) and had and not above:
        hearing.remarks.append(talk.phrase("corrected"))


def _rewind(hearing: Hearing, changed: str, above: int) -> bool:
    talk = hearing.talk
    void = talk.after(changed)
    reads = {changed, *void}
    places = range(len(talk.stack) - 1, above - 1, -1)
    target = _passed(hearing, reads, ("call", "set", "confirm"), places)
    target = target or _passed(hearing, reads, ("enter",), places)
    for place in range(above):
        if stale := _passed(hearing, reads, ("call", "set", "confirm", "enter"), (place,)):
            talk.stack[place] = msgspec.structs.replace(talk.stack[place], at=stale[1])
    talk.forget(void)
    if target is None:
        return bool(void)
    place, address = target
    del talk.stack[place + 1 :]
    talk.go(address)
    talk.question = None
    talk.note("rewound", talk.stack[-1].flow, str(address))
    return True


def _passed(
    hearing: Hearing, reads: set[str], kinds: tuple[str, ...], places: Iterable[int]
) -> tuple[int, int] | None:
    """Find the first step that was passed and read these, in the first of the flows at `places`."""
    talk = hearing.talk
    for place in places:
        frame = talk.stack[place]
        addresses = [
            each.address
            for each in talk.flow(frame.flow).dependences
            if each.kind in kinds and each.at < frame.at and each.slots & reads
        ]
        if addresses:
            return place, min(addresses)
    return None


def scope(hearing: Hearing, flow: Flow | None = None) -> tuple[str, ...]:
    """Name the slots that matter now, those of the topmost flow first."""
    talk = hearing.talk
    flows = [talk.flow(frame.flow) for frame in reversed(talk.stack)]
    if flow is not None:
        flows.insert(0, flow)
    return tuple(dict.fromkeys(name for each in flows for name in each.hears))


def absorb(
    hearing: Hearing, heard: Utterance, scope: Iterable[str], *, above: int = 0
) -> list[str]:
    """Fill the slots that a text names, each piece of it once; `above` as for `change`."""
    talk = hearing.talk
    taken: set[str] = set()
    filled: list[str] = []
    names = list(scope)
    for name in sorted(names, key=lambda name: (talk.has(name), names.index(name))):
        slot = talk.program.slots[name]
        if not slot.listens:
            continue
        reading = slots.read(talk, slot, heard, expected=False)
        pieces = _pieces(hearing, slot, reading, heard)
        if isinstance(reading, slots.Wrong) and not talk.has(name) and not pieces & taken:
            hearing.feedback = hearing.feedback or repair.of_reading(talk, slot, reading)
        if isinstance(reading, slots.Partly) and not talk.has(name) and not pieces & taken:
            talk.partial[name] = msgspec.to_builtins(reading.known)
            taken |= pieces
            filled.append(name)
        if not isinstance(reading, Found) or pieces & taken:
            continue
        taken |= pieces
        if talk.slots.get(name) != reading.value:
            change(hearing, slot, reading.value, above=above)
        filled.append(name)
    return filled


def _pieces(hearing: Hearing, slot: Slot, reading: Reading, heard: Utterance) -> set[str]:
    """Name what a value was read from: the words of a label, or the kind of value."""
    if slot.type == "number" and slot.units:
        return {f"number:{slot.name}"}  # each has its own units
    if slot.type == "money" and slot.bound == "lower":
        return {"money:lower"}  # never read but from a range or a lower bound
    if slot.type != "choice":
        return {"date" if slot.type == "datetime" else slot.type}
    if not isinstance(reading, Found):
        return set()
    said = set(fold(heard.text).replace("?", " ").replace(",", " ").split())
    labels = [
        word
        for offer in choices.offers(hearing.talk, slot)
        if offer.value == reading.value
        for word in fold(" ".join((offer.label, *offer.words))).split()
    ]
    return said.intersection(labels) or {f"choice:{slot.name}"}


def evident(hearing: Hearing, heard: Utterance) -> Flow | None:
    """Find the one flow that a value in the text belongs to.

    Among the likely intents any value is evidence; where those fit none, only a name is.
    """
    talk = hearing.talk
    flows = [flow for flow in talk.program.flows.values() if flow.triggers.intents]
    named = {scored.intent for scored in heard.ranking.intents[:CANDIDATES]}
    likely = [flow for flow in flows if named.intersection(flow.triggers.intents)]
    fitting: list[Flow] = []
    if heard.ranking.decision == "clarify":
        fitting = [flow for flow in likely if _names_a_value(hearing, flow, heard, by_name=False)]
    if not fitting:
        fitting = [flow for flow in flows if _names_a_value(hearing, flow, heard, by_name=True)]
    return fitting[0] if len(fitting) == 1 and talk.place_of(fitting[0].name) is None else None


def _names_a_value(hearing: Hearing, flow: Flow, heard: Utterance, *, by_name: bool) -> bool:
    talk = hearing.talk
    for name in flow.owns:
        slot = talk.program.slots[name]
        if slot.listens and (slot.type == "choice" or not by_name):
            reading = slots.read(talk, slot, heard, expected=False)
            if isinstance(reading, Found):
                return True
    return False


def absorb_file(hearing: Hearing, flow: Flow, heard: Utterance) -> None:
    """Give a file or a place to the first slot of the flow that takes one."""
    for name in flow.hears:
        slot = hearing.talk.program.slots[name]
        if slot.type in FILES or slot.type == "location":
            reading = slots.read(hearing.talk, slot, heard, expected=True)
            if isinstance(reading, Found):
                hearing.talk.fill(name, reading.value)
                return
