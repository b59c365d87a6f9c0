"""Run the flow on top of the stack until it asks, ends, or hands over.

A generator: it yields a `Call` where a tool must run and is sent the `CallResult`.
"""

from collections.abc import Generator, Mapping
from typing import Any
from urllib.parse import quote

import msgspec

from prosa.contracts import outbound
from prosa.contracts.session import Question
from prosa.dialogue import rendering, repair, slots
from prosa.dialogue.choices import offers
from prosa.dialogue.conversation import NOTHING, Conversation
from prosa.dialogue.filters import show
from prosa.dialogue.language import (
    Address,
    ApprovedTemplate,
    Ask,
    Attached,
    Branch,
    CallTool,
    CatalogueTool,
    Clear,
    Confirm,
    End,
    Enter,
    HandOver,
    HttpTool,
    Jump,
    Label,
    Operation,
    Pin,
    Press,
    Rows,
    Say,
    SetValues,
    SharedContact,
    Speech,
    Tool,
)
from prosa.dialogue.repair import Feedback
from prosa.dialogue.templates import Placeholder
from prosa.dialogue.turns import (
    Answered,
    Call,
    CallResult,
    EndSession,
    SetAttribute,
    Tag,
    Untag,
    Utterance,
)

MAX_STEPS = 50
"""Steps a turn; a dialogue that takes more goes in circles."""

MAX_JUMPS = 500
"""Branches and jumps a turn: they say nothing, so they may be many, and not without end."""

MAX_RESULT_CHARACTERS = 64_000
"""A result is kept in the contact document, which one compare-and-set has to carry."""

_SHY = frozenset({"text", "yes_no"})

Running = Generator[Call, CallResult, None]


class Runner:
    """Runs a conversation on.

    `feedback` is what the last answer deserves before the question again; `pending` what she said
    beside a no, offered to the first question reached.
    """

    def __init__(
        self,
        talk: Conversation,
        feedback: Feedback | None = None,
        pending: Utterance | None = None,
    ) -> None:
        self._talk = talk
        self._feedback = feedback
        self._pending = pending

    def run(self) -> Running:
        """Run until the customer's turn."""
        talk = self._talk
        talk.question = None
        if isinstance(talk.operation, Ask):
            talk.go(talk.operation.begins)
        steps = jumps = 0
        while (operation := talk.operation) is not None:
            if isinstance(operation, Jump | Branch):
                jumps += 1
            else:
                steps += 1
            if steps > MAX_STEPS or jumps > MAX_JUMPS:
                self._stuck()
                return
            if isinstance(operation, CallTool):
                yield from self._call(operation)
            elif self._waits(operation):
                return

    def _stuck(self) -> None:
        talk = self._talk
        talk.note("too_many_steps", talk.stack[-1].flow)
        rendering.text(talk, talk.phrase("stuck"))
        talk.close()
        if talk.program.handoff.teams:
            repair.hand_over(talk, "", "failed")

    def _waits(self, operation: Operation) -> bool:  # noqa: C901 - an operation, a case
        """Do one operation; tell whether it is the customer's turn now."""
        talk = self._talk
        match operation:
            case Say():
                self._next()
                say(talk, operation)
            case Ask():
                return self._ask(operation)
            case Confirm():
                return self._confirm(operation)
            case SetValues(values, attributes):
                self._next()
                self._set(values, attributes)
            case Clear(names):
                self._next()
                talk.forget(names)
            case Branch(condition, otherwise):
                talk.go(talk.stack[-1].at + 1 if talk.holds(condition) else otherwise)
            case Jump(to):
                talk.go(to)
            case Enter(flow):
                self._next()
                self._enter(flow)
            case Label(add, remove):
                self._next()
                talk.actions += [*map(Tag, add), *map(Untag, remove)]
            case HandOver(team, words):
                repair.hand_over(talk, team, "step", talk.text(words) if words else "")
                return True
            case End(session):
                self._end(session=session)
            case CallTool():
                raise AssertionError("calls are made by `run`, which can yield")
        return False

    def _next(self) -> None:
        self._talk.go(self._talk.stack[-1].at + 1)

    # --- asking -----------------------------------------------------------------------------------

    def _ask(self, ask: Ask) -> bool:
        talk = self._talk
        if talk.has(ask.slot) or ask.slot in talk.skipped:
            self._next()
            return False
        slot = talk.program.slots[ask.slot]
        if self._pending is not None and slot.type not in _SHY:
            heard, self._pending = self._pending, None
            reading = slots.read(talk, slot, heard, expected=True)
            if isinstance(reading, slots.Found):
                talk.fill(slot.name, reading.value)
                talk.note("filled", slot.name)
                return False
            self._feedback = repair.of_reading(talk, slot, reading)
        feedback = self._take_feedback(ask.slot)
        if feedback and feedback.tries >= ask.tries:
            if ask.exhausted is not None:
                talk.note("exhausted", ask.slot)
                talk.go(ask.exhausted)
                return False
            return repair.exhausted(talk)
        talk.questions += 1
        talk.question = Question(
            "slot",
            talk.questions,
            ask.slot,
            feedback.narrowed if feedback else (),
            feedback.page if feedback else 0,
            feedback.tries if feedback else 0,
        )
        talk.note("asked", ask.slot)
        self._show_question(ask, feedback)
        return True

    def _show_question(self, ask: Ask, feedback: Feedback | None) -> None:
        talk = self._talk
        slot = talk.program.slots[ask.slot]
        asked = repair.missing_part(talk, slot) or talk.text(ask.say)
        body = asked
        if feedback and feedback.again and ask.again:
            body = talk.text(ask.again)
        elif feedback and feedback.body:
            body = f"{feedback.body}\n\n{asked}" if feedback.and_question else feedback.body
        if slot.type == "location" and ask.show == "auto":
            talk.messages.append(outbound.LocationRequest(body))
            return
        shown = (feedback.narrowed if feedback else ()) or offers(talk, slot)
        if slot.type == "yes_no":
            shown = repair.yes_or_no(talk, slot.name)
        if ask.optional and shown:
            shown = (*shown, repair.no_preference(talk, slot.name))
        rendering.options(
            talk,
            body,
            shown,
            rendering.Manners(
                ask.show,
                ask.button,
                ask.image if feedback is None else None,
                ask.footer,
                f"more:{slot.name}:",
                feedback.page if feedback else 0,
            ),
        )

    def _confirm(self, confirm: Confirm) -> bool:
        talk = self._talk
        feedback = self._take_feedback("")
        if feedback and feedback.tries >= confirm.tries:
            return repair.exhausted(talk)
        talk.questions += 1
        talk.question = Question("confirm", talk.questions, tries=feedback.tries if feedback else 0)
        body = talk.text(confirm.say)
        if feedback and feedback.body:
            body = f"{feedback.body}\n\n{body}" if feedback.and_question else feedback.body
        talk.note("asked", "confirm")
        rendering.buttons(
            talk,
            body,
            [
                outbound.Button(
                    f"confirm:{talk.questions}:{answer}",
                    rendering.clip(talk.text(words) if words else talk.phrase(answer), 20),
                )
                for answer, words in (("yes", confirm.yes), ("no", confirm.no))
            ],
        )
        return True

    def _take_feedback(self, slot: str) -> Feedback | None:
        """Give the feedback if it is about this question, and only once."""
        feedback, self._feedback = self._feedback, None
        return feedback if feedback and feedback.slot == slot else None

    # --- doing ------------------------------------------------------------------------------------

    def _set(self, values: Mapping[str, Any], attributes: Mapping[str, Any]) -> None:
        talk = self._talk
        for name, value in values.items():
            computed = talk.evaluate(value)
            if computed is None:
                talk.forget([name])
            else:
                talk.fill(name, computed)
        talk.actions += [
            SetAttribute(name, talk.evaluate(value)) for name, value in attributes.items()
        ]

    def _enter(self, flow: str) -> None:
        """Call a flow; one that is open already comes to the top instead of beginning again."""
        talk = self._talk
        place = talk.place_of(flow)
        if place is None:
            talk.push(flow)
        elif place < len(talk.stack) - 1:
            talk.stack.append(talk.stack.pop(place))
            talk.note("flow_resumed", flow)
        else:
            talk.go(0)

    def _end(self, *, session: bool) -> None:
        talk = self._talk
        if session:
            talk.note("flow_ended", talk.stack[-1].flow, "session")
            talk.stack.clear()
            talk.forget(
                [
                    name
                    for name in (*talk.slots, *talk.results, *talk.partial)
                    if not _kept(talk, name)
                ]
            )
            talk.actions.append(EndSession())
            return
        ended = talk.stack.pop()
        talk.spend(ended.flow)
        talk.note("flow_ended", ended.flow)
        if returning := talk.resume():
            rendering.text(talk, returning)

    def _call(self, operation: CallTool) -> Running:
        talk = self._talk
        tool = talk.program.tools[operation.tool]
        talk.note("called", tool.name)
        result = yield Call(tool.name, arguments(talk, tool), tool)
        reason = ""
        if not isinstance(result, Answered):
            reason = result.reason
        elif len(msgspec.json.encode(result.value)) > MAX_RESULT_CHARACTERS:
            reason = "too_large"
        else:
            talk.results[tool.name] = result.value
            self._next()
            return
        talk.note("call_failed", tool.name, reason)
        talk.results.pop(tool.name, None)
        if operation.failed is not None:
            talk.go(operation.failed)
            return
        rendering.text(talk, talk.phrase("tool_failed"))
        if talk.program.handoff.teams:
            repair.hand_over(talk, "", "failed")
        else:
            self._end(session=False)


def _kept(talk: Conversation, name: str) -> bool:
    slot = talk.program.slots.get(name)
    return slot is not None and slot.keep


def arguments(talk: Conversation, tool: Tool) -> dict[str, Any]:
    """Fill in a call. What is null is left out of queries and searches."""
    if isinstance(tool, CatalogueTool):
        where: dict[str, dict[str, Any]] = {}
        for field, condition in tool.where.items():
            found = {name: talk.evaluate(value) for name, value in condition.items()}
            found = {name: value for name, value in found.items() if value not in (None, "", [])}
            if found:
                where[field] = found
        return {
            "where": where,
            "sort": tool.sort,
            "descending": tool.descending,
            "limit": tool.limit,
        }
    return _request(talk, tool)


def _request(talk: Conversation, tool: HttpTool) -> dict[str, Any]:
    def filled(placeholder: Placeholder) -> str:
        return quote(show(talk.look_up(placeholder.path), talk.manner), safe="")

    request: dict[str, Any] = {"url": tool.url.render(filled)}
    if tool.query is not None:
        query = talk.evaluate(tool.query)
        request["query"] = {
            name: show(value, talk.manner) if not isinstance(value, str) else value
            for name, value in (query if isinstance(query, dict) else {}).items()
            if value is not None
        }
    if tool.json is not None:
        request["json"] = talk.evaluate(tool.json)
    return request


# --- saying ---------------------------------------------------------------------------------------


def say(talk: Conversation, operation: Say) -> None:
    """Speak; once an item where the step says `each`."""
    if not operation.each:
        speak(talk, operation.speech)
        return
    items = talk.look_up(operation.each)
    for item in items[: operation.limit] if isinstance(items, list) else ():
        speak(talk, operation.speech, {"item": item})


def speak(talk: Conversation, speech: Speech, local: Mapping[str, Any] = NOTHING) -> None:
    """Say a speech: its texts, the last with what goes with it."""
    bodies = [talk.text(words, local) for words in speech.texts]
    last = bodies.pop() if bodies and speech.extra is not None else ""
    for body in bodies:
        rendering.text(talk, body)
    manners = rendering.Manners(image=speech.image, footer=speech.footer)
    match speech.extra:
        case None:
            return
        case Attached() as attached:
            rendering.captioned(talk, attached, last, local)
        case Rows(button, presses):
            made = [_row(talk, press, local) for press in presses]
            manners = msgspec.structs.replace(manners, button=button)
            rendering.rows(talk, last, made, manners)
        case Address(title, url):
            _link(talk, last, speech, title=talk.text(title, local), url=talk.render(url, local))
        case Pin() as pin:
            rendering.text(talk, last)
            _pin(talk, pin, local)
        case ApprovedTemplate() as template:
            rendering.text(talk, last)
            talk.messages.append(
                outbound.Template(
                    template.name,
                    template.language,
                    tuple(talk.render(each, local) for each in template.body),
                    {name: talk.render(each, local) for name, each in template.named.items()},
                )
            )
        case SharedContact(name, phone):
            rendering.text(talk, last)
            card = outbound.ContactCard(talk.text(name, local), talk.render(phone, local))
            talk.messages.append(outbound.ContactCards((card,)))
        case tuple() as presses:
            rendering.buttons(
                talk, last, [_button(talk, press, local) for press in presses], manners
            )


def _button(talk: Conversation, press: Press, local: Mapping[str, Any]) -> outbound.Button:
    title = rendering.clip(talk.text(press.title, local), 20)
    return outbound.Button(talk.render(press.payload, local, raw=True)[:200], title or "…")


def _row(talk: Conversation, press: Press, local: Mapping[str, Any]) -> outbound.Row:
    description = talk.text(press.description, local) if press.description else ""
    payload = talk.render(press.payload, local, raw=True)[:200]
    return rendering.row(payload, talk.text(press.title, local).strip() or "…", description)


def _link(talk: Conversation, body: str, speech: Speech, *, title: str, url: str) -> None:
    header = None
    if speech.image and (media := rendering.file(talk, speech.image)):
        header = outbound.Header(media=media)
    footer = rendering.clip(talk.text(speech.footer), 60) if speech.footer else ""
    if not url.startswith(("https://", "http://")):
        rendering.text(talk, body)
        return
    talk.messages.append(
        outbound.Link(
            rendering.shortened(talk, body), rendering.clip(title, 20) or "…", url, header, footer
        )
    )


def _pin(talk: Conversation, pin: Pin, local: Mapping[str, Any]) -> None:
    degrees = [_degrees(talk.evaluate(value, local)) for value in (pin.latitude, pin.longitude)]
    latitude, longitude = degrees
    if latitude is None or longitude is None:
        return
    talk.messages.append(
        outbound.Location(
            latitude,
            longitude,
            talk.text(pin.name, local) if pin.name else "",
            talk.text(pin.address, local) if pin.address else "",
        )
    )


def _degrees(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
