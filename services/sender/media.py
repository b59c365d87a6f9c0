"""Files as Meta wants them named: uploaded once, then sent by id to everybody.

A `source` is an address, a path below the bot's assets, or `id:` and Meta's own id. Uploads are
remembered for 29 of Meta's 30 days in the bucket `media`, by number and address: a file that
changes needs another address (a query string will do).
"""

import asyncio
import hashlib
from collections import OrderedDict
from datetime import timedelta
from http import HTTPStatus
from pathlib import PurePosixPath

import aiohttp
import msgspec
from yarl import URL

from prosa.clock import Clock
from prosa.contracts import subjects
from prosa.contracts.chatbot import ChatbotSpec
from prosa.contracts.identity import BotToken
from prosa.contracts.outbound import Media
from prosa.errors import ProsaError
from prosa.jetstream.buckets import Bucket
from prosa.jetstream.connection import JetStream
from services.sender import mime
from services.sender.answers import Refused, Unanswered, Unreached, Uploaded
from services.sender.bodies import File
from services.sender.channel import Channel

KEPT = timedelta(days=29)
"""Meta keeps an upload for 30 days (Meta, "Media"), the bucket for 29."""

_REMEMBERED = 4096
_AT_ONCE = 4
"""Downloads at the same time: a document may have 100 MB of memory."""

_CHUNK = 64 * 1024
_TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})
_TIMEOUT = aiohttp.ClientTimeout(total=120, connect=10)


class Unusable(ProsaError):
    """The file cannot be sent, however often it is tried."""


class NotNow(ProsaError):
    """The file's server, or Meta's, did not answer well; another attempt may."""


class NotTaken(ProsaError):
    """Meta refused the upload, for a reason that `refused` names."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(f"{refused.code}: {refused.details}")
        self.refused = refused


class Upload(msgspec.Struct, frozen=True):
    """A file at Meta, in the bucket `media`."""

    id: str
    at_ms: int


class Files:
    """The files of one bot's number."""

    def __init__(
        self,
        jetstream: JetStream,
        bot: BotToken,
        spec: ChatbotSpec,
        *,
        channel: Channel,
        http: aiohttp.ClientSession,
        clock: Clock,
    ) -> None:
        self._bucket = Bucket(jetstream, subjects.bucket(bot, "media"), Upload)
        self._number = spec.whatsapp.phone_number_id
        self._by_link = spec.whatsapp.media == "link"
        self._assets = spec.assets.base_url.rstrip("/") + "/" if spec.assets else ""
        self._channel = channel
        self._http = http
        self._clock = clock
        self._known: OrderedDict[str, Upload] = OrderedDict()
        self._flights: dict[str, asyncio.Lock] = {}
        self._downloads = asyncio.Semaphore(_AT_ONCE)

    async def name(self, media: Media, *, upload: bool = False) -> File:
        """Name a file to Meta; `upload` forces an upload where links are the rule.

        Raises Unusable, NotNow, NotTaken or Unavailable.
        """
        if media.source.startswith("id:"):
            return {"id": media.source.removeprefix("id:")}
        address = self._address(media.source)
        if self._by_link and not upload:
            return {"link": address}
        key = self._key(address)
        if (known := self._remembered(key)) is not None:
            return {"id": known.id}
        lock = self._flights.setdefault(key, asyncio.Lock())
        try:
            async with lock:  # one upload a file, however many wait for it
                if (known := self._remembered(key)) is None:
                    entry = await self._bucket.get(key)
                    known = entry.value if entry else await self._upload(key, address, media)
                    self._remember(key, known)
                return {"id": known.id}
        finally:
            if not lock.locked():
                self._flights.pop(key, None)

    async def forget(self, media: Media) -> bool:
        """Forget an upload that Meta does not know any more; False when there is nothing to forget.

        Raises Unavailable.
        """
        if media.source.startswith("id:"):
            return False
        key = self._key(self._address(media.source))
        self._known.pop(key, None)
        await self._bucket.delete(key)
        return True

    def _address(self, source: str) -> str:
        if source.startswith(("https://", "http://")):
            return source
        if not self._assets:
            raise Unusable(f"{source}: the Chatbot has no assets.baseUrl")
        return self._assets + source.lstrip("/")

    def _key(self, address: str) -> str:
        return hashlib.blake2b(f"{self._number} {address}".encode(), digest_size=20).hexdigest()

    def _remembered(self, key: str) -> Upload | None:
        known = self._known.get(key)
        if known is None or self._clock.now_ms() - known.at_ms > KEPT // timedelta(milliseconds=1):
            return None
        return known

    def _remember(self, key: str, upload: Upload) -> None:
        self._known[key] = upload
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)

    async def _upload(self, key: str, address: str, media: Media) -> Upload:
        async with self._downloads:
            content, declared = await self._download(address, mime.SIZES[media.kind])
            kind = mime.sniff(content, declared)
            if problem := mime.misfit(media.kind, kind, len(content)):
                raise Unusable(f"{_shown(address)}: {problem}")
            filename = media.filename or PurePosixPath(URL(address).path).name or media.kind
            answer = await self._channel.upload(content, kind, filename)
        match answer:
            case Uploaded(id=media_id):
                upload = Upload(media_id, self._clock.now_ms())
                await self._bucket.put(key, upload)
                return upload
            case Refused():
                raise NotTaken(answer)
            case Unreached(reason=reason) | Unanswered(reason=reason):
                raise NotNow(f"Meta took no upload: {reason}")

    async def _download(self, address: str, most: int) -> tuple[bytes, str]:
        """Fetch a file of at most so many bytes, with its declared type."""
        shown = _shown(address)
        try:
            async with self._http.get(address, timeout=_TIMEOUT) as response:
                if response.status in _TRANSIENT:
                    raise NotNow(f"{shown}: HTTP {response.status}")
                if response.status != HTTPStatus.OK:
                    raise Unusable(f"{shown}: HTTP {response.status}")
                content = bytearray()
                async for chunk in response.content.iter_chunked(_CHUNK):
                    content += chunk
                    if len(content) > most:
                        raise Unusable(f"{shown}: more than {most} bytes")
                return bytes(content), response.headers.get("Content-Type", "")
        except aiohttp.InvalidURL:
            raise Unusable("its address is none") from None
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise NotNow(f"{shown}: {type(error).__name__}") from None


def _shown(address: str) -> str:
    """Name a file to people: without a query, which may hold a signature."""
    try:
        return str(URL(address).with_query(None).with_user(None))
    except ValueError:
        return "its address"
