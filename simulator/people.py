"""From a customer to businesses: what she does becomes a bubble on her screen and a webhook."""

from typing import Any, Literal

from simulator import composing, samples, screen, webhooks
from simulator.audience import Audience
from simulator.clock import Clock, milliseconds, seconds
from simulator.composing import Utterance
from simulator.config import CustomerConfig
from simulator.media import RECEIVED, File, MediaStore
from simulator.notices import Notices
from simulator.rates import Rates
from simulator.world import SERVICE_WINDOW, Customer, Number, Thread, World


class People:
    """What customers do."""

    def __init__(
        self,
        *,
        world: World,
        media: MediaStore,
        audience: Audience,
        notices: Notices,
        rates: Rates,
        clock: Clock,
    ) -> None:
        self._world = world
        self._media = media
        self._audience = audience
        self._notices = notices
        self._rates = rates
        self._clock = clock
        self._said: dict[tuple[str, str], str] = {}

    def clear(self) -> None:
        """Forget what was said."""
        self._said.clear()

    def add(self, config: CustomerConfig) -> Customer:
        """Give a person WhatsApp, so that every business can write to her."""
        customer = self._world.add_customer(config)
        self._audience.introduce(customer)
        return customer

    def say(self, said: Utterance, *, standby: bool = False) -> str:
        """Do what a customer does with her phone; return the wamid. Raises Impossible.

        With `standby`, another app holds the conversation and this one only reads along.
        """
        thread = self._world.find_thread(said.who, said.business)
        once = (thread.customer.id, said.id or "")
        if said.id is not None and once in self._said:
            return self._said[once]
        now = self._clock.now()
        file = self._file(said, thread.number)
        wamid = self._world.wamid(thread.customer.phone, outbound=False)
        content, bubble = composing.compose(said, thread, file, wamid, milliseconds(now))
        if said.id is not None:
            self._said[once] = wamid
        thread.window = now + SERVICE_WINDOW
        self._rates.receive(thread.number.id, now)
        self._show(said, thread, bubble, wamid)
        if file is not None and isinstance(part := content.get(said.kind), dict):
            part["url"] = self._media.address(file)
        self._tell(thread, content, wamid, bubble, field="standby" if standby else "messages")
        return wamid

    def _file(self, said: Utterance, number: Number) -> File | None:
        if said.kind not in screen.MEDIA:
            return None
        if said.media is not None:
            data, mime, name = said.media.data, said.media.mime_type, said.media.filename
        elif said.sample and (sample := samples.SAMPLES.get(said.kind)):
            data, mime, name = samples.content(sample), sample.mime_type, sample.filename
        else:
            return None
        return self._media.add(number.id, data, mime, filename=name, life=RECEIVED)

    def _show(
        self, said: Utterance, thread: Thread, bubble: screen.Message | None, wamid: str
    ) -> None:
        self._audience.present(thread)
        if bubble is not None:
            self._audience.show(thread, bubble)
            return
        self._world.name_message(thread, wamid)
        target = thread.messages[said.message_id or ""]
        if said.kind == "reaction":
            target.react("out", said.emoji)
        elif said.kind == "edit":
            target.text = said.text
        else:
            target.kind, target.text, target.media = "unsupported", "", None
        self._audience.update(thread, target)

    def _tell(
        self,
        thread: Thread,
        content: dict[str, Any],
        wamid: str,
        bubble: screen.Message | None,
        *,
        field: str,
    ) -> None:
        customer, number = thread.customer, thread.number
        hidden = self._notices.hiding(customer)
        message = {
            **webhooks.sender(customer, number, hidden=hidden),
            "id": wamid,
            "timestamp": seconds(self._clock.now()),
            **content,
        }
        contact = webhooks.profile(customer, number, hidden=hidden != "no")
        value = webhooks.value(number, contacts=[contact], messages=[message])

        def arrived() -> None:
            if bubble is not None and bubble.state == "sent":
                bubble.state = "delivered"
                self._audience.update(thread, bubble)

        self._notices.tell_of(thread, field, value, wamid=wamid, in_order=True, arrived=arrived)

    def prefer(self, thread: Thread, value: Literal["stop", "resume"]) -> None:
        """Let a customer stop or resume a business' marketing."""
        customer, number = thread.customer, thread.number
        if value == "stop":
            customer.stopped.add(number.waba.id)
        else:
            customer.stopped.discard(number.waba.id)
        hidden = self._notices.is_hidden(customer)
        shown = {} if hidden else {"wa_id": customer.wa_id}
        item = {
            **shown,
            "user_id": thread.user_id,
            "detail": f"User requested to {value} marketing messages",
            "category": "marketing_messages",
            "value": value,
            "timestamp": int(self._clock.now().timestamp()),
        }
        contact = webhooks.profile(customer, number, hidden=hidden)
        content = webhooks.value(number, contacts=[contact], user_preferences=[item])
        self._notices.tell_of(thread, "user_preferences", content, in_order=True)

    def change_phone(self, customer: Customer, phone: str) -> None:
        """Give a customer another phone; businesses she wrote with hear of phone and user id."""
        old = customer.wa_id
        self._world.change_phone(customer, phone)
        self._audience.introduce(customer)
        for thread in self._world.threads():
            if thread.customer is customer and thread.messages:
                self._tell_of_change(thread, old)

    def _tell_of_change(self, thread: Thread, old: str) -> None:
        customer, own = thread.customer, thread.user_id
        for part in (
            {
                "body": f"User {customer.name} changed from {old} to {customer.wa_id}",
                "wa_id": customer.wa_id,
                "type": "user_changed_number",
            },
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
            self._notices.tell_of(thread, "messages", value, wamid=wamid, in_order=True)
