"""Carries messages between businesses and customers, and tells businesses by webhook.

The edges judge and answer requests; what follows from an accepted message happens here: the bubble
on the customer's screen, its statuses in their time, failures that Meta finds only later. The other
way round, what a customer does becomes a webhook and a bubble.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from simulator import composing, rendering, samples, screen, templates, webhooks
from simulator.clock import Agenda, Clock, milliseconds, seconds
from simulator.composing import Unsayable, Utterance
from simulator.config import Config, CustomerConfig
from simulator.courier import Courier, Update, callback_of
from simulator.errors import Refusal
from simulator.faults import Faults
from simulator.media import RECEIVED, File, MediaStore
from simulator.rates import Rates
from simulator.rules import Recipient
from simulator.webhooks import Change, Sent, StatusName
from simulator.world import SERVICE_WINDOW, Customer, Number, Thread, Waba, World, user_id

FREE_SERVICE_MESSAGES: Final = 1000  # per number and month (Meta pricing since 1 October 2026)
TYPING: Final = timedelta(seconds=25)  # Meta, "Typing indicators"

Event = dict[str, Any]


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


class Network:
    """WhatsApp between the two sides."""

    def __init__(
        self,
        *,
        config: Config,
        world: World,
        media: MediaStore,
        courier: Courier,
        rates: Rates,
        faults: Faults,
        clock: Clock,
        agenda: Agenda,
        seen: Callable[[Number, Event], None],
    ) -> None:
        """Take `seen`, which hears what changes on screens: message, typing, customer."""
        self._config = config
        self._world = world
        self._media = media
        self._courier = courier
        self._rates = rates
        self._faults = faults
        self._clock = clock
        self._agenda = agenda
        self._seen = seen
        self._sent: dict[str, Sent] = {}
        self._said: dict[str, str] = {}
        self._delivered_service: Counter[tuple[str, str]] = Counter()
        self._hidden = 0

    def clear(self) -> None:
        """Forget what was sent and said."""
        self._sent.clear()
        self._said.clear()
        self._delivered_service.clear()

    # --- from a business to a customer

    def accept(self, draft: Draft) -> str:
        """Take a message on its way and return its wamid; whether it arrives shows later."""
        now = self._clock.now()
        customer = draft.customer
        phone = customer.phone if customer else draft.recipient.name
        wamid = self._world.wamid(phone, outbound=True)
        failure = self._failure(draft, now)
        sent = self._sent[wamid] = Sent(
            wamid=wamid,
            number=draft.number,
            customer=customer,
            recipient=draft.recipient.name,
            by_user_id=draft.recipient.kind == "user_id",
            tracker=draft.body.get("biz_opaque_callback_data"),
            category=templates.category(draft.template) if draft.template else "service",
            free=self._is_free(draft, now),
        )
        if customer is not None:
            self._show(draft, customer, wamid, now, failure)
        timing = self._config.timing
        if failure is not None:
            self._later(timing.sent_ms, lambda: self._fail(sent, failure))
            return wamid
        self._later(timing.sent_ms, lambda: self._reach(sent, "sent"))
        self._later(timing.delivered_ms, lambda: self._reach(sent, "delivered"))
        if timing.read_ms is not None:
            self._later(timing.read_ms, lambda: self._reach(sent, "read"))
        return wamid

    def _later(self, ms: int, call: Callable[[], None]) -> None:
        self._agenda.after(timedelta(milliseconds=ms), call)

    def _failure(self, draft: Draft, now: datetime) -> Refusal | None:
        """Find what fails after acceptance, in the order in which Meta would come upon it."""
        if draft.customer is None:
            return Refusal(131026, "Message Undeliverable.")
        if draft.problem is not None:
            return draft.problem
        thread = self._world.thread(draft.number, draft.customer)
        if draft.template is None:
            if thread.is_open(now):
                return None
            return Refusal(
                131047,
                "Message failed to send because more than 24 hours have passed since the customer "
                "last replied to this number.",
            )
        return self._template_failure(draft, draft.customer, thread, now)

    def _template_failure(
        self, draft: Draft, customer: Customer, thread: Thread, now: datetime
    ) -> Refusal | None:
        waba = draft.number.waba
        marketing = draft.template and templates.category(draft.template) == "marketing"
        if marketing and waba.id in customer.stopped:
            return Refusal(
                131050, "The customer has stopped receiving marketing messages from this business."
            )
        if thread.is_open(now):
            return None
        if self._rates.open_conversation(waba.portfolio, customer.id, now):
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
        key = draft.number.id, month
        self._delivered_service[key] += 1
        return self._delivered_service[key] <= FREE_SERVICE_MESSAGES

    def _show(
        self,
        draft: Draft,
        customer: Customer,
        wamid: str,
        now: datetime,
        failure: Refusal | None,
    ) -> None:
        thread = self._world.thread(draft.number, customer)
        if draft.body["type"] == "reaction":
            self._world.name_message(thread, wamid)
            reaction = draft.body["reaction"]
            target = thread.messages[reaction["message_id"]]
            if failure is None:
                target.react("in", reaction["emoji"])
                self._see(thread, target)
            return
        bubble = rendering.render(
            draft.body, draft.template, self._picture, wamid, milliseconds(now)
        )
        if failure is not None:
            bubble.state = "failed"
            bubble.error = f"{failure.code}: {failure.details}"
        self._world.add(thread, bubble)
        self._see(thread, bubble)

    def _picture(self, media: dict[str, Any]) -> screen.Media:
        file = self._media.get(media["id"]) if "id" in media else None
        if file is None:
            return screen.Media(url=media.get("link", ""), mime_type="", filename=None)
        return screen.Media(
            url=f"media/{file.id}", mime_type=file.mime_type, filename=file.filename
        )

    def _reach(self, sent: Sent, name: Literal["sent", "delivered", "read"]) -> None:
        """Let a message get so far, unless it is further already."""
        thread = self._world.thread_of(sent.wamid)
        bubble = thread.messages.get(sent.wamid) if thread else None
        if thread is not None and bubble is not None:
            if name != "sent" and RANK[bubble.state] >= RANK[name]:
                return
            if bubble.state != name:
                bubble.state = name
                self._see(thread, bubble)
        self._tell_status(sent, name)

    def _fail(self, sent: Sent, failure: Refusal) -> None:
        self._tell_status(sent, "failed", [failure.failure()])

    def _tell_status(
        self, sent: Sent, name: StatusName, errors: list[dict[str, Any]] | None = None
    ) -> None:
        if self._faults.strike("silent"):
            return
        hidden = bool(sent.customer and self._is_hidden(sent.customer))
        value = webhooks.status(sent, name, self._clock.now(), hidden=hidden, errors=errors)
        self._tell(sent.number, "messages", value, customer=sent.customer, wamid=sent.wamid)

    # --- what a business does without sending

    def mark_read(self, number: Number, wamid: str, *, typing: bool) -> None:
        """Turn the customer's messages up to this one blue. Raises Refusal."""
        thread = self._world.thread_of(wamid)
        if thread is None or thread.number is not number:
            raise Refusal(131009, f"Param message_id: no message {wamid} came to this number.")
        for message in list(thread.messages.values()):
            if message.side == "out" and message.state != "read":
                message.state = "read"
                self._see(thread, message)
            if message.id == wamid:
                break
        if typing:
            until = milliseconds(self._clock.now() + TYPING)
            self._seen(number, {"type": "typing", "who": thread.customer.id, "until": until})

    def echo(self, thread: Thread, text: str) -> str:
        """Let the business write from its own phone: the customer sees it, the app hears of it."""
        now = self._clock.now()
        wamid = self._world.wamid(thread.customer.phone, outbound=True)
        bubble = screen.Message(
            id=wamid, at=milliseconds(now), side="in", kind="text", text=text, state="delivered"
        )
        self._world.add(thread, bubble)
        self._see(thread, bubble)
        hidden = self._is_hidden(thread.customer)
        to = {} if hidden else {"to": thread.customer.wa_id}
        item = {
            "from": thread.number.phone,
            **to,
            "to_user_id": user_id(thread.customer, thread.number.waba.portfolio),
            "id": wamid,
            "timestamp": seconds(now),
            "type": "text",
            "text": {"body": text},
        }
        value = webhooks.value(thread.number, message_echoes=[item])
        self._tell_of(thread, "smb_message_echoes", value, wamid)
        return wamid

    def hand_over(self, thread: Thread, control: Literal["pass", "take"], app: str) -> None:
        """Announce that another app of the business got (`pass`) or lost (`take`) the thread."""
        customer, number = thread.customer, thread.number
        ours = number.waba.app.id
        previous, new = (ours, app) if control == "pass" else (app, ours)
        item = {
            "sender": {
                "phone_number": customer.wa_id,
                "user_id": user_id(customer, number.waba.portfolio),
            },
            "recipient": {
                "display_phone_number": number.phone,
                "phone_number_id": number.id,
            },
            "timestamp": seconds(self._clock.now()),
            f"{control}_thread_control": {
                "previous_owner_app_id": previous,
                "new_owner_app_id": new,
                "metadata": "",
            },
        }
        value = webhooks.value(number, messaging_handovers=[item])
        self._tell_of(thread, "messaging_handovers", value)

    # --- from a customer to a business

    def say(self, said: Utterance, *, standby: bool = False) -> str:
        """Do what a customer does with her phone; answer the wamid. Raises Unsayable."""
        thread = self.thread(said.who, said.business)
        if said.id is not None and (known := self._said.get(f"{thread.customer.id}/{said.id}")):
            return known
        now = self._clock.now()
        file = self._file(said, thread.number)
        wamid = self._world.wamid(thread.customer.phone, outbound=False)
        content, bubble = composing.compose(said, thread, file, wamid, milliseconds(now))
        if said.id is not None:
            self._said[f"{thread.customer.id}/{said.id}"] = wamid
        thread.window = now + SERVICE_WINDOW
        self._rates.receive(thread.number.id, now)
        self._put_on_screen(said, thread, bubble, wamid)
        self._see_customer(thread)
        hidden = self._hiding(thread.customer)
        message = {
            **webhooks.sender(thread.customer, thread.number, hidden=hidden),
            "id": wamid,
            "timestamp": seconds(now),
            **content,
        }
        if file is not None:
            message[said.kind]["url"] = self._media.address(file)
        contact = webhooks.profile(thread.customer, thread.number, hidden=hidden != "no")
        value = webhooks.value(thread.number, contacts=[contact], messages=[message])
        arrived = None if bubble is None else lambda: self._arrive(thread, bubble)
        field = "standby" if standby else "messages"
        self._tell_of(thread, field, value, wamid, in_order=True, arrived=arrived)
        return wamid

    def add_customer(self, config: CustomerConfig) -> Customer:
        """Give a person WhatsApp, so that every business can write to her."""
        customer = self._world.add_customer(config)
        for number in self._world.numbers.values():
            self._see_customer(self._world.thread(number, customer))
        return customer

    def thread(self, who: str, business: str | None) -> Thread:
        """Find the thread of a customer and a number. Raises Unsayable."""
        customer = self._world.customer(who)
        if customer is None:
            raise Unsayable(f"who: there is no customer {who!r}; create her first")
        number = self.number(business)
        return self._world.thread(number, customer)

    def number(self, business: str | None) -> Number:
        """Find a business number, the first one for None. Raises Unsayable."""
        numbers = self._world.numbers
        found = next(iter(numbers.values()), None) if business is None else numbers.get(business)
        if found is None:
            raise Unsayable(f"business: there is no phone number id {business!r}")
        return found

    def _file(self, said: Utterance, number: Number) -> File | None:
        if said.media is not None:
            data, mime, name = said.media.data, said.media.mime_type, said.media.filename
        elif said.sample and (sample := samples.SAMPLES.get(said.kind)):
            data, mime, name = samples.content(sample), sample.mime_type, sample.filename
        else:
            return None
        return self._media.add(number.id, data, mime, filename=name, life=RECEIVED)

    def _put_on_screen(
        self, said: Utterance, thread: Thread, bubble: screen.Message | None, wamid: str
    ) -> None:
        if bubble is not None:
            self._world.add(thread, bubble)
            self._see(thread, bubble)
            return
        self._world.name_message(thread, wamid)
        target = thread.messages[said.message_id or ""]
        if said.kind == "reaction":
            target.react("out", said.emoji)
        elif said.kind == "edit":
            target.text = said.text
        else:
            target.kind, target.text, target.media = "unsupported", "", None
        self._see(thread, target)

    def _arrive(self, thread: Thread, bubble: screen.Message) -> None:
        if bubble.state == "sent":
            bubble.state = "delivered"
            self._see(thread, bubble)

    def read(self, thread: Thread) -> None:
        """Let a customer look at her screen: what she had not read is read now."""
        for message in list(thread.messages.values()):
            sent = self._sent.get(message.id)
            if message.side == "in" and message.state == "delivered" and sent is not None:
                self._reach(sent, "read")

    def play(self, wamid: str) -> None:
        """Let a customer listen to a voice message. Raises Unsayable."""
        if wamid not in self._sent:
            raise Unsayable(f"messageId: no business sent a message {wamid!r}")
        self._tell_status(self._sent[wamid], "played")

    def prefer(self, thread: Thread, value: Literal["stop", "resume"]) -> None:
        """Let a customer stop or resume a business' marketing."""
        customer, number = thread.customer, thread.number
        if value == "stop":
            customer.stopped.add(number.waba.id)
        else:
            customer.stopped.discard(number.waba.id)
        hidden = self._is_hidden(customer)
        shown = {} if hidden else {"wa_id": customer.wa_id}
        detail = f"User requested to {value} marketing messages"
        item = {
            **shown,
            "user_id": user_id(customer, number.waba.portfolio),
            "detail": detail,
            "category": "marketing_messages",
            "value": value,
            "timestamp": int(self._clock.now().timestamp()),
        }
        contact = webhooks.profile(customer, number, hidden=hidden)
        content = webhooks.value(number, contacts=[contact], user_preferences=[item])
        self._tell_of(thread, "user_preferences", content, in_order=True)

    def change_phone(self, customer: Customer, phone: str) -> None:
        """Give a customer another phone; businesses she wrote with hear of phone and user id."""
        old = customer.wa_id
        self._world.change_phone(customer, phone)
        for thread in self._world.threads():
            if thread.customer is customer:
                self._tell_of_change(thread, old)

    def _tell_of_change(self, thread: Thread, old: str) -> None:
        customer = thread.customer
        own = user_id(customer, thread.number.waba.portfolio)
        before = f"User {customer.name} changed from {old} to {customer.wa_id}"
        for part in (
            {"body": before, "wa_id": customer.wa_id, "type": "user_changed_number"},
            {
                "body": f"User {customer.name} has a new user id",
                "user_id": own,
                "type": "user_changed_user_id",
            },
        ):
            wamid = self._world.wamid(customer.phone, outbound=False)
            message = {
                "from": old,
                "from_user_id": own,
                "id": wamid,
                "timestamp": seconds(self._clock.now()),
                "type": "system",
                "system": part,
            }
            # Meta, "System messages": no `contacts` beside them
            value = webhooks.value(thread.number, messages=[message])
            self._tell_of(thread, "messages", value, wamid, in_order=True)

    # --- hidden phones

    def _is_hidden(self, customer: Customer) -> bool:
        return customer.hidden or bool(self._faults.strike("hidden"))

    def _hiding(self, customer: Customer) -> Literal["no", "missing", "empty"]:
        """Choose how a phone is hidden: Meta's pages show both ways, so both occur in turn."""
        if not self._is_hidden(customer):
            return "no"
        self._hidden += 1
        return "missing" if self._hidden % 2 else "empty"

    # --- telling

    def _tell_of(
        self,
        thread: Thread,
        field: str,
        value: dict[str, Any],
        wamid: str | None = None,
        *,
        in_order: bool = False,
        arrived: Callable[[], None] | None = None,
    ) -> None:
        lane = f"{thread.number.id}/{thread.customer.id}" if in_order else None
        self._tell(
            thread.number,
            field,
            value,
            customer=thread.customer,
            wamid=wamid,
            lane=lane,
            arrived=arrived,
        )

    def _tell(
        self,
        number: Number,
        field: str,
        value: dict[str, Any],
        *,
        customer: Customer | None = None,
        wamid: str | None = None,
        lane: str | None = None,
        arrived: Callable[[], None] | None = None,
    ) -> None:
        update = self.update(Change(number.waba.id, field, value), number.waba, number)
        if update is None:
            return
        update.lane, update.wamid, update.arrived = lane, wamid, arrived
        update.customer = customer.id if customer else None
        self._courier.send(update)

    def update(self, change: Change, waba: Waba, number: Number | None) -> Update | None:
        """Address a change; None when nobody listens."""
        callback = callback_of(waba, number, change.field)
        if callback is None:
            return None
        return Update(change, callback, waba.app.secret, number=number.id if number else None)

    def _see(self, thread: Thread, message: screen.Message) -> None:
        event = {"type": "message", "who": thread.customer.id, "message": message}
        self._seen(thread.number, event)

    def _see_customer(self, thread: Thread) -> None:
        self._seen(thread.number, {"type": "customer", "customer": shown(thread)})


RANK: Final[dict[screen.State, int]] = {"sent": 0, "delivered": 1, "read": 2, "failed": 3}


def shown(thread: Thread) -> dict[str, Any]:
    """Describe a customer as the phone page has her, towards one business."""
    customer = thread.customer
    return {
        "id": customer.id,
        "name": customer.name,
        "phone": f"+{customer.phone}",
        "userId": user_id(customer, thread.number.waba.portfolio),
        "hidden": customer.hidden,
        "window": milliseconds(thread.window) if thread.window else None,
    }
