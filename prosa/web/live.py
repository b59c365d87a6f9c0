"""Live updates to browsers: one ring of recent events a process, any number of pages reading it.

Server-sent events (WHATWG HTML, section 9.2). An event's id is its number in the ring; where a
JetStream consumer fills the ring, that is the stream sequence, so every replica numbers alike and
a page that reconnects elsewhere goes on with `Last-Event-ID`. An event is encoded once, whatever
the number of pages. A gap older than the ring is answered with `reset`: the page loads its
snapshot again. Who may read an event is for the route that answers with the stream to decide: for
all of them, or with `sees` for each.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Any, NamedTuple

import msgspec
from starlette.requests import Request
from starlette.responses import StreamingResponse

PACE_SECONDS = 0.1  # what a person cannot tell from at once
HEARTBEAT_SECONDS = 15.0  # below the 30 to 60 s after which proxies close silent connections
LONGEST = 19  # digits of a stream sequence, which has 64 bits
RETRY_MS = 2000  # how long browsers wait before they connect again

Sees = Callable[[Any], bool]
"""Tells by what an event is `about` whether one page may read it."""


class _Frame(NamedTuple):
    """An event as it is written, and what those read who may not see it."""

    number: int
    data: bytes
    about: Any
    otherwise: bytes


class Ring:
    """Recent events in order. `publish` never waits: a slow page skips to `reset`.

    Pages are woken at most once in `PACE_SECONDS`, so that a burst costs each page one write.
    A ring that no stream stands behind should start at a `last` that no earlier one has reached
    (the time in milliseconds, say): then a page that outlives the process is told to start over,
    instead of missing what has a number it believes to know.
    """

    def __init__(self, size: int = 4096, last: int = 0) -> None:
        self._frames: deque[_Frame] = deque()
        self._size = size
        self._gone = last  # the newest number that can not be given any more
        self._last = last
        self._closed = False
        self._wake = asyncio.Event()
        self._due: asyncio.TimerHandle | None = None

    @property
    def last(self) -> int:
        """The number of the newest event."""
        return self._last

    @property
    def closed(self) -> bool:
        """Whether the streams end."""
        return self._closed

    def publish(
        self, event: Any, *, at: int | None = None, about: Any = None, otherwise: Any = None
    ) -> int:
        """Add an event, anything that msgspec can encode, and return its number.

        `at` is its sequence in the stream that stands behind the ring; one that is no news is left
        out. `about` is what `Sees` judges by; `otherwise` is told to those who may not see it.
        """
        number = self._last + 1 if at is None else at
        if number <= self._last:
            return self._last
        self._last = number
        other = b"" if otherwise is None else _encoded(number, otherwise)
        self._frames.append(_Frame(number, _encoded(number, event), about, other))
        if len(self._frames) > self._size:
            self._gone = self._frames.popleft().number
        if self._due is None:
            try:
                loop = asyncio.get_running_loop()
            except RuntimeError:
                return self._last  # no loop yet, so nobody reads
            self._due = loop.call_later(PACE_SECONDS, self._rouse)
        return self._last

    def since(self, after: int, sees: Sees | None = None) -> bytes | None:
        """Encode the events behind `after`; None when some of them are gone, or never were."""
        if not self._gone <= after <= self._last:
            return None
        missing: list[_Frame] = []
        for frame in reversed(self._frames):
            if frame.number <= after:
                break
            missing.append(frame)
        if sees is None:
            return b"".join(frame.data for frame in reversed(missing))
        return b"".join(
            frame.data if sees(frame.about) else frame.otherwise for frame in reversed(missing)
        )

    async def changed(self, after: int) -> None:
        """Wait until there is something behind `after`, or the ring closes."""
        # What came while the page was being written to is due or already announced.
        if self._closed or (self._last > after and self._due is None):
            return
        await self._wake.wait()

    def close(self) -> None:
        """End all streams: a server that stops would wait for them for ever."""
        self._closed = True
        if self._due is not None:
            self._due.cancel()
        self._rouse()

    def _rouse(self) -> None:
        self._due = None
        woken, self._wake = self._wake, asyncio.Event()
        woken.set()


def _encoded(number: int, event: Any) -> bytes:
    return b"id: %d\ndata: %b\n\n" % (number, msgspec.json.encode(event))


async def frames(ring: Ring, after: int, sees: Sees | None = None) -> AsyncIterator[bytes]:
    """Write one page's stream: what is behind `after`, then what comes, and a beat in silence."""
    yield b"retry: %d\n\n" % RETRY_MS
    while True:
        batch, after = ring.since(after, sees), ring.last
        if batch is None:
            yield b"id: %d\nevent: reset\ndata: {}\n\n" % after
        elif batch:
            yield batch
        if ring.closed:
            return
        try:
            async with asyncio.timeout(HEARTBEAT_SECONDS):
                await ring.changed(after)
        except TimeoutError:
            yield b"event: beat\ndata: {}\n\n"


def heard(request: Request, ring: Ring) -> int:
    """Read what `GET api/events?after=N` knows already; `Last-Event-ID` wins over `after`."""
    asked = request.headers.get("last-event-id") or request.query_params.get("after", "")
    known = asked.isascii() and asked.isdigit() and len(asked) <= LONGEST
    return int(asked) if known else ring.last


def event_stream(request: Request, ring: Ring, sees: Sees | None = None) -> StreamingResponse:
    """Answer `GET api/events?after=N` with the ring's stream."""
    return streamed(frames(ring, heard(request, ring), sees))


def streamed(stream: AsyncIterator[bytes]) -> StreamingResponse:
    """Answer with a stream of events."""
    return StreamingResponse(
        stream,
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )
