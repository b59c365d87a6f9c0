"""Taps on buttons and rows: commands that need no understanding, on the screen now or long ago.

Payloads: `slot=value`, `flow:name`, `faq:intent`, `handoff:team`, `menu:`, `confirm:number:yes`,
`skip:slot`, `more:slot:page`.
"""

from prosa.dialogue import answers, choices, opening, repair, slots
from prosa.dialogue.hearing import Hearing
from prosa.dialogue.language import Confirm, Slot
from prosa.dialogue.repair import Feedback
from prosa.dialogue.slots import Found
from prosa.dialogue.turns import Utterance


def tap(hearing: Hearing, heard: Utterance) -> bool:
    """Do what was tapped; False when its title is all that can be gone by."""
    flow = next(
        (f for f in hearing.talk.program.flows.values() if heard.choice in f.triggers.payloads),
        None,
    )
    if flow is not None:
        hearing.talk.note("tapped", flow.name)
        opening.start(hearing, flow, None)
    elif not command(hearing, heard.choice, heard):
        if heard.text.strip() and ":" not in heard.choice and "=" not in heard.choice:
            return False  # a template's quick reply, or another system's button
        hearing.talk.note("stale_tap")
        hearing.remarks.append(hearing.talk.phrase("stale"))
        hearing.greeting = True  # shows the menu when no question is open
    return True


def command(  # noqa: C901 - a verb, a branch
    hearing: Hearing, payload: str, heard: Utterance
) -> bool:
    """Do what a payload says; False when it is none of ours, or no more."""
    talk = hearing.talk
    verb, colon, rest = payload.partition(":")
    slot, equals, _ = payload.partition("=")
    done = False
    if equals and slot in talk.program.slots:
        done = _tap_value(hearing, talk.program.slots[slot], payload)
    elif not colon:
        return False
    elif verb == "flow" and rest in talk.program.flows:
        opening.start(hearing, talk.program.flows[rest], None)
        done = True
    elif verb == "faq" and rest in talk.program.faq:
        hearing.digress(rest)
        done = True
    elif verb == "menu":
        hearing.menu = hearing.moved = done = True
    elif verb == "handoff" and (not rest or rest in talk.program.handoff.teams):
        hearing.hand_over(rest)
        done = True
    elif verb == "confirm":
        done = _tap_confirm(hearing, rest, heard)
    elif verb == "skip":
        done = _tap_skip(hearing, rest)
    elif verb == "more":
        done = _turn_page(hearing, rest)
    if done:
        talk.note("tapped", slot if equals else verb)
    return done


def _tap_value(hearing: Hearing, slot: Slot, payload: str) -> bool:
    talk = hearing.talk
    value = _tapped_value(hearing, slot, payload)
    if value is None:
        return False
    if wrong := slots.fault(talk, slot, value):
        return answers.take(hearing, slot, wrong) if answers.asked(hearing, slot.name) else False
    if answers.asked(hearing, slot.name):
        return answers.take(hearing, slot, Found(value))
    return _answer_again(hearing, slot, value)


def _tapped_value(hearing: Hearing, slot: Slot, payload: str) -> object:
    talk = hearing.talk
    offers = choices.offers(talk, slot)
    if slot.type == "yes_no":
        offers = repair.yes_or_no(talk, slot.name)
    offer = choices.by_payload(payload, offers)
    if offer is not None:
        return offer.value
    if slot.type == "choice":
        return None
    said = Utterance(kind="text", text=payload.partition("=")[2])
    reading = slots.read(talk, slot, said, expected=True)
    return reading.value if isinstance(reading, Found) else None


def _answer_again(hearing: Hearing, slot: Slot, value: object) -> bool:
    """Go back to an older question with a new answer, or open its flow there."""
    talk = hearing.talk
    talk.question = None
    for place in range(len(talk.stack) - 1, -1, -1):
        frame = talk.stack[place]
        at = talk.flow(frame.flow).asks.get(slot.name)
        if at is None:
            continue
        if frame.at > at:
            del talk.stack[place + 1 :]
            talk.go(at)
            talk.note("rewound", frame.flow, str(at))
        talk.forget(talk.after(slot.name))
        _fill_tapped(hearing, slot, value)
        return True
    flow = next((f for f in talk.program.flows.values() if slot.name in f.asks), None)
    if flow is not None:
        at = flow.asks[slot.name]
        opening.interrupt(hearing)
        talk.push(flow.name, at)
    talk.forget(talk.after(slot.name))
    _fill_tapped(hearing, slot, value)
    return True


def _fill_tapped(hearing: Hearing, slot: Slot, value: object) -> None:
    hearing.talk.fill(slot.name, value)
    hearing.talk.note("filled", slot.name)
    hearing.moved = True


def _tap_confirm(hearing: Hearing, rest: str, heard: Utterance) -> bool:
    talk = hearing.talk
    number, _, answer = rest.partition(":")
    question, confirm = talk.question, talk.operation
    if question is None or question.kind != "confirm" or number != str(question.number):
        return False
    if not isinstance(confirm, Confirm):
        return False
    if answer == "yes":
        answers.confirmed(hearing)
        return True
    return answers.denied(hearing, Utterance(kind="choice", id=heard.id), confirm)


def _tap_skip(hearing: Hearing, slot: str) -> bool:
    if not answers.asked(hearing, slot):
        return False
    hearing.talk.skip(slot)
    answers.settled(hearing)
    return True


def _turn_page(hearing: Hearing, rest: str) -> bool:
    slot, _, page = rest.rpartition(":")
    talk = hearing.talk
    if not page.isdecimal() or len(page) > 3:  # noqa: PLR2004 - no list has a thousand pages
        return False
    if not slot:
        hearing.menu = hearing.moved = True
        hearing.menu_page = int(page)
        return True
    if not answers.asked(hearing, slot):
        return False
    tries = talk.question.tries if talk.question else 0
    narrowed = talk.question.offers if talk.question else ()
    hearing.feedback = Feedback(
        slot,
        talk.phrase("choose"),
        and_question=False,
        narrowed=narrowed,
        page=int(page),
        tries=tries,
    )
    hearing.moved = True
    return True
