"""Answers to the open question: a value for the slot asked for, yes or no to a confirmation."""

import msgspec

from prosa.dialogue import choices, opening, repair, slots, values
from prosa.dialogue.extractors import affirmation
from prosa.dialogue.hearing import Hearing
from prosa.dialogue.language import Ask, Confirm, End, Slot
from prosa.dialogue.slots import Found, Reading
from prosa.dialogue.turns import Utterance


def confirms(hearing: Hearing, heard: Utterance, confirm: Confirm) -> bool:
    """Take yes or no; False when it is neither."""
    talk = hearing.talk
    answer = affirmation.read_yes_no(heard.text, talk.locale)
    if answer is None:
        return False
    if answer:
        confirmed(hearing)
        return True
    return denied(hearing, heard, confirm)


def confirmed(hearing: Hearing) -> None:
    """Take a yes."""
    talk = hearing.talk
    talk.note("confirmed", talk.stack[-1].flow)
    talk.go(talk.stack[-1].at + 1)
    talk.question = None
    hearing.moved = True


def denied(hearing: Hearing, heard: Utterance, confirm: Confirm) -> bool:
    """Take a no, which may bring a new value; False when it brings another wish."""
    talk = hearing.talk
    if _elsewhere(hearing, heard):
        talk.note("denied", talk.stack[-1].flow)
        opening.drop(hearing)
        return False
    talk.note("denied", talk.stack[-1].flow)
    if values.corrects(hearing, heard, announced=True):
        return True
    if isinstance(_operation_at(hearing, confirm.denied), End):
        hearing.remarks.append(talk.phrase("denied"))
    talk.go(confirm.denied)
    talk.question = None
    hearing.pending = heard
    hearing.moved = True
    return True


def _operation_at(hearing: Hearing, address: int) -> object:
    frame = hearing.talk.stack[-1]
    return hearing.talk.flow(frame.flow).code[address]


def _elsewhere(hearing: Hearing, heard: Utterance) -> bool:
    """Tell whether an accepted intent leads away from the flow on top."""
    intent = hearing.accepted(heard)
    flow = opening.of_intent(hearing, intent) if intent else None
    return flow is not None and hearing.talk.place_of(flow.name) is None


def fills(hearing: Hearing, heard: Utterance, ask: Ask) -> bool:
    """Take a value for the slot asked for; False when there is none."""
    talk = hearing.talk
    slot = talk.program.slots[ask.slot]
    if values.corrects(hearing, heard):
        return True
    if slot.type == "text" and opening.by_word(hearing, heard):
        return True
    if slot.type == "text" and _means_other(hearing, heard, slot):
        return False
    if ask.optional and slots.indifferent(talk, heard):
        talk.skip(slot.name)
        settled(hearing)
        return True
    among = choices.on_screen(talk, slot, heard.text)
    reading = slots.read(talk, slot, heard, expected=True, among=among)
    if reading is None and slots.indifferent(talk, heard):
        hearing.feedback = repair.not_understood(talk, slot)  # "não sei" leads nowhere else
        hearing.moved = True
        return True
    return take(hearing, slot, reading)


def take(hearing: Hearing, slot: Slot, reading: Reading) -> bool:
    """Act on what was read for the slot asked for; tell whether anything was."""
    talk = hearing.talk
    if reading is None:
        return False
    if isinstance(reading, Found):
        talk.fill(slot.name, reading.value)
        talk.note("filled", slot.name)
        settled(hearing)
        hearing.worded = slot.name if slot.type == "text" else ""
        return True
    hearing.feedback = repair.of_reading(talk, slot, reading)
    hearing.moved = True
    return True


def goes_on(hearing: Hearing, heard: Utterance) -> bool:
    """Add words to the text that a message before it in the burst began; False when none did."""
    talk = hearing.talk
    if not hearing.worded:
        return False
    slot = talk.program.slots[hearing.worded]
    whole = msgspec.structs.replace(heard, text=f"{talk.slots[slot.name]}\n{heard.text}")
    reading = slots.read(talk, slot, whole, expected=True)
    if isinstance(reading, Found):
        talk.fill(slot.name, reading.value)
    return True


def settled(hearing: Hearing) -> None:
    """Close the question."""
    hearing.talk.question = None
    hearing.feedback = None
    hearing.moved = True


def _means_other(hearing: Hearing, heard: Utterance, slot: Slot) -> bool:
    """Tell whether a text that could be any answer is rather a question or a wish."""
    intent = hearing.accepted(heard)
    if intent is None:
        return False
    flow = None if slot.literal else opening.of_intent(hearing, intent)
    return intent in hearing.talk.program.faq or (
        flow is not None and hearing.talk.place_of(flow.name) is None
    )


def asked(hearing: Hearing, slot: str) -> bool:
    """Tell whether the flow on top stands at the question for a slot."""
    talk = hearing.talk
    return isinstance(talk.operation, Ask) and talk.operation.slot == slot
