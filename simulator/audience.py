"""Who watches the customers' screens: what appears or changes on one is passed on to the pages."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from simulator import screen
from simulator.clock import milliseconds
from simulator.world import Customer, Number, Thread, World

Event = dict[str, Any]


class Audience:
    """Puts bubbles on screens and tells whoever watches, by business number."""

    def __init__(self, world: World, seen: Callable[[Number, Event], None]) -> None:
        self._world = world
        self._seen = seen

    def show(self, thread: Thread, message: screen.Message) -> None:
        """Put a new bubble on a customer's screen."""
        self._world.add(thread, message)
        self.update(thread, message)

    def update(self, thread: Thread, message: screen.Message) -> None:
        """Show a bubble that has changed, whole."""
        event = {"type": "message", "who": thread.customer.id, "message": message}
        self._seen(thread.number, event)

    def type(self, thread: Thread, until: datetime) -> None:
        """Show that the business types."""
        event = {"type": "typing", "who": thread.customer.id, "until": milliseconds(until)}
        self._seen(thread.number, event)

    def introduce(self, customer: Customer) -> None:
        """Show a customer, new or changed, to all businesses."""
        for number in self._world.numbers.values():
            self.present(self._world.thread(number, customer))

    def present(self, thread: Thread) -> None:
        """Show a customer as one business has her."""
        self._seen(thread.number, {"type": "customer", "customer": shown(thread)})


def shown(thread: Thread) -> dict[str, Any]:
    """Describe a customer as the phone page has her, towards one business."""
    customer = thread.customer
    return {
        "id": customer.id,
        "name": customer.name,
        "phone": f"+{customer.phone}",
        "userId": thread.user_id,
        "hidden": customer.hidden,
        "window": milliseconds(thread.window) if thread.window else None,
    }
