"""Listen to what she sent, one utterance after the other, in the order of precedence.

Consent, wish for a person, cancel, the open question, words that start flows, small talk,
correction, intents, values mentioned, and at last not being understood. Nothing is said here and no
flow runs: a burst of messages is heard to its end, then answered once.
"""

from collections.abc import Iterable

import msgspec

from prosa.contracts.session import Offer
from prosa.dialogue import answers, choices, opening, slots, smalltalk, taps, values
from prosa.dialogue.extractors import affirmation
from prosa.dialogue.hearing import CANDIDATES, Hearing
from prosa.dialogue.language import Ask, Confirm
from prosa.dialogue.slots import FILES
from prosa.dialogue.turns import OptIn, OptOut, Ranking, Utterance

_MAX_TEXT = 4096  # Meta: a text message


def hear(hearing: Hearing, utterance: Utterance) -> None:
    """Hear one utterance."""
    utterance = _clean(utterance)
    match utterance.kind:
        case "text":
            hearing.silent = False
            _text(hearing, utterance)
        case "choice":
            hearing.silent = False
            if not taps.tap(hearing, utterance):
                _text(hearing, utterance)
        case _:
            _received(hearing, utterance)


def hear_joined(hearing: Hearing, utterances: Iterable[Utterance], ranking: Ranking) -> None:
    """Hear all texts as one, when none of them was understood by itself."""
    said = " ".join(each.text for each in utterances if each.kind == "text")
    hearing.missed, hearing.candidates = None, ()
    _text(hearing, _clean(Utterance(kind="text", text=said, ranking=ranking)))


def _text(hearing: Hearing, heard: Utterance) -> None:
    if not heard.text.strip():
        return
    if _consent(hearing, heard) or _for_people(hearing, heard) or _cancels(hearing, heard):
        return
    if _answers(hearing, heard) or opening.by_word(hearing, heard) or _small(hearing, heard):
        return
    if values.corrects(hearing, heard) or _acts(hearing, heard) or _mentions(hearing, heard):
        return
    if answers.goes_on(hearing, heard):
        return
    _misses(hearing, heard)


def _consent(hearing: Hearing, heard: Utterance) -> bool:
    talk, consent = hearing.talk, hearing.talk.program.consent
    text, locale = heard.text, talk.locale
    out_words, in_words = (None, consent.out_words), (None, consent.in_words)
    if any(affirmation.opt_out(text, words, locale) for words in out_words):
        talk.actions.append(OptOut(text))
        talk.note("opted_out")
        hearing.finish("opted_out")
    elif any(affirmation.opt_in(text, words, locale) for words in in_words):
        talk.actions.append(OptIn(text))
        talk.note("opted_in")
        hearing.finish("opted_in")
    return hearing.over


def _for_people(hearing: Hearing, heard: Utterance) -> bool:
    intent = hearing.accepted(heard)
    if intent is None or intent not in hearing.talk.program.handoff.intents:
        return False
    hearing.understood(heard)
    hearing.hand_over("")
    return True


def _cancels(hearing: Hearing, heard: Utterance) -> bool:
    talk = hearing.talk
    if not (talk.stack or talk.question) or not affirmation.is_cancel(heard.text, talk.locale):
        return False
    talk.note("cancelled", talk.stack[-1].flow if talk.stack else "")
    hearing.remarks.append(talk.phrase("cancelled"))
    opening.drop(hearing)
    hearing.moved = True
    return True


def _answers(hearing: Hearing, heard: Utterance) -> bool:
    talk = hearing.talk
    if talk.question is None:
        return False
    if talk.question.kind == "choice" and _picks(hearing, heard, talk.question.offers):
        return True
    match talk.operation:
        case Confirm() as confirm:
            return answers.confirms(hearing, heard, confirm)
        case Ask() as ask:
            return answers.fills(hearing, heard, ask)
        case _:
            return False


def _picks(hearing: Hearing, heard: Utterance, offers: tuple[Offer, ...]) -> bool:
    talk = hearing.talk
    if hearing.accepted(heard):
        return False
    picked = choices.match(heard.text, offers, talk.locale)
    if picked is None and len(offers) == 1 and affirmation.read_yes_no(heard.text, talk.locale):
        picked = offers[0]
    if isinstance(picked, Offer):
        talk.question = None
        taps.command(hearing, picked.payload, heard)
        return True
    return False


def _mentions(hearing: Hearing, heard: Utterance) -> bool:
    """Take slots named without a question, when a flow is open or only one could be meant."""
    talk = hearing.talk
    if talk.stack and values.absorb(hearing, heard, values.scope(hearing)):
        hearing.moved = True
        return True
    flow = values.evident(hearing, heard)
    if flow is None:
        return False
    talk.note("understood", flow.triggers.intents[0], "by its values")
    opening.start(hearing, flow, heard)
    return True


def _small(hearing: Hearing, heard: Utterance) -> bool:
    talk = hearing.talk
    intent = hearing.accepted(heard)
    greeting = talk.program.greeting
    if smalltalk.is_kind(heard.text, "greeting", talk.locale):
        hearing.greeting = True
        return True
    if greeting and intent in greeting.intents:
        hearing.greeting = True
        return values.evident(hearing, heard) is None  # "boa tarde, vi um compass no anúncio"
    if intent in talk.program.menu.intents or smalltalk.is_kind(heard.text, "menu", talk.locale):
        hearing.menu = hearing.moved = True
        return True
    if intent is None and smalltalk.is_kind(heard.text, "thanks", talk.locale):
        hearing.thanks = True
        return True
    return False


def _acts(hearing: Hearing, heard: Utterance) -> bool:
    intent = hearing.accepted(heard)
    if intent is None:
        return False
    flow = opening.of_intent(hearing, intent)
    if flow is not None:
        hearing.understood(heard)
        return opening.start(hearing, flow, heard)
    if intent in hearing.talk.program.faq:
        hearing.understood(heard)
        hearing.digress(intent)
        return True
    return False


def _received(hearing: Hearing, heard: Utterance) -> None:
    talk = hearing.talk
    kind = "unsupported" if heard.kind == "unknown" else heard.kind
    flow = next((f for f in talk.program.flows.values() if kind in f.triggers.received), None)
    if kind == "reaction" and flow is None:
        return
    hearing.silent = False
    talk.note("received", kind)
    if _fits_question(hearing, heard):
        return
    if flow is not None:
        opening.start(hearing, flow, heard)
        return
    if _mentions_place(hearing, heard):
        return
    if heard.text.strip():
        _text(hearing, heard)
        return
    hearing.remarks.append(talk.phrase(f"got_{kind}"))
    hearing.greeting = hearing.greeting or kind == "sticker"


def _fits_question(hearing: Hearing, heard: Utterance) -> bool:
    talk = hearing.talk
    if not isinstance(talk.operation, Ask):
        return False
    slot = talk.program.slots[talk.operation.slot]
    if slot.type not in FILES and slot.type not in {"location", "phone"}:
        return False
    bare = msgspec.structs.replace(heard, text="")
    return answers.take(hearing, slot, slots.read(talk, slot, bare, expected=True))


def _mentions_place(hearing: Hearing, heard: Utterance) -> bool:
    if heard.kind not in {"location", *FILES} or not hearing.talk.stack:
        return False
    before = dict(hearing.talk.slots)
    values.absorb_file(hearing, hearing.talk.flow(hearing.talk.stack[-1].flow), heard)
    hearing.moved = hearing.moved or before != hearing.talk.slots
    return before != hearing.talk.slots


def _misses(hearing: Hearing, heard: Utterance) -> None:
    hearing.missed = heard
    talk = hearing.talk
    bare = affirmation.read_yes_no(heard.text, talk.locale) is not None  # "sim", to what?
    bare = bare or (talk.question is not None and slots.indifferent(talk, heard))
    if heard.ranking.decision == "clarify" and not bare:
        hearing.candidates = heard.ranking.intents[:CANDIDATES]


def _clean(heard: Utterance) -> Utterance:
    """Cut what no message of WhatsApp holds, and what JSON cannot: halves of surrogate pairs."""
    text = heard.text[:_MAX_TEXT]
    choice = heard.choice[:_MAX_TEXT]
    if not text.isascii() or not choice.isascii():
        text, choice = (each.encode(errors="replace").decode() for each in (text, choice))
    if text == heard.text and choice == heard.choice:
        return heard
    return msgspec.structs.replace(heard, text=text, choice=choice)
