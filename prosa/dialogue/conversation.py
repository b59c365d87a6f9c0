"""One turn in the making: the session opened up for change, what is said, done and noted.

Everything that hears and speaks works on a `Conversation`; `reply` closes it again.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from prosa.contracts import outbound
from prosa.contracts.session import Frame, Question, Session
from prosa.dialogue import expressions, filters, templates
from prosa.dialogue.expressions import Expression, ExpressionFailed
from prosa.dialogue.filters import Manner
from prosa.dialogue.language import (
    EXHAUSTED,
    Computed,
    Filled,
    Fixed,
    Flow,
    FromResult,
    Listed,
    Mapped,
    Operation,
    Program,
    Slot,
    Value,
    Words,
)
from prosa.dialogue.templates import Placeholder, Template
from prosa.dialogue.turns import Action, Decision, DecisionKind, Reply, Scene

MAX_STACK = 5
"""Flows begun and not ended; the oldest is forgotten for a sixth."""

NOTHING: Mapping[str, Any] = {}

_MORNING, _AFTERNOON, _EVENING = 5, 12, 18


class Conversation:
    """The state of a turn. Lists and dicts are this turn's own copies."""

    def __init__(self, program: Program, session: Session | None, scene: Scene) -> None:
        self.program, self.scene = program, scene
        self.now = scene.now.astimezone(scene.time_zone)
        self.messages: list[outbound.Message] = []
        self.actions: list[Action] = []
        self.trace: list[Decision] = []
        self.stack: list[Frame] = []
        self.fresh = session is None
        self.restarted = False
        session = session or Session(program=program.hash)
        if self._expired(session):
            self.note("expired")
            self.fresh = True
            session = _anew(session, program)
        elif session.program != program.hash:
            self.restarted = bool(session.stack)
            if session.stack or session.question:
                self.note("restarted", detail="program changed")
            session = _moved(session, program)
        self.locale = self._known_locale(scene.locale or session.locale)
        self.stack = list(session.stack)
        self.question: Question | None = session.question
        self.slots = dict(session.slots)
        self.results = dict(session.results)
        self.skipped = list(session.skipped)
        self.partial = dict(session.partial)
        self.filled = list(session.filled)
        self.spent = list(session.spent)
        self.midway = bool(self.stack)
        self.misses = session.misses
        self.questions = session.questions
        self.greeted_on = session.greeted_on
        self.manner = Manner(self.locale, program.currency, self.now, scene.time_zone)
        self._turns = session.turns

    def reply(self) -> Reply:
        """Close the turn."""
        session = Session(
            program=self.program.hash,
            stack=tuple(self.stack),
            question=self.question,
            slots=self.slots,
            results=self.results,
            skipped=tuple(self.skipped),
            partial=self.partial,
            filled=tuple(self.filled),
            spent=tuple(self.spent),
            locale=self.locale,
            misses=self.misses,
            questions=self.questions,
            turns=self._turns + 1,
            greeted_on=self.greeted_on,
            last_turn_at_ms=int(self.scene.now.timestamp() * 1000),
        )
        return Reply(session, tuple(self.messages), tuple(self.actions), tuple(self.trace))

    def _expired(self, session: Session) -> bool:
        idle = self.program.session.idle if self.scene.idle is None else self.scene.idle
        silence = self.scene.now.timestamp() * 1000 - session.last_turn_at_ms
        return session.last_turn_at_ms > 0 and silence > idle.total_seconds() * 1000

    def _known_locale(self, locale: str) -> str:
        """Give the program's locale that is nearest to the contact's."""
        language = locale.partition("-")[0].lower()
        known = self.program.locales
        if locale in known:
            return locale
        return next(
            (own for own in known if own.partition("-")[0] == language), self.program.locale
        )

    # --- the record -------------------------------------------------------------------------------

    def note(
        self, kind: DecisionKind, subject: str = "", detail: str = "", score: float | None = None
    ) -> None:
        """Put a decision on the trace."""
        flow = self.stack[-1].flow if self.stack else ""
        self.trace.append(Decision(kind, subject, detail, score, flow))

    # --- flows ------------------------------------------------------------------------------------

    def flow(self, name: str) -> Flow:
        """Give a flow; the one that `repair.exhausted` became has a name of its own."""
        return self.program.exhausted if name == EXHAUSTED else self.program.flows[name]

    @property
    def operation(self) -> Operation | None:
        """What the top of the stack stands at."""
        if not self.stack:
            return None
        frame = self.stack[-1]
        return self.flow(frame.flow).code[frame.at]

    def place_of(self, flow: str) -> int | None:
        """Give a flow's place on the stack, 0 at the bottom."""
        return next((at for at, frame in enumerate(self.stack) if frame.flow == flow), None)

    def push(self, flow: str, at: int = 0) -> None:
        """Begin a flow on top of the others."""
        self._forget_spent(flow, at)
        self.stack.append(Frame(flow, at))
        del self.stack[:-MAX_STACK]
        self.note("flow_started", flow)

    def go(self, to: int) -> None:
        """Move the top frame to an address."""
        self.stack[-1] = msgspec.structs.replace(self.stack[-1], at=to)

    def resume(self) -> str:
        """Go on with the flow on top if another came between; give the words that say so."""
        if not self.stack or not self.stack[-1].interrupted:
            return ""
        frame = self.stack[-1]
        self.stack[-1] = Frame(frame.flow, frame.at)
        self.note("flow_resumed", frame.flow)
        return self.phrase("returning", flow={"title": self.flow_title(frame.flow)})

    def flow_title(self, name: str) -> str:
        """Give a flow's title in the customer's language; its name when it has none."""
        title = self.flow(name).title
        return self.text(title) if title else name.replace("_", " ")

    # --- slots ------------------------------------------------------------------------------------

    def fill(self, name: str, value: Any) -> None:
        """Set a slot."""
        self.slots[name] = value
        self.partial.pop(name, None)
        self._renew(name)
        self.filled.append(name)

    def forget(self, names: Iterable[str]) -> None:
        """Empty slots and drop results."""
        for name in names:
            self.slots.pop(name, None)
            self.results.pop(name, None)
            self.partial.pop(name, None)
            self._renew(name)

    def skip(self, name: str) -> None:
        """Take note that she does not care for an optional slot."""
        self.forget([name])
        self.skipped.append(name)
        self.note("skipped", name)

    def _renew(self, name: str) -> None:
        for names in (self.filled, self.skipped, self.spent):
            if name in names:
                names.remove(name)

    def spend(self, flow: str) -> None:
        """Take note that a flow is over: begun again, it forgets what it was told."""
        for name in sorted(self.flow(flow).owns):
            known = name in self.slots or name in self.skipped
            if known and name not in self.spent and not self.program.slots[name].keep:
                self.spent.append(name)

    def close(self) -> None:
        """End all flows."""
        for frame in self.stack:
            self.spend(frame.flow)
        self.stack.clear()
        self.question = None

    def _forget_spent(self, flow: str, at: int) -> None:
        """Begin a flow without what an earlier run of it was told, as far as it is still to ask."""
        asks = self.flow(flow).asks
        own = (name for name in self.flow(flow).owns if not at or asks.get(name, 0) > at)
        spent = [name for name in own if name in self.spent]
        if spent:
            self.note("forgot", flow)
        self.forget([*spent, *(void for name in spent for void in self.after(name))])

    def has(self, name: str) -> bool:
        """Tell whether a slot is filled."""
        return self.slots.get(name) is not None

    def after(self, changed: str) -> set[str]:
        """Name what a slot's change makes void: results that it went into, choices from those."""
        void: set[str] = set()
        pending = [changed]
        while pending:
            name = pending.pop()
            for tool in self.program.tools.values():
                if name in tool.uses and tool.name not in void:
                    void.add(tool.name)
                    pending.append(tool.name)
            for slot in self.program.slots.values():
                origin = slot.source
                if isinstance(origin, FromResult) and origin.tool == name and slot.name not in void:
                    void.add(slot.name)
                    pending.append(slot.name)
        return void - {changed}

    # --- texts and values -------------------------------------------------------------------------

    def phrase(self, key: str, **local: Any) -> str:
        """Speak one of the engine's own texts."""
        return self.text(self.program.phrases[key], local)

    def text(self, words: Words, local: Mapping[str, Any] = NOTHING) -> str:
        """Fill a text in the customer's language; `local` names come before all others."""
        return self.render(words.within(self.locale), local)

    def render(
        self, template: Template, local: Mapping[str, Any] = NOTHING, *, raw: bool = False
    ) -> str:
        """Fill a template; `raw` writes ids instead of labels, for tools."""
        return template.render(lambda placeholder: self._fill(placeholder, local, raw=raw))

    def _fill(self, placeholder: Placeholder, local: Mapping[str, Any], *, raw: bool) -> str:
        value = self.look_up(placeholder.path, local)
        optional = any(name == "or" for name, _ in placeholder.filters)
        if value is None and not optional:
            self.note("missing_value", placeholder.written)
        if not raw and len(placeholder.path) == 1 and placeholder.path[0] not in local:
            value = self._shown(placeholder.path[0], value, filtered=bool(placeholder.filters))
        for name, argument in placeholder.filters:
            value = filters.apply(name, argument, value, self.manner)
        return filters.show(value, self.manner)

    def _shown(self, name: str, value: Any, *, filtered: bool) -> Any:
        """Give a slot's value as a customer should read it."""
        slot = self.program.slots.get(name)
        if slot is None or value is None:
            return value
        if slot.type == "choice":
            return self.label_of(slot, value)
        if slot.type in {"money", "date", "datetime", "phone"} and not filtered:
            return filters.apply(slot.type, "", value, self.manner)
        if slot.type == "location" and isinstance(value, dict) and not filtered:
            return value.get("name") or value.get("address") or "📍"
        return value

    def label_of(self, slot: Slot, value: Any) -> Any:
        """Give the label of a chosen value."""
        for option in slot.options:
            if option.id == value:
                return self.text(option.label)
        if isinstance(value, dict) and slot.label is not None:
            return self.render(slot.label, value)
        return value

    def look_up(self, path: tuple[str, ...], local: Mapping[str, Any] = NOTHING) -> Any:
        """Follow a path from the names that texts know; None where it leads nowhere."""
        root, *rest = path
        value = local[root] if root in local else self.named(root)
        found = templates.get(value, tuple(rest))
        return self.text(found) if isinstance(found, Words) else found

    def named(self, name: str) -> Any:
        """Give what a name means to texts and tools."""
        if name in self.slots:
            return self.slots[name]
        if name in self.results:
            return self.results[name]
        resolve = _ROOTS.get(name)
        return resolve(self) if resolve else None

    def evaluate(self, value: Value, local: Mapping[str, Any] = NOTHING) -> Any:
        """Compute a value for a tool or a slot: plain JSON."""
        match value:
            case Fixed(fixed):
                return fixed
            case Filled(template):
                whole = template.whole
                if whole is not None and not whole.filters:
                    return _plain(self.look_up(whole.path, local))
                return self.render(template, local, raw=True)
            case Computed(expression):
                return _plain(self.compute(expression, local))
            case Mapped(entries):
                return {name: self.evaluate(entry, local) for name, entry in entries.items()}
            case Listed(items):
                return [self.evaluate(item, local) for item in items]

    def holds(self, condition: Expression, local: Mapping[str, Any] = NOTHING) -> bool:
        """Judge a condition; one that fails is false."""
        return self.compute(condition, local) is True

    def compute(self, expression: Expression, local: Mapping[str, Any] = NOTHING) -> Any:
        """Compute an expression; None, and a note, when it fails."""
        names = {
            name: local[name] if name in local else self._for_cel(name) for name in expression.names
        }
        try:
            return expressions.evaluate(expression, names)
        except ExpressionFailed as failure:
            self.note("condition_failed", expression.source, str(failure))
            return None

    def _for_cel(self, name: str) -> Any:
        value = self.named(name)
        slot = self.program.slots.get(name)
        if slot and slot.type == "datetime" and isinstance(value, str):
            return dt.datetime.fromisoformat(value)
        if name == "vars":
            return {
                key: self.text(each) if isinstance(each, Words) else each
                for key, each in value.items()
            }
        return value

    # --- the names of all texts -------------------------------------------------------------------

    def variables(self) -> dict[str, Any]:
        """Give the dialogue's `vars`, the Chatbot's in place of its own."""
        return {**self.program.variables, **self.scene.variables}

    def contact(self) -> dict[str, Any]:
        """Give the contact."""
        contact = self.scene.contact
        return {
            "name": contact.name,
            "phone": contact.phone,
            "tags": list(contact.tags),
            "attributes": contact.attributes,
        }

    def hours(self) -> dict[str, Any]:
        """Give the business hours: open now, and the next opening."""
        hours = self.scene.hours
        return {
            "open": hours is None or hours.open_at(self.now),
            "next": hours.next_opening(self.now) if hours else None,
        }

    def day(self) -> dict[str, Any]:
        """Give the day: its part, how one greets, its date and weekday."""
        hour = self.now.hour
        part = "evening"
        if _MORNING <= hour < _AFTERNOON:
            part = "morning"
        elif _AFTERNOON <= hour < _EVENING:
            part = "afternoon"
        return {
            "part": part,
            "greeting": self.program.phrases[part],
            "date": self.now.date().isoformat(),
            "weekday": filters.apply("weekday", "", self.now, self.manner),
        }

    def __repr__(self) -> str:
        return f"Conversation({self.program.name!r}, {len(self.messages)} messages)"


_ROOTS: Mapping[str, Callable[[Conversation], Any]] = {
    "vars": Conversation.variables,
    "contact": Conversation.contact,
    "hours": Conversation.hours,
    "day": Conversation.day,
    "now": lambda conversation: conversation.now,
    "locale": lambda conversation: conversation.locale,
}


def _plain(value: Any) -> Any:
    """Make a value JSON: moments become ISO texts."""
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _anew(session: Session, program: Program) -> Session:
    """Begin again after silence: what the dialogue keeps is kept."""
    kept = {
        name: value
        for name, value in session.slots.items()
        if name in program.slots and program.slots[name].keep
    }
    return Session(
        program=program.hash,
        slots=kept,
        filled=tuple(name for name in session.filled if name in kept),
        locale=session.locale,
        questions=session.questions,
        turns=session.turns,
        greeted_on=session.greeted_on,
    )


def _moved(session: Session, program: Program) -> Session:
    """Take a session over from another program: its slots as far as this one has them."""
    kept = {
        name: value
        for name, value in session.slots.items()
        if name in program.slots and _fits(program.slots[name], value)
    }
    return Session(
        program=program.hash,
        slots=kept,
        filled=tuple(name for name in session.filled if name in kept),
        locale=session.locale,
        questions=session.questions,
        turns=session.turns,
        greeted_on=session.greeted_on,
        last_turn_at_ms=session.last_turn_at_ms,
    )


def _fits(slot: Slot, value: Any) -> bool:
    if isinstance(slot.source, FromResult):
        return False  # its list is gone
    if slot.options:
        return any(option.id == value for option in slot.options)
    if slot.type in {"number", "money"}:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if slot.type == "yes_no":
        return isinstance(value, bool)
    if slot.type in {"location", "image", "video", "audio", "document"}:
        return isinstance(value, dict)
    if slot.type in {"date", "datetime"}:
        try:
            dt.datetime.fromisoformat(value)
        except (TypeError, ValueError):
            return False
    return isinstance(value, str)
