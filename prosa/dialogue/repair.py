"""When an answer will not do, nobody understands, or people must take over: what is said then."""

from typing import Any, Literal

import msgspec

from prosa.contracts.session import Offer, Question
from prosa.dialogue import filters, rendering, slots
from prosa.dialogue.conversation import Conversation
from prosa.dialogue.extractors.when import When
from prosa.dialogue.language import EXHAUSTED, Slot
from prosa.dialogue.slots import Reading
from prosa.dialogue.turns import Handoff, Scored

_SUMMARY = 600


class Feedback(msgspec.Struct, frozen=True):
    """What an answer to the question about `slot` (empty: a confirmation) deserves.

    `body` is said, with the question behind it if `and_question`. `again` prefers the ask's own
    words for a second attempt. `narrowed` are the options left; `tries` the failures so far.
    """

    slot: str = ""
    body: str = ""
    and_question: bool = True
    again: bool = False
    narrowed: tuple[Offer, ...] = ()
    page: int = 0
    tries: int = 0


def of_reading(talk: Conversation, slot: Slot, reading: Reading) -> Feedback | None:
    """Word what is wrong with an answer; None when there is nothing to say about it."""
    tries = talk.question.tries if talk.question else 0
    match reading:
        case slots.Wrong(phrase, limit):
            talk.note("invalid", slot.name, phrase)
            if slot.invalid is not None:
                return Feedback(
                    slot.name, talk.text(slot.invalid), and_question=False, tries=tries + 1
                )
            return Feedback(slot.name, talk.phrase(phrase, limit=limit), tries=tries + 1)
        case slots.Tied(tied):
            talk.note("tied", slot.name)
            body = talk.phrase("tie")
            return Feedback(slot.name, body, and_question=False, narrowed=tied, tries=tries)
        case slots.Partly(known):
            talk.partial[slot.name] = msgspec.to_builtins(known)
            talk.note("partial", slot.name)
            return Feedback(slot.name, tries=tries)
        case _:
            return None


def not_understood(talk: Conversation, slot: Slot) -> Feedback:
    """Word that an answer is none."""
    tries = talk.question.tries + 1 if talk.question else 1
    talk.note("not_understood", slot.name)
    if slot.again is not None:
        return Feedback(
            slot.name, talk.text(slot.again), and_question=False, again=True, tries=tries
        )
    phrase = "none_of_these" if slot.type == "choice" else f"wrong_{slot.type}"
    if slot.type == "yes_no":
        phrase = "yes_or_no"
    return Feedback(slot.name, talk.phrase(phrase), again=True, tries=tries)


def missing_part(talk: Conversation, slot: Slot) -> str:
    """Ask for what a partial date lacks; empty when nothing is known of it."""
    known = talk.partial.get(slot.name)
    if known is None:
        return ""
    when = msgspec.convert(known, When)
    if when.date is not None and slot.type == "datetime":
        return talk.phrase("which_time", day=when.date)
    return talk.phrase("which_day")


def yes_or_no(talk: Conversation, slot: str) -> tuple[Offer, ...]:
    """Offer yes and no for a slot."""
    return (
        Offer(f"{slot}=yes", talk.phrase("yes"), value=True),
        Offer(f"{slot}=no", talk.phrase("no"), value=False),
    )


def no_preference(talk: Conversation, slot: str) -> Offer:
    """Offer not to mind."""
    return Offer(f"skip:{slot}", talk.phrase("any"))


# --- nobody understands ---------------------------------------------------------------------------


def offer_menu(talk: Conversation, lead: str = "", *, page: int = 0) -> None:
    """Show what the bot can do."""
    menu = talk.program.menu
    talk.note("menu")
    said = talk.text(menu.say) if menu.say else talk.phrase("menu")
    body = f"{lead}\n\n{said}" if lead else said
    offers = tuple(flow_offer(talk, name) for name in menu.flows)
    if not offers:
        rendering.text(talk, lead or talk.phrase("rephrase"))
        return
    _put(talk, body, offers, page)


def clarify(talk: Conversation, candidates: tuple[Scored, ...]) -> bool:
    """Ask which of a few intents she meant; tell whether there was anything to ask."""
    offers: list[Offer] = []
    for intent, _ in ((scored.intent, scored.score) for scored in candidates):
        offer = intent_offer(talk, intent)
        if offer and offer.payload not in {other.payload for other in offers}:
            offers.append(offer)
    if not offers:
        return False
    for scored in candidates:
        talk.note("clarified", scored.intent, score=scored.score)
    _put(talk, talk.phrase("clarify"), tuple(offers[:3]))
    return True


def _put(talk: Conversation, body: str, offers: tuple[Offer, ...], page: int = 0) -> None:
    talk.questions += 1
    talk.question = Question("choice", talk.questions, offers=offers)
    rendering.options(talk, body, offers, rendering.Manners(more="more::", page=page))


def flow_offer(talk: Conversation, name: str) -> Offer:
    """Offer a flow by its title."""
    title = talk.flow_title(name)
    return Offer(f"flow:{name}", title[:1].upper() + title[1:])


def intent_offer(talk: Conversation, intent: str) -> Offer | None:
    """Offer what an intent leads to; None when that has no title to show."""
    program = talk.program
    for flow in program.flows.values():
        if intent in flow.triggers.intents:
            return flow_offer(talk, flow.name) if flow.title else None
    if intent in program.faq_titles:
        name = talk.text(program.faq_titles[intent])
        return Offer(f"faq:{intent}", name[:1].upper() + name[1:])
    if intent in program.handoff.intents:
        return Offer("handoff:", talk.phrase("person"))
    return None


def exhausted(talk: Conversation) -> bool:
    """Give up on understanding her; tell whether it is her turn now."""
    talk.note("exhausted", talk.stack[-1].flow if talk.stack else "")
    talk.close()
    talk.misses = 0
    if talk.program.exhausted.code:
        talk.push(EXHAUSTED)
        return False
    if talk.program.handoff.teams:
        hand_over(talk, "", "exhausted")
    else:
        offer_menu(talk, talk.phrase("exhausted"))
    return True


# --- people ---------------------------------------------------------------------------------------


def hand_over(
    talk: Conversation,
    team: str,
    reason: Literal["asked", "step", "exhausted", "failed"],
    words: str = "",
) -> None:
    """Give the conversation to people, and tell her: in hours or out of them."""
    team = team or talk.program.handoff.default_team
    said = called(talk)
    if words:
        said = words if is_open(talk) else f"{words}\n\n{said}"
    rendering.text(talk, said)
    talk.note("handed_off", team, reason)
    talk.actions.append(Handoff(team, reason, _summary(talk), dict(talk.slots)))
    talk.close()
    talk.misses = 0


def called(talk: Conversation) -> str:
    """Word that people are called; while they are away, when they answer."""
    policy = talk.program.handoff
    if is_open(talk):
        return talk.text(policy.say) if policy.say else talk.phrase("handoff")
    return talk.text(policy.closed) if policy.closed else talk.phrase("handoff_closed")


def is_open(talk: Conversation) -> bool:
    """Tell whether people answer now."""
    return bool(talk.named("hours")["open"])


def _summary(talk: Conversation) -> str:
    """Tell an agent in a few lines what is known."""
    lines = [talk.flow_title(frame.flow) for frame in talk.stack if frame.flow != EXHAUSTED]
    for name in talk.filled:
        slot = talk.program.slots.get(name)
        value = talk.slots.get(name)
        if slot is None or value is None:
            continue
        title = talk.text(slot.title) if slot.title else name.replace("_", " ")
        lines.append(f"{title}: {_readable(talk, slot, value)}")
    return "\n".join(lines)[:_SUMMARY]


def _readable(talk: Conversation, slot: Slot, value: Any) -> str:
    if slot.type == "choice":
        value = talk.label_of(slot, value)
    elif slot.type in {"money", "date", "datetime", "phone"}:
        value = filters.apply(slot.type, "", value, talk.manner)
    return filters.show(value, talk.manner)
