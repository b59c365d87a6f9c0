"""Which status of a message counts when several have come, in whatever order. Pure.

Meta's webhooks are not in order, and `delivered` is left out when delivery and read coincide: the
highest rank wins. `failed` is final.
"""

_RANKS = {"": 0, "sent": 1, "delivered": 2, "read": 3, "played": 4, "failed": 5}
"""An empty status is Meta's acceptance; a word that Meta adds one day ranks with it."""


def merge(known: str, told: str) -> str:
    """Give the status that stands after both, whichever came first."""
    return told if _RANKS.get(told, 0) > _RANKS.get(known, 0) else known


def worth_keeping(known: str, told: str) -> bool:
    """Tell whether a status changes the document: `sent` adds nothing to Meta's acceptance."""
    return told != "sent" and merge(known, told) != known
