"""Fetches media that a business sends by link, as Meta's servers would.

Only from this machine: the simulator must work without a network, and must not be a way to reach
into one. Meta keeps a link's file for ten minutes, whatever happens behind the link meanwhile.
"""

import ipaddress
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

import aiohttp

from simulator.clock import Clock
from simulator.media import File, MediaStore, bare

CACHED: Final = timedelta(minutes=10)  # Meta, "Media": add a query string to avoid it
OK: Final = 200
TIMEOUT: Final = aiohttp.ClientTimeout(total=10)


class Unfetched(Exception):
    """The link gave no file; the message says why, for `error_data.details`."""


class Links:
    """Files behind links, fetched once in ten minutes."""

    def __init__(self, http: aiohttp.ClientSession, media: MediaStore, clock: Clock) -> None:
        self._http = http
        self._media = media
        self._clock = clock
        self._known: dict[tuple[str, str], tuple[str, datetime]] = {}

    async def fetch(self, url: str, number: str) -> File:
        """Fetch a file for a business number. Raises Unfetched."""
        if not is_loopback(url):
            raise Unfetched(
                "The simulator fetches links from this machine only; send an uploaded media id, "
                "or set allowUnreachableLinks."
            )
        media_id, until = self._known.get((url, number), ("", self._clock.now()))
        cached = self._media.get(media_id)
        if cached is not None and self._clock.now() < until:
            return cached
        content, mime_type = await self._download(url)
        name = urlsplit(url).path.rsplit("/", 1)[-1] or None
        file = self._media.add(number, content, mime_type, filename=name)
        self._known[url, number] = file.id, self._clock.now() + CACHED
        return file

    async def _download(self, url: str) -> tuple[bytes, str]:
        try:
            async with self._http.get(url, timeout=TIMEOUT, allow_redirects=False) as response:
                if response.status != OK:
                    raise Unfetched(
                        f"Downloading media from weblink failed with http code {response.status}."
                    )
                content = await response.read()
                return content, bare(response.headers.get("Content-Type", ""))
        except (aiohttp.ClientError, TimeoutError) as error:
            reason = f"Downloading media from weblink failed: {type(error).__name__}."
            raise Unfetched(reason) from error

    def clear(self) -> None:
        """Forget what was fetched."""
        self._known.clear()


def is_loopback(url: str) -> bool:
    """Whether a link points to this machine, by name or by address."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
