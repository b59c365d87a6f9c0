"""The simulator's own account of what happened: each request it got, each webhook it posted.

Tests of the whole platform assert against it, since it is the one witness that is not under test.
"""

from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

from simulator.clock import milliseconds

KEPT = 100_000  # entries, some 200 MB; at 200 messages a second, the last two minutes


class Entry(Struct, rename="camel", omit_defaults=True, kw_only=True):
    """One request or one attempt to deliver a webhook.

    `status` is the HTTP status, 0 when there was none (nothing answered, or we were made to hang).
    `wamids` are the messages accepted by a request, or carried by a webhook.
    """

    id: int
    at: int
    """Milliseconds since 1970."""
    kind: Literal["webhook", "request"]
    what: str
    status: int
    ms: float
    body: Any
    attempt: int | None = None
    customer: str | None = None
    answer: Any = None
    method: str | None = None
    path: str | None = None
    number: str | None = None
    wamids: list[str] = []
    webhook: int | None = None
    """The same for all attempts and copies of one webhook."""


class Journal:
    """The newest entries, and who wants to hear of new ones."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._last = 0
        self._heard: list[Callable[[Entry], None]] = []

    @property
    def last(self) -> int:
        """The id of the newest entry."""
        return self._last

    def subscribe(self, heard: Callable[[Entry], None]) -> None:
        """Call `heard` with each new entry."""
        self._heard.append(heard)

    def write(
        self,
        kind: Literal["webhook", "request"],
        *,
        began: datetime,
        ended: datetime,
        **facts: Any,
    ) -> Entry:
        """Add an entry."""
        self._last += 1
        ms = round((ended - began).total_seconds() * 1000, 1)
        entry = Entry(id=self._last, at=milliseconds(began), kind=kind, ms=ms, **facts)
        self._entries.append(entry)
        for heard in self._heard:
            heard(entry)
        return entry

    def after(self, last: int) -> list[Entry]:
        """List the entries behind one, oldest first."""
        missing = min(self._last - last, len(self._entries))
        return list(self._entries)[-missing:] if missing > 0 else []

    def newest(self, most: int) -> list[Entry]:
        """List the newest entries, oldest first."""
        return self.after(max(self._last - most, 0))

    def clear(self) -> None:
        """Forget all entries; ids go on."""
        self._entries.clear()
