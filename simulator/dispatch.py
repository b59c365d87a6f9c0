"""From a business to a customer: what follows when a message was accepted.

The bubble on her screen, the statuses in their time, and the failures that Meta finds only later.
What is refused at once never comes here.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from simulator import rendering, screen, templates, webhooks
from simulator.audience import Audience
from simulator.clock import Agenda, Clock, milliseconds
from simulator.config import Timing
from simulator.errors import Impossible, Refusal
from simulator.faults import Faults
from simulator.media import MediaStore
from simulator.notices import Notices
from simulator.rates import Rates
from simulator.recipients import Recipient
from simulator.verdicts import Verdicts
from simulator.webhooks import Sent, StatusName
from simulator.world import Customer, Number, Thread, World

FREE_SERVICE_MESSAGES: Final = 1000  # per number and month (Meta pricing since 1 October 2026)
TYPING: Final = timedelta(seconds=25)  # Meta, "Typing indicators"
RANK: Final[dict[screen.State, int]] = {"sent": 0, "delivered": 1, "read": 2, "failed": 3}


@dataclass(frozen=True, slots=True)
class Draft:
    """A message that a business asked to send and that nothing speaks against so far."""

    number: Number
    body: dict[str, Any]
    recipient: Recipient
    customer: Customer | None
    template: dict[str, Any] | None
    problem: Refusal | None
    """What Meta finds out only after accepting, about the media."""


class Dispatch:
    """Messages on their way to customers, and what became of them."""

    def __init__(
        self,
        *,
        timing: Timing,
        world: World,
        media: MediaStore,
        audience: Audience,
        notices: Notices,
        rates: Rates,
        faults: Faults,
        verdicts: Verdicts,
        clock: Clock,
        agenda: Agenda,
    ) -> None:
        self._timing = timing
        self._world = world
        self._media = media
        self._audience = audience
        self._notices = notices
        self._rates = rates
        self._faults = faults
        self._verdicts = verdicts
        self._clock = clock
        self._agenda = agenda
        self._sent: dict[str, Sent] = {}
        self._service: Counter[tuple[str, str]] = Counter()

    def clear(self) -> None:
        """Forget what was sent."""
        self._sent.clear()
        self._service.clear()

    def accept(self, draft: Draft) -> str:
        """Take a message on its way and return its wamid; whether it arrives shows later."""
        now = self._clock.now()
        phone = draft.customer.phone if draft.customer else draft.recipient.name
        wamid = self._world.wamid(phone, outbound=True)
        failure = self._failure(draft, now)
        sent = self._sent[wamid] = Sent(
            wamid=wamid,
            number=draft.number,
            customer=draft.customer,
            recipient=draft.recipient.name,
            by_user_id=draft.recipient.kind == "user_id",
            tracker=draft.body.get("biz_opaque_callback_data"),
            category=templates.category(draft.template) if draft.template else "service",
            free=self._is_free(draft, now),
        )
        if draft.customer is not None:
            self._show(draft, self._world.thread(draft.number, draft.customer), wamid, failure)
        self._plan(sent, failure)
        return wamid

    def _plan(self, sent: Sent, failure: Refusal | None) -> None:
        timing = self._timing
        if failure is not None:
            errors = [failure.failure()]
            self._later(timing.sent_ms, lambda: self._tell(sent, "failed", errors))
            return
        self._later(timing.sent_ms, lambda: self._reach(sent, "sent"))
        self._later(timing.delivered_ms, lambda: self._reach(sent, "delivered"))
        if timing.read_ms is not None:
            self._later(timing.read_ms, lambda: self._reach(sent, "read"))

    def _later(self, ms: int, call: Callable[[], None]) -> None:
        self._agenda.after(timedelta(milliseconds=ms), call)

    # --- what fails

    def _failure(self, draft: Draft, now: datetime) -> Refusal | None:
        """Find what fails after acceptance, in the order in which Meta would come upon it."""
        if draft.customer is None:
            return Refusal(131026, "Message Undeliverable.")
        if verdict := self._verdicts.on(draft.customer.id, "status"):
            return verdict
        if draft.problem is not None:
            return draft.problem
        thread = self._world.thread(draft.number, draft.customer)
        if draft.template is not None:
            return self._template_failure(draft.template, thread, now)
        if thread.is_open(now):
            return None
        return Refusal(
            131047,
            "Message failed to send because more than 24 hours have passed since the customer "
            "last replied to this number.",
        )

    def _template_failure(
        self, template: dict[str, Any], thread: Thread, now: datetime
    ) -> Refusal | None:
        waba, customer = thread.number.waba, thread.customer
        if templates.category(template) == "marketing" and waba.id in customer.stopped:
            return Refusal(
                131050, "The customer has stopped receiving marketing messages from this business."
            )
        if thread.is_open(now) or self._rates.reach(waba.portfolio, customer.id, now):
            return None
        return Refusal(
            131048,
            "Message failed to send because this business portfolio has reached its messaging "
            "limit of customers outside the service window in 24 hours.",
        )

    def _is_free(self, draft: Draft, now: datetime) -> bool:
        """Whether a service message is one of the month's first, by the account's calendar."""
        if draft.template is not None:
            return False
        month = f"{now.astimezone(ZoneInfo(draft.number.waba.time_zone)):%Y-%m}"
        self._service[draft.number.id, month] += 1
        return self._service[draft.number.id, month] <= FREE_SERVICE_MESSAGES

    # --- what she sees

    def _show(self, draft: Draft, thread: Thread, wamid: str, failure: Refusal | None) -> None:
        if draft.body["type"] == "reaction":
            self._world.name_message(thread, wamid)
            if failure is None:
                reaction = draft.body["reaction"]
                target = thread.messages[reaction["message_id"]]
                target.react("in", reaction["emoji"])
                self._audience.update(thread, target)
            return
        at = milliseconds(self._clock.now())
        bubble = rendering.render(draft.body, draft.template, self._picture, wamid, at)
        if failure is not None:
            bubble.state = "failed"
            bubble.error = f"{failure.code}: {failure.details}"
        self._audience.show(thread, bubble)

    def _picture(self, media: dict[str, Any]) -> screen.Media:
        file = self._media.get(media["id"]) if "id" in media else None
        if file is None:
            return screen.Media(url=media.get("link", ""), mime_type="")
        return screen.Media(
            url=f"media/{file.id}", mime_type=file.mime_type, filename=file.filename
        )

    # --- how far it gets

    def _reach(self, sent: Sent, name: Literal["sent", "delivered", "read"]) -> None:
        """Let a message get so far, unless it is further already."""
        thread = self._world.thread_of(sent.wamid)
        bubble = thread.messages.get(sent.wamid) if thread else None
        if thread is not None and bubble is not None:
            if name != "sent" and RANK[bubble.state] >= RANK[name]:
                return
            if bubble.state != name:
                bubble.state = name
                self._audience.update(thread, bubble)
        self._tell(sent, name)

    def _tell(
        self, sent: Sent, name: StatusName, errors: list[dict[str, Any]] | None = None
    ) -> None:
        if self._faults.strike("silent"):
            return
        hidden = bool(sent.customer and self._notices.is_hidden(sent.customer))
        value = webhooks.status(sent, name, self._clock.now(), hidden=hidden, errors=errors)
        self._notices.tell(sent.number, "messages", value, customer=sent.customer, wamid=sent.wamid)

    def look(self, thread: Thread) -> None:
        """Let a customer look at her screen: what she had not read is read now."""
        for message in list(thread.messages.values()):
            sent = self._sent.get(message.id)
            if message.side == "in" and message.state == "delivered" and sent is not None:
                self._reach(sent, "read")

    def listen(self, wamid: str) -> None:
        """Let a customer listen to a voice message. Raises Impossible."""
        if wamid not in self._sent:
            raise Impossible(f"messageId: no business sent a message {wamid!r}")
        self._tell(self._sent[wamid], "played")

    # --- what a business does without sending

    def mark_read(self, number: Number, wamid: str, *, typing: bool) -> None:
        """Turn the customer's messages up to this one blue. Raises Refusal."""
        thread = self._world.thread_of(wamid)
        if thread is None or thread.number is not number:
            raise Refusal(131009, f"Param message_id: no message {wamid} came to this number.")
        for message in list(thread.messages.values()):
            if message.side == "out" and message.state != "read":
                message.state = "read"
                self._audience.update(thread, message)
            if message.id == wamid:
                break
        if typing:
            self._audience.type(thread, self._clock.now() + TYPING)
