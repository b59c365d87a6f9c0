"""What the classifier says of one text."""

from typing import Literal

import msgspec

Decision = Literal["accept", "clarify", "reject"]


class Scored(msgspec.Struct, frozen=True):
    """An intent and its probability, from 0 to 1."""

    intent: str
    score: float


class Ranking(msgspec.Struct, frozen=True):
    """The likeliest intents of a text, best first, and what to do with them.

    `gate` is how much closer the text is to the bot's examples than to what is no bot's business,
    from -1 to 1. `accept`: act on the first intent. `clarify`: ask which of them. `reject`: none.
    `accept` and `clarify`, as fields, are the scores that were needed.
    """

    intents: tuple[Scored, ...]
    gate: float
    decision: Decision
    accept: float
    clarify: float

    @property
    def best(self) -> Scored | None:
        """The likeliest intent, whatever the decision."""
        return self.intents[0] if self.intents else None
