"""The Graph API as the inbox needs it: approved templates, and files that come or go.

The token is read from the number's Secret as it is now and stands in no URL, log or traceback.
Meta names a file's address for five minutes; it is asked for each time and never shown to a page.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import aiohttp
import msgspec

from prosa.chatbots import Credentials
from prosa.clock import Clock
from prosa.contracts.chatbot import WhatsApp
from prosa.errors import ConfigError, ProsaError, Unavailable
from services.handoff import templates
from services.handoff.templates import Template

KEPT = timedelta(minutes=5)
"""How long the list of templates is believed."""

AT_ONCE = 2
"""Uploads at the same time: a document may have 100 MB of memory."""

CHUNK = 64 * 1024

_TIMEOUT = aiohttp.ClientTimeout(total=120, connect=5)
_PAGE = "250"
_MOST_PAGES = 20
_TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})


class NoFile(ProsaError):
    """Meta does not have this file, or no more: 7 days for a customer's, 30 for ours."""


class NotTaken(ProsaError):
    """Meta does not take this file."""


@dataclass(frozen=True)
class Download:
    """A file that is on its way: type and size as they are told, and the bytes."""

    mime: str
    size: int | None
    chunks: AsyncIterator[bytes]


class Graph:
    """One business number at Meta."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        whatsapp: WhatsApp,
        credentials: Credentials,
        clock: Clock,
        *,
        assets: str = "",
    ) -> None:
        """Look for relative sources of the dialogue's files below `assets`."""
        self._http = http
        self._root = f"{whatsapp.graph_url.rstrip('/')}/{whatsapp.api_version}"
        self._number = whatsapp.phone_number_id
        self._account = whatsapp.business_account_id
        self._credentials = credentials
        self._clock = clock
        self._assets = assets.rstrip("/") + "/" if assets else ""
        self._templates: tuple[Template, ...] = ()
        self._templates_until_ms = 0
        self._asking = asyncio.Lock()
        self._uploads = asyncio.Semaphore(AT_ONCE)

    async def templates(self) -> tuple[Template, ...]:
        """List the approved templates that the inbox can fill. Raises Unavailable."""
        async with self._asking:
            if self._clock.now_ms() >= self._templates_until_ms:
                self._templates = await self._list_templates()
                lasts = KEPT // timedelta(milliseconds=1)
                self._templates_until_ms = self._clock.now_ms() + lasts
            return self._templates

    async def upload(self, content: bytes, mime: str, filename: str) -> str:
        """Bring a file to Meta; gives its source. Raises NotTaken, Unavailable."""
        form = aiohttp.FormData()
        form.add_field("messaging_product", "whatsapp")
        form.add_field("type", mime)
        form.add_field("file", content, content_type=mime, filename=filename)
        async with self._uploads:
            status, answer = await self._ask("POST", f"{self._number}/media", data=form)
        if status != HTTPStatus.OK or "id" not in answer:
            raise NotTaken(f"HTTP {status}")
        return f"id:{answer['id']}"

    @asynccontextmanager
    async def download(self, source: str, most: int) -> AsyncIterator[Download]:
        """Open a file by its source, of at most so many bytes. Raises NoFile, Unavailable."""
        headers = {}
        if source.startswith("id:"):
            status, answer = await self._ask(
                "GET", source.removeprefix("id:"), params={"phone_number_id": self._number}
            )
            address = answer.get("url")
            if status != HTTPStatus.OK or not isinstance(address, str):
                raise NoFile(f"HTTP {status}")
            headers = self._authorised()
        elif source.startswith(("https://", "http://")):
            address = source
        elif self._assets and source:
            address = self._assets + source.lstrip("/")
        else:
            raise NoFile("it has no address")
        async with self._opened(address, headers, most) as opened:
            yield opened

    @asynccontextmanager
    async def _opened(
        self, address: str, headers: dict[str, str], most: int
    ) -> AsyncIterator[Download]:
        with _told():
            async with self._http.get(
                address, headers=headers, timeout=_TIMEOUT, allow_redirects=False
            ) as response:
                if response.status in _TRANSIENT:
                    raise Unavailable(f"a file's server answers HTTP {response.status}")
                size = response.content_length
                if response.status != HTTPStatus.OK or (size or 0) > most:
                    raise NoFile(f"HTTP {response.status}")
                kind = response.headers.get("Content-Type", "")
                yield Download(kind, size, _limited(response, most))

    async def _list_templates(self) -> tuple[Template, ...]:
        found: list[Template] = []
        after = ""
        for _ in range(_MOST_PAGES):
            params = {"limit": _PAGE, **({"after": after} if after else {})}
            status, answer = await self._ask(
                "GET", f"{self._account}/message_templates", params=params
            )
            if status != HTTPStatus.OK:
                raise Unavailable(f"Meta lists no templates: HTTP {status}")
            found += filter(None, map(templates.read, answer.get("data") or ()))
            paging = answer.get("paging") or {}
            after = (paging.get("cursors") or {}).get("after", "") if paging.get("next") else ""
            if not after:
                break
        return tuple(found)

    async def _ask(self, method: str, path: str, **more: Any) -> tuple[int, dict[str, Any]]:
        """Ask for JSON. Raises Unavailable when Meta does not answer well."""
        with _told():
            async with self._http.request(
                method,
                f"{self._root}/{path}",
                headers=self._authorised(),
                timeout=_TIMEOUT,
                allow_redirects=False,
                **more,
            ) as response:
                body = await response.read()
                status = response.status
        if status in _TRANSIENT:
            raise Unavailable(f"Meta answers HTTP {status}")
        try:
            answer = msgspec.json.decode(body)
        except msgspec.MsgspecError:
            answer = {}
        return status, answer if isinstance(answer, dict) else {}

    def _authorised(self) -> dict[str, str]:
        try:
            token = self._credentials.read().access_token.get_secret_value()
        except ConfigError as error:  # a Secret in mid-rotation
            raise Unavailable(str(error)) from None
        return {"Authorization": f"Bearer {token}"}


@contextmanager
def _told() -> Iterator[None]:
    """Turn what the network does wrong into Unavailable; aiohttp's texts hold addresses."""
    try:
        yield
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise Unavailable(f"Meta does not answer: {type(error).__name__}") from None


async def _limited(response: aiohttp.ClientResponse, most: int) -> AsyncIterator[bytes]:
    got = 0
    async for chunk in response.content.iter_chunked(CHUNK):
        got += len(chunk)
        if got > most:
            return
        yield chunk
