"""Finding messages by what they mean, which the records' own index does; the console only asks."""

from datetime import datetime
from typing import Any, Protocol


class Meaning(Protocol):
    """Finds messages like a text: the nearest first, each with its `score` (1: the same)."""

    async def __call__(
        self,
        text: str,
        *,
        since: datetime,
        until: datetime,
        author: str,
        intent: str,
        limit: int,
    ) -> list[dict[str, Any]]:
        """Give rows as the statement `found` does, with a score. Raises Unavailable."""
        ...
