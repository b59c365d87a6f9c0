"""What businesses are told: addresses each update to the callback that listens, and hides phones.

The wording of updates is `webhooks`', their way is `courier`'s.
"""

from collections.abc import Callable
from typing import Any, Final, Literal

from simulator.courier import Courier, Update
from simulator.faults import Faults
from simulator.webhooks import Change
from simulator.world import Callback, Customer, Number, Thread, Waba

# Meta, "Webhook overrides": all other fields go to the app's own callback
OVERRIDABLE: Final = frozenset(
    {
        "messages",
        "message_echoes",
        "calls",
        "consumer_profile",
        "messaging_handovers",
        "smb_message_echoes",
        "smb_app_state_sync",
        "history",
        "account_settings_update",
        "standby",
    }
)
Hiding = Literal["no", "missing", "empty"]


class Notices:
    """Tells businesses."""

    def __init__(self, courier: Courier, faults: Faults) -> None:
        self._courier = courier
        self._faults = faults
        self._hidden = 0

    def tell(
        self,
        number: Number,
        field: str,
        value: dict[str, Any],
        *,
        customer: Customer | None = None,
        wamid: str | None = None,
        in_order: bool = False,
        arrived: Callable[[], None] | None = None,
    ) -> None:
        """Tell of one update; `in_order` keeps it behind the customer's earlier ones."""
        update = address(Change(number.waba.id, field, value), number.waba, number)
        if update is None:
            return
        update.wamid, update.arrived = wamid, arrived
        if customer is not None:
            update.customer = customer.id
            update.lane = f"{number.id}/{customer.id}" if in_order else None
        self._courier.send(update)

    def tell_of(self, thread: Thread, field: str, value: dict[str, Any], **more: Any) -> None:
        """Tell of one update in a thread."""
        self.tell(thread.number, field, value, customer=thread.customer, **more)

    def is_hidden(self, customer: Customer) -> bool:
        """Whether the business sees no phone of hers, this time."""
        return customer.hidden or bool(self._faults.strike("hidden"))

    def hiding(self, customer: Customer) -> Hiding:
        """Choose how a phone is hidden: Meta's pages show both ways, so both occur in turn."""
        if not self.is_hidden(customer):
            return "no"
        self._hidden += 1
        return "missing" if self._hidden % 2 else "empty"


def address(change: Change, waba: Waba, number: Number | None) -> Update | None:
    """Address a change to whom listens; None when nobody does."""
    callback = callback_of(waba, number, change.field)
    if callback is None:
        return None
    return Update(change, callback, waba.app.secret, number=number.id if number else None)


def callback_of(waba: Waba, number: Number | None, field: str) -> Callback | None:
    """Find where an update goes: the number's callback, the account's, the app's."""
    if not waba.subscribed:
        return None
    if field in OVERRIDABLE:
        own = number.callback if number is not None else None
        return own or waba.callback or waba.app.callback
    return waba.app.callback
