"""A catalogue that a server gives: asked now and then, read only when it is new.

`poll` asks once and imports; `follow` does so for ever, and waits longer while the server fails.
The server is trusted with the shop's items and with nothing else: what it sends is bounded in size
and time, and a redirect may not leave for another scheme.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Any

import aiohttp
import msgspec
import structlog
from yarl import URL

from prosa.catalogue import gzipped, importing, reading
from prosa.catalogue.importing import Document, Options, Outcome, Told, Unchanged
from prosa.catalogue.record import Record
from prosa.clock import Clock, SystemClock
from prosa.contracts.catalogue import Feed, Imports, Problem
from prosa.contracts.chatbot import CatalogueSpec
from prosa.contracts.durations import duration
from prosa.contracts.identity import BotToken
from prosa.errors import ProsaError, Unavailable
from prosa.jetstream.connection import JetStream

log = structlog.get_logger(__name__)

LARGEST = 100 * 1024 * 1024
"""Bytes of a feed, unpacked: 100,000 items of a kilobyte."""

PATIENCE = timedelta(seconds=120)
"""For the whole answer; a feed of 100 MB takes 80 s over 10 Mbit/s."""

FIRST_WAIT = timedelta(seconds=30)
"""Before a feed that failed is asked again; then twice as long each time, up to `every`."""

_REDIRECTS = 5
_DOUBLINGS = 16
_REDIRECTED = frozenset((301, 302, 303, 307, 308))
_OK, _NOT_MODIFIED, _TOO_MANY, _SERVER_ERROR = 200, 304, 429, 500
_KINDS: dict[str, reading.Kind] = {
    "application/json": "json",
    "text/json": "json",
    "text/csv": "csv",
    "application/csv": "csv",
}
_ANYTHING = ("", "text/plain", "application/octet-stream", "binary/octet-stream", *gzipped.TYPES)
"""What servers say that do not know better: the address tells."""

_REMEDIES = {
    401: "it wants to know who asks; put user and password into the address",
    403: "it refuses us; let this machine in",
    404: "there is nothing at this address; look at spec.catalogue.source.http.url",
    410: "there is nothing at this address any more; look at spec.catalogue.source.http.url",
}


class FeedFailed(ProsaError):
    """A feed cannot be read now; what was served goes on being served."""


async def poll(
    jetstream: JetStream,
    http: aiohttp.ClientSession,
    bot: BotToken,
    spec: CatalogueSpec,
    options: Options | None = None,
    *,
    told: Told = importing.nobody,
    clock: Clock | None = None,
) -> Outcome:
    """Ask a bot's feed once, and import what is new. The Chatbot must name an HTTP source.

    Raises FeedFailed, ImportRefused, Unavailable. Why is noted in the record of imports.
    """
    clock = clock or SystemClock()
    record = Record(jetstream, bot)
    assert spec.source.http is not None, "the Chatbot's catalogue comes from a file"  # noqa: S101
    url = URL(spec.source.http.url)
    imports, _ = await record.read()
    known = await _still_true(jetstream, bot, imports, _reading(spec))
    try:
        document = await fetch(http, url, known, _reading(spec))
    except FeedFailed as failed:
        problem = Problem(at_ms=clock.now_ms(), source=shown(url), summary=str(failed))
        await record.note(problem, clock)
        raise
    if document is None and imports.current is not None:
        await record.note(None, clock)
        return Unchanged(imports.current)
    assert document is not None  # noqa: S101 - without a current version nothing is asked for
    return await importing.import_document(
        jetstream, bot, spec, document, options, told=told, clock=clock
    )


async def follow(
    reach: Callable[[], AbstractAsyncContextManager[JetStream]],
    bot: BotToken,
    spec: CatalogueSpec,
    told: Callable[[Outcome | ProsaError], None],
) -> None:
    """Ask a bot's feed for ever, as often as the Chatbot says; `told` hears what comes of it.

    `reach` connects for one poll: between two, nothing is held. Raises nothing but cancellation.
    """
    assert spec.source.http is not None, "the Chatbot's catalogue comes from a file"  # noqa: S101
    every = duration(spec.source.http.every)
    failures = 0
    async with aiohttp.ClientSession() as http:
        while True:
            try:
                async with reach() as jetstream:
                    outcome: Outcome | ProsaError = await poll(jetstream, http, bot, spec)
            except ProsaError as error:
                outcome = error
                log.warning("catalogue_not_imported", bot=bot, error=str(error))
            passing = isinstance(outcome, FeedFailed | Unavailable)
            failures = min(failures + 1, _DOUBLINGS) if passing else 0
            told(outcome)
            wait = min(every, FIRST_WAIT * 2 ** (failures - 1)) if failures else every
            await asyncio.sleep(wait.total_seconds())


async def fetch(
    http: aiohttp.ClientSession, url: URL, known: Feed | None, reading_hash: str
) -> Document | None:
    """Read a feed; None when it is as it was `known` to be. Raises FeedFailed."""
    headers = {"Accept": "application/json, text/csv;q=0.9", "Accept-Encoding": "gzip"}
    if known and known.etag:
        headers["If-None-Match"] = known.etag
    if known and known.last_modified:
        headers["If-Modified-Since"] = known.last_modified
    name = shown(url)
    try:
        async with (
            asyncio.timeout(PATIENCE.total_seconds()),
            _asked(http, url, headers) as response,
        ):
            if response.status == _NOT_MODIFIED and known:
                return None
            _check_status(response, name)
            kind = _kind(response)
            text = _decoded(await _body(response, name), response, name)
    except TimeoutError:
        seconds = PATIENCE.total_seconds()
        raise FeedFailed(f"{name} did not answer whole within {seconds:g} s") from None
    except (aiohttp.ClientError, OSError) as error:
        # its words may hold the address, and the address a password
        raise FeedFailed(f"{name} cannot be read ({type(error).__name__})") from None
    feed = Feed(
        source=name,
        reading=reading_hash,
        etag=response.headers.get("ETag", ""),
        last_modified=response.headers.get("Last-Modified", ""),
    )
    return Document(name, text, kind, feed)


def shown(url: URL) -> str:
    """Name an address where people read it: without what may be secret of it."""
    return str(url.with_user(None).with_query(None).with_fragment(None))


# --- asking ---------------------------------------------------------------------------------------


def _reading(spec: CatalogueSpec) -> str:
    """Name what a feed's text is read by: with another address or type it must be read again."""
    return hashlib.blake2b(msgspec.json.encode(spec, order="sorted"), digest_size=8).hexdigest()


async def _still_true(
    jetstream: JetStream, bot: BotToken, imports: Imports, reading_hash: str
) -> Feed | None:
    """Give what is known of the feed, if what it was read into is still there, and whole."""
    feed = imports.feed
    if feed is None or feed.reading != reading_hash:
        return None
    if imports.current is None or imports.pending is not None or imports.current.skipped:
        return None
    there = await importing.is_served(jetstream, bot)
    return feed if there or not imports.current.items else None


@asynccontextmanager
async def _asked(
    http: aiohttp.ClientSession, url: URL, headers: dict[str, str]
) -> AsyncIterator[aiohttp.ClientResponse]:
    """Ask, and follow redirects that stay with the scheme. Raises FeedFailed."""
    first = url
    for _ in range(_REDIRECTS + 1):
        async with http.get(
            url, headers=headers, allow_redirects=False, auto_decompress=False
        ) as response:
            where = response.headers.get("Location")
            if response.status not in _REDIRECTED or not where:
                yield response
                return
            url = url.join(URL(where))
            if url.scheme != first.scheme:
                raise FeedFailed(
                    f"{shown(first)} sends us on to {url.scheme}://; write the address that it"
                    " means into spec.catalogue.source.http.url"
                )
    raise FeedFailed(f"{shown(first)} sends us on and on; write the address that it means")


def _check_status(response: aiohttp.ClientResponse, name: str) -> None:
    status = response.status
    if status == _OK:
        return
    remedy = _REMEDIES.get(status, "look at spec.catalogue.source.http.url")
    if status >= _SERVER_ERROR or status == _TOO_MANY:
        remedy = "it is asked again by itself"
    raise FeedFailed(f"{name} answered {status}: {remedy}")


def _kind(response: aiohttp.ClientResponse) -> reading.Kind:
    """Tell what is sent: by what the server calls it, else by the address. Raises FeedFailed."""
    called = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if called in _KINDS:
        return _KINDS[called]
    if called.endswith("+json"):
        return "json"
    if called in _ANYTHING:
        path = PurePosixPath(response.url.path.removesuffix(".gz"))
        return reading.kind_of(path.name)
    raise FeedFailed(
        f"{shown(response.url)} sends {called}, which is neither CSV nor JSON;"
        " look at spec.catalogue.source.http.url with a browser"
    )


async def _body(response: aiohttp.ClientResponse, name: str) -> bytes:
    """Read and unpack an answer, piece by piece. Raises FeedFailed."""
    packed = response.headers.get("Content-Encoding", "").lower() in ("gzip", "x-gzip")
    pieces = gzipped.Pieces(packed=packed, largest=LARGEST)
    try:
        async for piece in response.content.iter_any():
            pieces.take(piece)
        return pieces.whole()
    except gzipped.Broken as broken:
        raise FeedFailed(f"{name} {broken}") from broken


def _decoded(body: bytes, response: aiohttp.ClientResponse, name: str) -> str:
    charset: Any = response.charset or "utf-8-sig"
    try:
        return body.decode(charset)
    except LookupError:
        raise FeedFailed(
            f"{name} says that it is written in {charset}, which nobody knows"
        ) from None
    except UnicodeDecodeError as error:
        raise FeedFailed(
            f"{name} is not {charset} at byte {error.start:,}; let the server say its charset in"
            " Content-Type, or send UTF-8"
        ) from None
