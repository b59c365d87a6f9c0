"""Flows begun, interrupted, returned to and dropped."""

import msgspec

from prosa.contracts.session import Frame
from prosa.dialogue import values
from prosa.dialogue.extractors.normalise import fold
from prosa.dialogue.hearing import Hearing
from prosa.dialogue.language import CallTool, Flow
from prosa.dialogue.turns import Utterance

SURE = 0.8
"""Score from which an intent is no slip.

By the sight of conversations: wishes in full score 0.8 and more, fragments that only resemble them
0.2 to 0.5.
"""


def drop(hearing: Hearing) -> None:
    """End the flow on top with all that called it, down to one that was interrupted."""
    talk = hearing.talk
    talk.question = None
    while talk.stack:
        ended = talk.stack.pop()
        talk.forget(
            name for name in talk.flow(ended.flow).owns if not talk.program.slots[name].keep
        )
        if returning := talk.resume():
            hearing.remarks.append(returning)
            return


def of_intent(hearing: Hearing, intent: str) -> Flow | None:
    """Find the flow that an intent starts."""
    return next(
        (flow for flow in hearing.talk.program.flows.values() if intent in flow.triggers.intents),
        None,
    )


def by_word(hearing: Hearing, heard: Utterance) -> bool:
    """Start the flow that her whole message is a keyword of."""
    said = fold(heard.text).strip(" .!?")
    for flow in hearing.talk.program.flows.values():
        if any(said == fold(keyword) for keyword in flow.triggers.keywords):
            return start(hearing, flow, heard)
    return False


def start(hearing: Hearing, flow: Flow, heard: Utterance | None) -> bool:
    """Begin a flow, or return to it; what she said fills its slots first.

    False when it is the flow that she is in, and her words bring nothing to its question, unless
    they say beyond doubt that she wants it from the beginning ("quero ver outros carros").
    """
    talk = hearing.talk
    place = talk.place_of(flow.name)
    if place is None:
        _begin(hearing, flow, heard)
    elif heard and values.absorb(hearing, heard, values.scope(hearing)):
        pass
    elif heard is None or not talk.question or place < len(talk.stack) - 1:
        _return_to(hearing, place)
    elif heard.ranking.intents and heard.ranking.intents[0].score >= SURE:
        _begin_again(hearing, place)
    else:
        return False
    hearing.moved = True
    return True


def _begin(hearing: Hearing, flow: Flow, heard: Utterance | None) -> None:
    talk = hearing.talk
    interrupt(hearing)
    talk.push(flow.name)
    talk.forget(_results(flow))
    if heard is not None:
        above = len(talk.stack) - 1  # what she asks for now comes first
        values.absorb(hearing, heard, values.scope(hearing, flow), above=above)
        values.absorb_file(hearing, flow, heard)


def interrupt(hearing: Hearing) -> None:
    """Leave the flow on top where it stands, to be come back to."""
    talk = hearing.talk
    if talk.stack:
        talk.stack[-1] = msgspec.structs.replace(talk.stack[-1], interrupted=True)
    talk.question = None


def _results(flow: Flow) -> set[str]:
    return {operation.tool for operation in flow.code if isinstance(operation, CallTool)}


def _return_to(hearing: Hearing, place: int) -> None:
    """Bring an open flow to the top; one that only waits for those above it begins again."""
    talk = hearing.talk
    if place == len(talk.stack) - 1:
        return
    frame = talk.stack[place]
    flow = talk.flow(frame.flow)
    talk.question = None
    if frame.interrupted:
        talk.stack.append(talk.stack.pop(place))
        talk.go(frame.at)
        talk.stack[-1] = Frame(frame.flow, frame.at)
        talk.stack[-2] = msgspec.structs.replace(talk.stack[-2], interrupted=True)
        talk.note("flow_resumed", flow.name)
        return
    _begin_again(hearing, place)


def _begin_again(hearing: Hearing, place: int) -> None:
    """Begin an open flow anew, without those above it and without what it was told."""
    talk = hearing.talk
    flow = talk.flow(talk.stack[place].flow)
    del talk.stack[place:]
    talk.question = None
    talk.spend(flow.name)
    talk.push(flow.name)
    talk.forget(_results(flow))
