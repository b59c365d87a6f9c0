"""What Meta charges for a campaign, by its own word on each delivered message. Pure.

`billable_as` is `<pricing type>/<category>`, such as `regular/marketing`; only `regular` costs
(Meta, "Pricing": per delivered message). The Chatbot says what a category costs in its market.
"""

from collections.abc import Mapping

import msgspec

from prosa.contracts.chatbot import Prices


class Cost(msgspec.Struct, frozen=True):
    """A sum by category; `unpriced` are messages that cost something, nobody says how much."""

    currency: str
    total: float
    by_category: dict[str, float]
    messages: dict[str, int]
    unpriced: dict[str, int]
    free: int


def cost(billed: Mapping[str, int], prices: Prices) -> Cost:
    """Add up; a message whose status named no category yet costs nothing so far."""
    by_category: dict[str, float] = {}
    messages: dict[str, int] = {}
    unpriced: dict[str, int] = {}
    free = 0
    for words, count in sorted(billed.items()):
        kind, _, category = words.partition("/")
        if kind != "regular" or not category:
            free += count
            continue
        messages[category] = messages.get(category, 0) + count
        if category in prices.per_message:
            by_category[category] = round(messages[category] * prices.per_message[category], 4)
        else:
            unpriced[category] = messages[category]
    total = round(sum(by_category.values()), 4)
    return Cost(prices.currency, total, by_category, messages, unpriced, free)
