"""What a business does outside of the API: people write from its phone, another app takes over."""

from typing import Literal

from simulator import screen, webhooks
from simulator.audience import Audience
from simulator.clock import Clock, milliseconds, seconds
from simulator.notices import Notices
from simulator.world import Thread, World

Control = Literal["pass", "take"]


class Elsewhere:
    """The business' own phone, and its other apps."""

    def __init__(self, *, world: World, audience: Audience, notices: Notices, clock: Clock) -> None:
        self._world = world
        self._audience = audience
        self._notices = notices
        self._clock = clock

    def write(self, thread: Thread, text: str) -> str:
        """Let someone write from the business' phone: the app hears of it by an echo.

        Meta, "smb_message_echoes". Returns the wamid.
        """
        now = self._clock.now()
        wamid = self._world.wamid(thread.customer.phone, outbound=True)
        bubble = screen.Message(
            id=wamid, at=milliseconds(now), side="in", kind="text", text=text, state="delivered"
        )
        self._audience.show(thread, bubble)
        hidden = self._notices.is_hidden(thread.customer)
        to = {} if hidden else {"to": thread.customer.wa_id}
        item = {
            "from": thread.number.phone,
            **to,
            "to_user_id": thread.user_id,
            "id": wamid,
            "timestamp": seconds(now),
            "type": "text",
            "text": {"body": text},
        }
        contact = webhooks.profile(thread.customer, thread.number, hidden=hidden)
        value = webhooks.value(thread.number, contacts=[contact], message_echoes=[item])
        self._notices.tell_of(thread, "smb_message_echoes", value, wamid=wamid)
        return wamid

    def hand_over(self, thread: Thread, control: Control, app: str) -> None:
        """Announce that another app was given the conversation (`pass`) or lost it (`take`)."""
        ours = thread.number.waba.app.id
        previous, new = (ours, app) if control == "pass" else (app, ours)
        hidden = self._notices.is_hidden(thread.customer)
        phone = {} if hidden else {"phone_number": thread.customer.wa_id}
        item = {
            "sender": {**phone, "user_id": thread.user_id},
            "recipient": {
                "display_phone_number": thread.number.phone,
                "phone_number_id": thread.number.id,
            },
            "timestamp": seconds(self._clock.now()),
            f"{control}_thread_control": {
                "previous_owner_app_id": previous,
                "new_owner_app_id": new,
                "metadata": "",
            },
        }
        value = webhooks.value(thread.number, messaging_handovers=[item])
        self._notices.tell_of(thread, "messaging_handovers", value)
