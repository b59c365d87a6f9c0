"""Meta's rates: how much a number, a pair and a portfolio may send. Pure but for their memory.

A number carries so many messages a second, both directions together (Meta, "Throughput"). To one
customer goes one message in 6 s, of which 45 may be borrowed from the time to come (Meta, "About
the WhatsApp Business Platform"): a token bucket that holds the burst. A portfolio may write to so
many customers outside their windows in 24 h (Meta, "Messaging Limits").
"""

from collections import deque
from datetime import datetime, timedelta
from typing import Final

from simulator.config import Limits
from simulator.errors import Refusal

SECOND: Final = timedelta(seconds=1)
DAY: Final = timedelta(hours=24)


class Rates:
    """What was sent of late."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._numbers: dict[str, deque[datetime]] = {}
        self._paid_until: dict[tuple[str, str], datetime] = {}
        self._reached: dict[str, dict[str, datetime]] = {}

    def receive(self, number: str, now: datetime) -> None:
        """Count a customer's message against the number's throughput."""
        self._recent(number, now).append(now)

    def send(self, number: str, recipient: str, now: datetime) -> None:
        """Count a message to a customer. Raises Refusal, and then nothing was counted."""
        recent = self._recent(number, now)
        if len(recent) >= self._limits.messages_per_second:
            raise Refusal(
                130429,
                "Message failed to send because there were too many messages sent from this "
                "phone number in a short period of time",
            )
        step = timedelta(seconds=self._limits.pair_per_seconds)
        pair = number, recipient
        paid_until = max(self._paid_until.get(pair, now), now) + step
        if paid_until - now > step * self._limits.pair_burst:
            raise Refusal(
                131056,
                "Message failed to send because there were too many messages sent from this "
                "phone number to the same phone number in a short period of time",
            )
        recent.append(now)
        self._paid_until[pair] = paid_until

    def _recent(self, number: str, now: datetime) -> deque[datetime]:
        recent = self._numbers.setdefault(number, deque())
        while recent and now - recent[0] >= SECOND:
            recent.popleft()
        return recent

    def reach(self, portfolio: str, customer: str, now: datetime) -> bool:
        """Count a customer written to outside her window; False when the limit is used up."""
        reached = self._reached.setdefault(portfolio, {})
        if customer in reached and now - reached[customer] < DAY:
            return True
        for other in [other for other, at in reached.items() if now - at >= DAY]:
            del reached[other]
        if len(reached) >= self._limits.messaging_limit:
            return False
        reached[customer] = now
        return True

    def clear(self) -> None:
        """Forget what was sent."""
        self._numbers.clear()
        self._paid_until.clear()
        self._reached.clear()
