"""Conversation's edge: brings what a decision asks for, and hands its turn to the mailbox."""

import time
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from prosa.chatbots import RunningBot
from prosa.clock import Clock
from prosa.contracts.contact import Contact
from prosa.contracts.durations import duration
from prosa.contracts.inbound import Inbound
from prosa.contracts.outbound import Outbound
from prosa.contracts.turn import Received, Turn
from prosa.dialogue.hours import parse_hours
from prosa.dialogue.turns import Call, Scene
from prosa.jetstream.buckets import Bucket
from services.conversation import turns
from services.conversation.catalogue import CatalogueInMemory
from services.conversation.dialogues import Dialogues, Loaded
from services.conversation.metrics import ConversationMetrics
from services.conversation.ownership import Resume
from services.conversation.tools import Tools


class Conversation:
    """The decisions of one bot, as the mailbox asks for them."""

    def __init__(
        self,
        running: RunningBot,
        *,
        dialogues: Dialogues,
        catalogue: CatalogueInMemory,
        tools: Tools,
        contacts: Bucket[Contact],
        metrics: ConversationMetrics,
        clock: Clock,
    ) -> None:
        spec = running.chatbot.spec
        self._token = str(running.token)
        self._dialogues = dialogues
        self._catalogue = catalogue
        self._tools = tools
        self._contacts = contacts
        self._metrics = metrics
        self._clock = clock
        self._time_zone = ZoneInfo(spec.time_zone)
        self._hours = parse_hours(spec.handoff.hours)
        self._idle = duration(spec.session.idle)
        self._resume_idle = duration(spec.handoff.resume.idle)
        self._receipts = spec.whatsapp.read_receipts
        self._quote = spec.session.quote
        self._catalogue_key = spec.catalogue.key if spec.catalogue else "id"

    async def take_turn(self, contact: Contact, received: Sequence[Received]) -> Turn:
        """Decide a turn, answering what the decision asks for."""
        began = time.perf_counter()
        dialogue = self._dialogues.of(contact.session)
        deciding = turns.decide(contact, received, self._rules(dialogue))
        answer: turns.Answer | None = None
        while True:
            try:
                question = deciding.send(answer)
            except StopIteration as decided:
                turn: Turn = decided.value
                break
            answer = await self._answer(question, dialogue)
        self._metrics.turns.labels(self._token).inc()
        self._metrics.inbounds.labels(self._token).inc(len(received))
        self._metrics.turn_seconds.labels(self._token).observe(time.perf_counter() - began)
        return turn

    def give_up(self, contact: Contact, received: Received) -> Turn:
        """Tell the customer that this message cannot be handled."""
        self._metrics.given_up.labels(self._token).inc()
        return turns.give_up(contact, received, self._rules(self._dialogues.current))

    def wait(self, contact: Contact, inbound: Inbound) -> Outbound | None:
        """Show that she was seen, while a burst may still go on."""
        if self._receipts == "off":
            return None
        now_ms = self._clock.now_ms()
        return turns.courtesy(contact, inbound, typing=self._receipts == "typing", now_ms=now_ms)

    async def _answer(self, question: turns.Question, dialogue: Loaded) -> turns.Answer:
        if isinstance(question, Call):
            result = await self._tools.call(question)
            self._metrics.calls.labels(self._token, question.tool, type(result).__name__).inc()
            return result
        if isinstance(question, turns.Recall):
            entry = await self._contacts.get(question.key)
            return entry.value if entry is not None else None
        return await dialogue.intents.rank(question.texts, question.locale)

    def _rules(self, dialogue: Loaded) -> turns.Rules:
        program = dialogue.program
        now = self._clock.now()
        return turns.Rules(
            program=program,
            scene=Scene(
                now=now,
                time_zone=self._time_zone,
                hours=self._hours,
                vocabulary=self._catalogue.vocabulary(program.catalogue_fields_used),
                idle=self._idle,
            ),
            now_ms=int(now.timestamp() * 1000),
            resume=Resume(
                program.handoff.resume_idle or self._resume_idle, self._hours, self._time_zone
            ),
            catalogue_key=self._catalogue_key,
            quote=self._quote,
        )
