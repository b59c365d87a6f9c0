"""The one module that knows Meta's endpoints: a business number at the Graph API.

What Meta or the network does wrong is an answer, not an exception. The token is read anew once a
second (a rotated Secret needs no restart) and stands in no URL, log or traceback.
"""

import asyncio
from http import HTTPStatus

import aiohttp
import msgspec
from yarl import URL

from prosa.chatbots import Credentials
from prosa.contracts.chatbot import WhatsApp
from prosa.errors import ConfigError
from services.sender import answers
from services.sender.bodies import Json

_TOKEN_SECONDS = 1.0

_encode = msgspec.json.Encoder().encode


def session(
    *, connect_seconds: float, answer_seconds: float, connections: int
) -> aiohttp.ClientSession:
    """Make the connection pool for the Graph API.

    Kept connections are dropped after 15 s without use: on one that Meta has closed meanwhile, a
    send would end without an answer.
    """
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=connections, keepalive_timeout=15),
        timeout=aiohttp.ClientTimeout(total=answer_seconds, connect=connect_seconds),
        cookie_jar=aiohttp.DummyCookieJar(),
    )


class Channel:
    """One business phone number."""

    def __init__(
        self, http: aiohttp.ClientSession, whatsapp: WhatsApp, credentials: Credentials
    ) -> None:
        base = f"{whatsapp.graph_url.rstrip('/')}/{whatsapp.api_version}/{whatsapp.phone_number_id}"
        self._http = http
        self._number = URL(base)
        self._messages = URL(f"{base}/messages")
        self._media = URL(f"{base}/media")
        self._credentials = credentials
        self._headers: dict[str, str] = {}
        self._read_at = float("-inf")
        self._loop = asyncio.get_running_loop()

    async def send(self, body: Json) -> answers.Answer:
        """Post one message."""
        try:
            async with self._http.post(
                self._messages,
                data=_encode(body),
                headers=self._authorised(),
                allow_redirects=False,
            ) as response:
                return answers.read(
                    response.status,
                    await response.read(),
                    response.headers.get("Retry-After", ""),
                )
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            return _without_answer(error)

    async def upload(self, content: bytes, mime: str, filename: str) -> answers.UploadAnswer:
        """Bring a file to Meta, which keeps it for 30 days."""
        form = aiohttp.FormData()
        form.add_field("messaging_product", "whatsapp")
        form.add_field("type", mime)
        form.add_field("file", content, content_type=mime, filename=filename)
        headers = {"Authorization": self._authorised()["Authorization"]}
        try:
            async with self._http.post(
                self._media,
                data=form,
                headers=headers,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=120),  # up to 100 MB
            ) as response:
                return answers.read_upload(response.status, await response.read())
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            return _without_answer(error)

    async def answers(self) -> bool:
        """Ask Meta for the number itself: whether it is there and lets us in."""
        try:
            async with self._http.get(
                self._number, params={"fields": "id"}, headers=self._authorised()
            ) as response:
                return response.status == HTTPStatus.OK
        except (aiohttp.ClientError, OSError, TimeoutError):
            return False

    def token_changed(self) -> bool:
        """Tell whether the Secret holds another token than the one used last."""
        used = self._headers.get("Authorization")
        self._read_at = float("-inf")
        return used is not None and self._authorised()["Authorization"] != used

    def _authorised(self) -> dict[str, str]:
        now = self._loop.time()
        if now - self._read_at > _TOKEN_SECONDS:
            self._read_at = now
            try:
                token = self._credentials.read().access_token.get_secret_value()
            except ConfigError:  # a Secret in mid-rotation: the old token may still be good
                if not self._headers:
                    raise
            else:
                self._headers = {
                    "Authorization": f"Bearer {token}",
                    "Content-Type": "application/json",
                }
        return self._headers


def _without_answer(
    error: aiohttp.ClientError | OSError | TimeoutError,
) -> answers.Unreached | answers.Unanswered:
    """Tell a connection that was never made from a request that was written.

    Only the error's name is kept: aiohttp's texts hold addresses and headers.
    """
    name = type(error).__name__
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return answers.Unreached(name)
    return answers.Unanswered(name)
