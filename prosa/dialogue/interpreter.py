"""Take one turn of a conversation.

Pure: what a tool must answer is asked for by yielding a `Call`, and the caller sends the
`CallResult` in. The same program, session, utterances, scene and results always give the same
reply.

    turn = take_turn(program, session, heard, scene)
    try:
        call = next(turn)
        while True:
            call = turn.send(await run(call))
    except StopIteration as stop:
        reply = stop.value
"""

from collections.abc import Callable, Generator, Mapping

from prosa.contracts.outbound import Message
from prosa.contracts.session import Session, pinned_to
from prosa.dialogue import listening, rendering, repair, running
from prosa.dialogue.conversation import Conversation
from prosa.dialogue.hearing import Hearing
from prosa.dialogue.language import Ask, Confirm, Flow, Program
from prosa.dialogue.turns import Call, CallResult, Heard, Reply, Scene

Turn = Generator[Call, CallResult, Reply]


def take_turn(program: Program, session: Session | None, heard: Heard, scene: Scene) -> Turn:
    """Hear what a turn drained, run the flows, and give the reply.

    A session of another program is moved to this one: its slots are kept as far as this one has
    them, its open flow is not, and the customer is told so.
    """
    talk = Conversation(program, session, scene)
    hearing = Hearing(talk)
    for utterance in heard.utterances:
        if hearing.over:
            break
        listening.hear(hearing, utterance)
    if heard.joint and hearing.missed and not hearing.moved:
        listening.hear_joined(hearing, heard.utterances, heard.joint)
    yield from _answer(talk, hearing)
    return talk.reply()


def finish(turn: Turn, answer: Callable[[Call], CallResult]) -> Reply:
    """Run a turn to its end, with tools that answer at once: for tests and command lines."""
    try:
        call = next(turn)
        while True:
            call = turn.send(answer(call))
    except StopIteration as stop:
        reply: Reply = stop.value
        return reply


def say_closed(program: Program, session: Session | None, scene: Scene) -> tuple[Message, ...]:
    """Say that people are away and when they answer, to somebody who waits for them."""
    talk = Conversation(program, session, scene)
    rendering.text(talk, repair.called(talk))
    return tuple(talk.messages)


def apologise(program: Program, scene: Scene) -> tuple[Message, ...]:
    """Say that something broke and that people are called; needs no session, which may be why."""
    talk = Conversation(program, None, scene)
    rendering.text(talk, f"{talk.phrase('stuck')} {repair.called(talk)}")
    return tuple(talk.messages)


def program_for(session: Session | None, current: Program, older: Mapping[str, Program]) -> Program:
    """Choose a session's program: its own while a flow is open and if it is known."""
    pinned = pinned_to(session)
    return older.get(pinned, current) if pinned is not None else current


def _answer(talk: Conversation, hearing: Hearing) -> Generator[Call, CallResult, None]:
    """Say what a hearing came to, and run on."""
    if hearing.silent:
        return
    if hearing.handoff is not None:
        _remark(talk, hearing)
        repair.hand_over(talk, hearing.handoff, "asked")
        return
    if talk.restarted:
        rendering.text(talk, talk.phrase("restarted"))
    if hearing.over:
        _remark(talk, hearing)
        return
    greeted = _greet(talk)
    _remark(talk, hearing)
    for intent in hearing.digressions:
        running.speak(talk, talk.program.faq[intent])
    if hearing.menu:
        repair.offer_menu(talk, page=hearing.menu_page)
        return
    if hearing.moved:
        talk.misses = 0
    elif not _handle_unmoved(talk, hearing, greeted=greeted):
        return
    yield from running.Runner(talk, hearing.feedback, hearing.pending).run()


def _remark(talk: Conversation, hearing: Hearing) -> None:
    for remark in dict.fromkeys(hearing.remarks):
        rendering.text(talk, remark)


def _greet(talk: Conversation) -> bool:
    """Greet once a day, but not in the middle of something."""
    today = talk.now.date().isoformat()
    greeting = talk.program.greeting
    if talk.greeted_on == today or talk.midway:
        return False
    talk.greeted_on = today
    if greeting is None:
        return False
    talk.note("greeted")
    rendering.text(talk, talk.text(greeting.say))
    return True


def _handle_unmoved(talk: Conversation, hearing: Hearing, *, greeted: bool) -> bool:
    """Answer when nothing moved: a greeting, thanks, a miss. Tell whether the flow goes on."""
    if hearing.missed is not None:
        return _handle_miss(talk, hearing)
    talk.misses = 0
    if talk.stack:
        return True
    if hearing.thanks and not hearing.greeting:
        rendering.text(talk, talk.phrase("welcome"))
        return False
    first = _first(talk)
    if first is not None and (talk.fresh or greeted):
        talk.push(first.name)
        return True
    if not hearing.remarks or hearing.greeting:
        lead = "" if greeted or hearing.remarks else f"{talk.look_up(('day', 'greeting'))}!"
        repair.offer_menu(talk, lead)
    return False


def _handle_miss(talk: Conversation, hearing: Hearing) -> bool:
    if hearing.candidates and talk.misses < talk.program.repair.attempts:
        talk.misses += 1
        if repair.clarify(talk, hearing.candidates):
            return False
        talk.misses -= 1
    match talk.operation:
        case Ask(slot=slot):
            hearing.feedback = repair.not_understood(talk, talk.program.slots[slot])
            return True
        case Confirm():
            hearing.feedback = repair.Feedback(
                body=talk.phrase("yes_or_no"),
                tries=talk.question.tries + 1 if talk.question else 1,
            )
            talk.note("not_understood", "confirm")
            return True
        case _:
            pass
    first = _first(talk)
    if first is not None and talk.fresh:
        talk.push(first.name)
        return True
    talk.misses += 1
    talk.note("not_understood")
    if talk.misses >= talk.program.repair.attempts:
        return not repair.exhausted(talk)
    if talk.misses == 1:
        rendering.text(talk, talk.phrase("rephrase"))
    else:
        repair.offer_menu(talk, talk.phrase("rephrase"))
    return False


def _first(talk: Conversation) -> Flow | None:
    return next((flow for flow in talk.program.flows.values() if flow.triggers.first), None)
