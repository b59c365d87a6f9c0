"""What she said, turned into changes of the conversation, one utterance after the other.

Nothing is said here and no flow runs: a burst of messages is heard to its end, then answered once.
The order of precedence: consent, wish for a person, cancel, the open question, correction, another
flow, questions asked beside, and at last not being understood.
"""

from collections.abc import Iterable

import msgspec

from prosa.contracts.session import Frame, Offer
from prosa.dialogue import choices, repair, slots, smalltalk
from prosa.dialogue.conversation import Conversation
from prosa.dialogue.extractors import affirmation
from prosa.dialogue.extractors.normalise import fold
from prosa.dialogue.language import Ask, CallTool, Confirm, End, Flow, Slot
from prosa.dialogue.repair import Feedback
from prosa.dialogue.slots import FILES, Found, Reading
from prosa.dialogue.turns import OptIn, OptOut, Ranking, Scored, Utterance

CANDIDATES = 3
"""Intents that she is asked to choose from: as many as there are buttons."""

_MAX_TEXT = 4096  # Meta: a text message


class Hearing(msgspec.Struct):
    """What a turn's utterances came to, as far as they have been heard.

    `moved`: something was understood. `over`: no more is heard. `greeting`, `thanks`, `menu`: she
    said as much. `remarks` are said before all else, `digressions` are answered next, `feedback`
    goes with the open question, `pending` is offered to the first question reached.
    """

    moved: bool = False
    over: bool = False
    handoff: str | None = None
    greeting: bool = False
    thanks: bool = False
    menu: bool = False
    silent: bool = True
    remarks: list[str] = []
    digressions: list[str] = []
    feedback: Feedback | None = None
    pending: Utterance | None = None
    missed: Utterance | None = None
    candidates: tuple[Scored, ...] = ()


class Listener:
    """Hears utterances for one conversation."""

    def __init__(self, talk: Conversation) -> None:
        self._talk = talk
        self.hearing = Hearing()

    def hear(self, utterance: Utterance) -> None:
        """Hear one utterance."""
        utterance = _clean(utterance)
        match utterance.kind:
            case "text":
                self.hearing.silent = False
                self._text(utterance)
            case "choice":
                self.hearing.silent = False
                self._tap(utterance)
            case _:
                self._received(utterance)

    def hear_joined(self, utterances: Iterable[Utterance], ranking: Ranking) -> None:
        """Hear all texts as one, when none of them was understood by itself."""
        said = " ".join(each.text for each in utterances if each.kind == "text")
        self.hearing.missed, self.hearing.candidates = None, ()
        self._text(_clean(Utterance(kind="text", text=said, ranking=ranking)))

    # --- texts ------------------------------------------------------------------------------------

    def _text(self, heard: Utterance) -> None:
        if not heard.text.strip():
            return
        if self._consent(heard) or self._for_people(heard) or self._cancels(heard):
            return
        if self._answers(heard) or self._starts_by_word(heard) or self._small(heard):
            return
        if self._corrects(heard) or self._acts(heard) or self._mentions(heard):
            return
        self._misses(heard)

    def _accepted(self, heard: Utterance) -> str | None:
        """Give the intent to act on."""
        ranking = heard.ranking
        if ranking.decision != "accept" or not ranking.intents:
            return None
        intent = ranking.intents[0].intent
        return intent if intent in self._talk.program.intents else None

    def _consent(self, heard: Utterance) -> bool:
        talk, consent = self._talk, self._talk.program.consent
        text, locale = heard.text, talk.locale
        if affirmation.opt_out(text, None, locale) or affirmation.opt_out(
            text, consent.out_words, locale
        ):
            talk.actions.append(OptOut(text))
            talk.note("opted_out")
            self._finish("opted_out")
            return True
        if affirmation.opt_in(text, None, locale) or affirmation.opt_in(
            text, consent.in_words, locale
        ):
            talk.actions.append(OptIn(text))
            talk.note("opted_in")
            self._finish("opted_in")
            return True
        return False

    def _finish(self, phrase: str) -> None:
        self.hearing.remarks = [self._talk.phrase(phrase)]
        self.hearing.digressions.clear()
        self.hearing.over = self.hearing.moved = True

    def _for_people(self, heard: Utterance) -> bool:
        intent = self._accepted(heard)
        if intent is None or intent not in self._talk.program.handoff.intents:
            return False
        self._understood(heard)
        self._hand_over("")
        return True

    def _hand_over(self, team: str) -> None:
        self.hearing.handoff = team
        self.hearing.over = self.hearing.moved = True

    def _cancels(self, heard: Utterance) -> bool:
        talk = self._talk
        if not (talk.stack or talk.question) or not affirmation.is_cancel(heard.text, talk.locale):
            return False
        talk.note("cancelled", talk.stack[-1].flow if talk.stack else "")
        self._drop_flow()
        self.hearing.remarks.append(talk.phrase("cancelled"))
        self.hearing.moved = True
        return True

    def _drop_flow(self) -> None:
        """End the flow on top with all that called it, down to one that was interrupted."""
        talk = self._talk
        talk.question = None
        while talk.stack:
            ended = talk.stack.pop()
            talk.forget(
                name for name in talk.flow(ended.flow).owns if not talk.program.slots[name].keep
            )
            if talk.stack and talk.stack[-1].interrupted:
                return

    # --- the open question ------------------------------------------------------------------------

    def _answers(self, heard: Utterance) -> bool:
        talk = self._talk
        if talk.question is None:
            return False
        if talk.question.kind == "choice" and self._picks(heard, talk.question.offers):
            return True
        match talk.operation:
            case Confirm() as confirm:
                return self._confirms(heard, confirm)
            case Ask() as ask:
                return self._fills(heard, ask)
            case _:
                return False

    def _picks(self, heard: Utterance, offers: tuple[Offer, ...]) -> bool:
        talk = self._talk
        if self._accepted(heard):
            return False
        picked = choices.match(heard.text, offers, talk.locale)
        if picked is None and len(offers) == 1 and affirmation.read_yes_no(heard.text, talk.locale):
            picked = offers[0]
        if isinstance(picked, Offer):
            talk.question = None
            self._command(picked.payload, heard)
            return True
        return False

    def _confirms(self, heard: Utterance, confirm: Confirm) -> bool:
        talk = self._talk
        answer = affirmation.read_yes_no(heard.text, talk.locale)
        if answer is None:
            return False
        if answer:
            self._confirmed()
            return True
        return self._denied(heard, confirm)

    def _confirmed(self) -> None:
        talk = self._talk
        talk.note("confirmed", talk.stack[-1].flow)
        talk.go(talk.stack[-1].at + 1)
        talk.question = None
        self.hearing.moved = True

    def _denied(self, heard: Utterance, confirm: Confirm) -> bool:
        """Take a no, which may bring a new value or another wish."""
        talk = self._talk
        if self._elsewhere(heard):
            talk.note("denied", talk.stack[-1].flow)
            self._drop_flow()
            return False
        talk.note("denied", talk.stack[-1].flow)
        bare = isinstance(self._operation_at(confirm.denied), End)
        if bare and self._corrects(heard, announced=True):
            return True
        if bare:
            self.hearing.remarks.append(talk.phrase("denied"))
        talk.go(confirm.denied)
        talk.question = None
        self.hearing.pending = heard
        self.hearing.moved = True
        return True

    def _operation_at(self, address: int) -> object:
        frame = self._talk.stack[-1]
        return self._talk.flow(frame.flow).code[address]

    def _elsewhere(self, heard: Utterance) -> bool:
        """Tell whether an accepted intent leads away from the flow on top."""
        intent = self._accepted(heard)
        flow = self._flow_of(intent) if intent else None
        return flow is not None and self._talk.place_of(flow.name) is None

    def _fills(self, heard: Utterance, ask: Ask) -> bool:
        talk = self._talk
        slot = talk.program.slots[ask.slot]
        announced = affirmation.is_correction(heard.text, talk.locale)
        if announced and self._corrects(heard, besides=slot.name):
            return True
        if slot.type == "text" and self._starts_by_word(heard):
            return True
        if slot.type == "text" and self._means_other(heard):
            return False
        if ask.optional and slots.indifferent(talk, heard):
            talk.skip(slot.name)
            self._settled()
            return True
        among = talk.question.offers if talk.question and talk.question.kind == "slot" else ()
        return self._take(slot, slots.read(talk, slot, heard, expected=True, among=among))

    def _take(self, slot: Slot, reading: Reading) -> bool:
        """Act on what was read for the slot asked for; tell whether anything was."""
        talk = self._talk
        if reading is None:
            return False
        if isinstance(reading, Found):
            talk.fill(slot.name, reading.value)
            talk.note("filled", slot.name)
            self._settled()
            return True
        self.hearing.feedback = repair.of_reading(talk, slot, reading)
        self.hearing.moved = True
        return True

    def _settled(self) -> None:
        self._talk.question = None
        self.hearing.feedback = None
        self.hearing.moved = True

    def _means_other(self, heard: Utterance) -> bool:
        """Tell whether a text that could be any answer is rather a question or a wish."""
        intent = self._accepted(heard)
        if intent is None:
            return False
        flow = self._flow_of(intent)
        return intent in self._talk.program.faq or (
            flow is not None and self._talk.place_of(flow.name) is None
        )

    # --- corrections and mentions -----------------------------------------------------------------

    def _corrects(
        self, heard: Utterance, besides: str = "", *, announced: bool | None = None
    ) -> bool:
        """Change what she had said before, if she says that she does."""
        talk = self._talk
        if announced is None:
            announced = affirmation.is_correction(heard.text, talk.locale)
        if not announced:
            return False
        scope = self._scope()
        for name in reversed(talk.filled):
            slot = talk.program.slots.get(name)
            if slot is None or name == besides or name not in scope or slot.type == "text":
                continue
            reading = slots.read(talk, slot, heard, expected=True)
            if isinstance(reading, Found) and reading.value != talk.slots.get(name):
                self._change(slot, reading.value)
                return True
        return False

    def _change(self, slot: Slot, value: object) -> None:
        """Set a slot and go back to the first step that went by its old value."""
        talk = self._talk
        had = talk.has(slot.name)
        talk.fill(slot.name, value)
        talk.note("corrected" if had else "filled", slot.name)
        self.hearing.moved = True
        if not self._rewind(slot.name) and had:
            self.hearing.remarks.append(talk.phrase("corrected"))

    def _rewind(self, changed: str) -> bool:
        talk = self._talk
        void = talk.after(changed)
        reads = {changed, *void}
        target = self._passed(reads, ("call", "confirm")) or self._passed(reads, ("enter",))
        talk.forget(void)
        if target is None:
            return bool(void)
        place, address = target
        del talk.stack[place + 1 :]
        talk.go(address)
        talk.question = None
        talk.note("rewound", talk.stack[-1].flow, str(address))
        return True

    def _passed(self, reads: set[str], kinds: tuple[str, ...]) -> tuple[int, int] | None:
        """Find the first step, in the topmost flow that has one, that was passed and read these."""
        talk = self._talk
        for place in range(len(talk.stack) - 1, -1, -1):
            frame = talk.stack[place]
            addresses = [
                each.address
                for each in talk.flow(frame.flow).dependences
                if each.kind in kinds and each.at < frame.at and each.slots & reads
            ]
            if addresses:
                return place, min(addresses)
        return None

    def _scope(self, flow: Flow | None = None) -> tuple[str, ...]:
        """Name the slots that matter now, those of the topmost flow first."""
        talk = self._talk
        flows = [talk.flow(frame.flow) for frame in reversed(talk.stack)]
        if flow is not None:
            flows.insert(0, flow)
        return tuple(dict.fromkeys(name for each in flows for name in each.hears))

    def _absorb(self, heard: Utterance, scope: Iterable[str]) -> list[str]:
        """Fill the slots that a text names, each piece of it once."""
        talk = self._talk
        taken: set[str] = set()
        filled: list[str] = []
        names = list(scope)
        for name in sorted(names, key=lambda name: (talk.has(name), names.index(name))):
            slot = talk.program.slots[name]
            if not slot.listens:
                continue
            reading = slots.read(talk, slot, heard, expected=False)
            pieces = self._pieces(slot, reading, heard)
            if isinstance(reading, slots.Partly) and not talk.has(name) and not pieces & taken:
                talk.partial[name] = msgspec.to_builtins(reading.known)
                taken |= pieces
                filled.append(name)
            if not isinstance(reading, Found) or pieces & taken:
                continue
            taken |= pieces
            if talk.slots.get(name) != reading.value:
                self._change(slot, reading.value)
            filled.append(name)
        return filled

    def _pieces(self, slot: Slot, reading: Reading, heard: Utterance) -> set[str]:
        """Name what a value was read from: the words of a label, or the kind of value."""
        if slot.type != "choice":
            return {"date" if slot.type == "datetime" else slot.type}
        if not isinstance(reading, Found):
            return set()
        said = set(fold(heard.text).replace("?", " ").replace(",", " ").split())
        labels = [
            word
            for offer in choices.offers(self._talk, slot)
            if offer.value == reading.value
            for word in fold(" ".join((offer.label, *offer.words))).split()
        ]
        return said.intersection(labels) or {f"choice:{slot.name}"}

    def _mentions(self, heard: Utterance) -> bool:
        """Take slots named without a question, when a flow is open or only one could be meant."""
        talk = self._talk
        if talk.stack and self._absorb(heard, self._scope()):
            self.hearing.moved = True
            return True
        flow = self._evident(heard)
        if flow is None:
            return False
        talk.note("understood", flow.triggers.intents[0], "by its values")
        self._start(flow, heard)
        return True

    def _evident(self, heard: Utterance) -> Flow | None:
        """Find the one flow that a value in the text belongs to, likeliest first."""
        talk = self._talk
        flows = [flow for flow in talk.program.flows.values() if flow.triggers.intents]
        named = {scored.intent for scored in heard.ranking.intents[:CANDIDATES]}
        if heard.ranking.decision == "clarify":
            flows = [flow for flow in flows if named.intersection(flow.triggers.intents)]
        fitting = [flow for flow in flows if self._names_a_value(flow, heard)]
        return fitting[0] if len(fitting) == 1 and talk.place_of(fitting[0].name) is None else None

    def _names_a_value(self, flow: Flow, heard: Utterance) -> bool:
        talk = self._talk
        for name in flow.owns:
            slot = talk.program.slots[name]
            if slot.listens and (slot.type == "choice" or heard.ranking.decision == "clarify"):
                reading = slots.read(talk, slot, heard, expected=False)
                if isinstance(reading, Found):
                    return True
        return False

    # --- intents ----------------------------------------------------------------------------------

    def _starts_by_word(self, heard: Utterance) -> bool:
        said = fold(heard.text).strip(" .!?")
        for flow in self._talk.program.flows.values():
            if any(said == fold(keyword) for keyword in flow.triggers.keywords):
                self._start(flow, heard)
                return True
        return False

    def _small(self, heard: Utterance) -> bool:
        talk = self._talk
        intent = self._accepted(heard)
        greeting = talk.program.greeting
        if (greeting and intent in greeting.intents) or smalltalk.is_kind(
            heard.text, "greeting", talk.locale
        ):
            self.hearing.greeting = True
            return True
        if intent in talk.program.menu.intents or smalltalk.is_kind(
            heard.text, "menu", talk.locale
        ):
            self.hearing.menu = self.hearing.moved = True
            return True
        if intent is None and smalltalk.is_kind(heard.text, "thanks", talk.locale):
            self.hearing.thanks = True
            return True
        return False

    def _acts(self, heard: Utterance) -> bool:
        intent = self._accepted(heard)
        if intent is None:
            return False
        flow = self._flow_of(intent)
        if flow is not None:
            self._understood(heard)
            return self._start(flow, heard)
        if intent in self._talk.program.faq:
            self._understood(heard)
            self._digress(intent)
            return True
        return False

    def _understood(self, heard: Utterance) -> None:
        best = heard.ranking.intents[0]
        self._talk.note("understood", best.intent, score=best.score)

    def _flow_of(self, intent: str) -> Flow | None:
        return next(
            (flow for flow in self._talk.program.flows.values() if intent in flow.triggers.intents),
            None,
        )

    def _digress(self, intent: str) -> None:
        if intent not in self.hearing.digressions:
            self.hearing.digressions.append(intent)
            self._talk.note("digressed", intent)
        self.hearing.moved = True

    def _start(self, flow: Flow, heard: Utterance | None) -> bool:
        """Begin a flow, or return to it; what she said fills its slots first.

        False when it is the flow that she is in, and her words bring nothing to its question.
        """
        talk = self._talk
        place = talk.place_of(flow.name)
        if place is None:
            self._begin(flow, heard)
        elif heard and self._absorb(heard, self._scope()):
            pass
        elif heard and talk.question and place == len(talk.stack) - 1:
            return False
        else:
            self._return_to(place)
        self.hearing.moved = True
        return True

    def _begin(self, flow: Flow, heard: Utterance | None) -> None:
        talk = self._talk
        self._interrupt()
        self._forget_own(flow)
        talk.push(flow.name)
        if heard is not None:
            self._absorb(heard, self._scope(flow))
            self._absorb_file(flow, heard)

    def _interrupt(self) -> None:
        talk = self._talk
        if talk.stack:
            talk.stack[-1] = msgspec.structs.replace(talk.stack[-1], interrupted=True)
        talk.question = None

    def _forget_own(self, flow: Flow) -> None:
        talk = self._talk
        own = {name for name in flow.owns if not talk.program.slots[name].keep}
        own |= {name for each in own for name in talk.after(each)} if own else set()
        calls = {operation.tool for operation in flow.code if isinstance(operation, CallTool)}
        stale = {name for name in own | calls if name in talk.slots or name in talk.results}
        if stale:
            talk.note("forgot", flow.name)
        talk.forget(own | calls)

    def _absorb_file(self, flow: Flow, heard: Utterance) -> None:
        """Give a file or a place to the first slot of the flow that takes one."""
        for name in flow.hears:
            slot = self._talk.program.slots[name]
            if slot.type in FILES or slot.type == "location":
                reading = slots.read(self._talk, slot, heard, expected=True)
                if isinstance(reading, Found):
                    self._talk.fill(name, reading.value)
                    return

    def _return_to(self, place: int) -> None:
        """Bring an open flow to the top; one that only waits for those above it begins again."""
        talk = self._talk
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
        del talk.stack[place + 1 :]
        self._forget_own(flow)
        talk.go(0)
        talk.note("flow_started", flow.name, "again")

    # --- taps -------------------------------------------------------------------------------------

    def _tap(self, heard: Utterance) -> None:
        flow = next(
            (f for f in self._talk.program.flows.values() if heard.choice in f.triggers.payloads),
            None,
        )
        if flow is not None:
            self._talk.note("tapped", flow.name)
            self._start(flow, None)
        elif not self._command(heard.choice, heard):
            self._talk.note("stale_tap")
            if heard.text and ":" not in heard.choice and "=" not in heard.choice:
                self._text(heard)
            else:
                self._stale()

    def _stale(self) -> None:
        self.hearing.remarks.append(self._talk.phrase("stale"))
        self.hearing.greeting = True

    def _command(  # noqa: C901 - a verb, a branch
        self, payload: str, heard: Utterance
    ) -> bool:
        """Do what a payload says; False when it is none of ours, or no more."""
        talk = self._talk
        verb, colon, rest = payload.partition(":")
        slot, equals, _ = payload.partition("=")
        done = False
        if equals and slot in talk.program.slots:
            done = self._tap_value(talk.program.slots[slot], payload)
        elif not colon:
            return False
        elif verb == "flow" and rest in talk.program.flows:
            self._start(talk.program.flows[rest], None)
            done = True
        elif verb == "faq" and rest in talk.program.faq:
            self._digress(rest)
            done = True
        elif verb == "menu":
            self.hearing.menu = self.hearing.moved = done = True
        elif verb == "handoff" and (not rest or rest in talk.program.handoff.teams):
            self._hand_over(rest)
            done = True
        elif verb == "confirm":
            done = self._tap_confirm(rest, heard)
        elif verb == "skip":
            done = self._tap_skip(rest)
        elif verb == "more":
            done = self._turn_page(rest)
        if done:
            talk.note("tapped", slot if equals else verb)
        return done

    def _tap_value(self, slot: Slot, payload: str) -> bool:
        talk = self._talk
        value = self._tapped_value(slot, payload)
        if value is None:
            return False
        if wrong := slots.fault(talk, slot, value):
            return self._take(slot, wrong) if self._asked(slot.name) else False
        if self._asked(slot.name):
            return self._take(slot, Found(value))
        return self._answer_again(slot, value)

    def _tapped_value(self, slot: Slot, payload: str) -> object:
        talk = self._talk
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

    def _asked(self, slot: str) -> bool:
        talk = self._talk
        return isinstance(talk.operation, Ask) and talk.operation.slot == slot

    def _answer_again(self, slot: Slot, value: object) -> bool:
        """Go back to an older question with a new answer, or open its flow there."""
        talk = self._talk
        talk.question = None
        for place in range(len(talk.stack) - 1, -1, -1):
            frame = talk.stack[place]
            at = talk.flow(frame.flow).asks.get(slot.name)
            if at is None:
                continue
            if frame.at > at:
                del talk.stack[place + 1 :]
                self._forget_later(talk.flow(frame.flow), at)
                talk.go(at)
                talk.note("rewound", frame.flow, str(at))
            talk.forget(talk.after(slot.name))
            self._fill_tapped(slot, value)
            return True
        flow = next((f for f in talk.program.flows.values() if slot.name in f.asks), None)
        if flow is not None:
            at = flow.asks[slot.name]
            self._interrupt()
            self._forget_later(flow, at)
            talk.push(flow.name, at)
        talk.forget(talk.after(slot.name))
        self._fill_tapped(slot, value)
        return True

    def _fill_tapped(self, slot: Slot, value: object) -> None:
        self._talk.fill(slot.name, value)
        self._talk.note("filled", slot.name)
        self.hearing.moved = True

    def _forget_later(self, flow: Flow, at: int) -> None:
        """Forget what a flow asked after an address."""
        talk = self._talk
        talk.forget(
            [
                name
                for name, asked_at in flow.asks.items()
                if asked_at > at and not talk.program.slots[name].keep
            ]
        )

    def _tap_confirm(self, rest: str, heard: Utterance) -> bool:
        talk = self._talk
        number, _, answer = rest.partition(":")
        question, confirm = talk.question, talk.operation
        if question is None or question.kind != "confirm" or number != str(question.number):
            return False
        if not isinstance(confirm, Confirm):
            return False
        if answer == "yes":
            self._confirmed()
            return True
        return self._denied(Utterance(kind="choice", id=heard.id), confirm)

    def _tap_skip(self, slot: str) -> bool:
        if not self._asked(slot):
            return False
        self._talk.skip(slot)
        self._settled()
        return True

    def _turn_page(self, rest: str) -> bool:
        slot, _, page = rest.rpartition(":")
        talk = self._talk
        if not page.isdecimal() or len(page) > 3:  # noqa: PLR2004 - no list has a thousand pages
            return False
        if not slot:
            self.hearing.menu = self.hearing.moved = True
            return True
        if not self._asked(slot):
            return False
        tries = talk.question.tries if talk.question else 0
        narrowed = talk.question.offers if talk.question else ()
        self.hearing.feedback = Feedback(
            slot,
            talk.phrase("choose"),
            and_question=False,
            narrowed=narrowed,
            page=int(page),
            tries=tries,
        )
        self.hearing.moved = True
        return True

    # --- everything that is no text ---------------------------------------------------------------

    def _received(self, heard: Utterance) -> None:
        talk = self._talk
        kind = "unsupported" if heard.kind == "unknown" else heard.kind
        flow = next((f for f in talk.program.flows.values() if kind in f.triggers.received), None)
        if kind == "reaction" and flow is None:
            return
        self.hearing.silent = False
        talk.note("received", kind)
        if self._fits_question(heard):
            return
        if flow is not None:
            self._start(flow, heard)
            return
        if self._mentions_place(heard):
            return
        if heard.text.strip():
            self._text(heard)
            return
        self.hearing.remarks.append(talk.phrase(f"got_{kind}"))
        self.hearing.greeting = self.hearing.greeting or kind == "sticker"

    def _fits_question(self, heard: Utterance) -> bool:
        talk = self._talk
        if not isinstance(talk.operation, Ask):
            return False
        slot = talk.program.slots[talk.operation.slot]
        if slot.type not in FILES and slot.type not in {"location", "phone"}:
            return False
        bare = msgspec.structs.replace(heard, text="")
        return self._take(slot, slots.read(talk, slot, bare, expected=True))

    def _mentions_place(self, heard: Utterance) -> bool:
        if heard.kind not in {"location", *FILES} or not self._talk.stack:
            return False
        before = dict(self._talk.slots)
        self._absorb_file(self._talk.flow(self._talk.stack[-1].flow), heard)
        self.hearing.moved = self.hearing.moved or before != self._talk.slots
        return before != self._talk.slots

    # --- not understood ---------------------------------------------------------------------------

    def _misses(self, heard: Utterance) -> None:
        self.hearing.missed = heard
        if heard.ranking.decision == "clarify":
            self.hearing.candidates = heard.ranking.intents[:CANDIDATES]


def _clean(heard: Utterance) -> Utterance:
    """Cut what no message of WhatsApp holds, and what JSON cannot: halves of surrogate pairs."""
    text = heard.text[:_MAX_TEXT]
    choice = heard.choice[:_MAX_TEXT]
    if not text.isascii() or not choice.isascii():
        text, choice = (each.encode(errors="replace").decode() for each in (text, choice))
    if text == heard.text and choice == heard.choice:
        return heard
    return msgspec.structs.replace(heard, text=text, choice=choice)
