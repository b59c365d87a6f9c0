"""What Meta will say of the next messages, whatever they are: any code of the error table, at will.

A client must act on codes that no rule here produces by itself (a locked account, a spam limit, an
ecosystem cap). A verdict is pronounced on the next messages, at once as the answer or later as a
failed status.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from simulator.errors import CODES, Impossible, Refusal

When = Literal["answer", "status"]


class Verdict(Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """One code for the next so many messages, of one customer or of all."""

    code: int
    when: When = "answer"
    details: str = "Said by a test."
    next: Annotated[int, Meta(ge=1)] = 1
    who: str | None = None
    """The customer's id; None: whoever is written to."""


class Verdicts:
    """Verdicts that wait for their messages, in the order in which they were given."""

    def __init__(self) -> None:
        self._waiting: list[Verdict] = []

    def add(self, verdict: Verdict) -> None:
        """Let a verdict wait. Raises Impossible for a code that Meta does not have."""
        if verdict.code not in CODES:
            raise Impossible(f"code: Meta's error table has no {verdict.code}")
        self._waiting.append(verdict)

    def on(self, customer: str | None, when: When) -> Refusal | None:
        """Ask for the verdict on a message to a customer; it is spent by that."""
        for verdict in self._waiting:
            if verdict.when == when and verdict.who in (None, customer):
                verdict.next -= 1
                if verdict.next == 0:
                    self._waiting.remove(verdict)
                return Refusal(verdict.code, verdict.details)
        return None

    def clear(self) -> None:
        """Forget what waits."""
        self._waiting.clear()
