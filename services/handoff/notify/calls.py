"""One HTTP call to a CRM, and what its answer means for the notification.

The address comes from a Secret of the platform's team, so it may be a host of their own network.
Redirects are not followed: they would carry the notification, and its credentials, to an address
that nobody wrote down.
"""

from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlsplit

import aiohttp
import msgspec
from pydantic import SecretStr

from prosa.errors import Reject, RetryLater
from services.handoff.notify.retries import BY_SCHEDULE

TIMEOUT = timedelta(seconds=15)
"""Longest wait for a whole answer."""

LARGEST_ANSWER = 1 << 20
"""More than a megabyte is no answer to what we ask."""

_OK = range(200, 300)
_ELSEWHERE = range(300, 400)
_NOT_NOW = frozenset({408, 409, 423, 425, 429})
_TROUBLE = range(500, 600)


class Answer(msgspec.Struct, frozen=True):
    """Status, body, and how long the server asks us to wait."""

    status: int
    body: bytes = b""
    retry_after: timedelta = BY_SCHEDULE


def base_url(secret: SecretStr) -> str:
    """Read a CRM's address, without a slash at its end. Raises Reject when it is none."""
    text = secret.get_secret_value().rstrip("/")
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise Reject("crm_address", "the Secret's url must begin with https:// or http://")
    return text


async def call(
    http: aiohttp.ClientSession,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    query: Mapping[str, str] | None = None,
    body: bytes | None = None,
) -> Answer:
    """Make one call and read its answer. Raises RetryLater when none came, Reject."""
    try:
        async with http.request(
            method,
            url,
            params=query,
            data=body,
            headers={"Content-Type": "application/json", **headers},
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=TIMEOUT.total_seconds()),
        ) as response:
            content = await _limited(response)
            return Answer(response.status, content, _retry_after(response.headers))
    except aiohttp.ClientConnectorCertificateError:
        raise Reject("crm_certificate", "the CRM's certificate is not trusted") from None
    except (aiohttp.InvalidURL, ValueError):
        raise Reject("crm_address", "the Secret's url cannot be called") from None
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise RetryLater(BY_SCHEDULE, f"crm_away ({type(error).__name__})") from None


def accepted(answer: Answer) -> bytes:
    """Give an accepted call's body. Raises RetryLater or Reject by its status."""
    status = answer.status
    if status in _OK:
        return answer.body
    if status in _NOT_NOW or status in _TROUBLE:
        raise RetryLater(answer.retry_after, f"crm_{status}")
    if status in _ELSEWHERE:
        raise Reject(f"crm_{status}", "the CRM redirects; write its final address into the Secret")
    raise Reject(f"crm_{status}", f"the CRM answered {status}")


async def _limited(response: aiohttp.ClientResponse) -> bytes:
    content = await response.content.read(LARGEST_ANSWER)
    while not response.content.at_eof() and len(content) < LARGEST_ANSWER:
        content += await response.content.read(LARGEST_ANSWER - len(content))
    return content


def _retry_after(headers: Mapping[str, str]) -> timedelta:
    """Read seconds; the other form, a date, is left to the schedule."""
    text = headers.get("Retry-After", "")
    return timedelta(seconds=int(text)) if text.isdecimal() and len(text) < 8 else BY_SCHEDULE  # noqa: PLR2004 - three years and more overflow nothing, and mean nothing
