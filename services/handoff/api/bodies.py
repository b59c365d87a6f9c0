"""JSON in and out, by msgspec: what a page sends becomes a shape of the contract, or is refused.

A body is small: a longest text, a note, twenty labels.
"""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import msgspec
from fastapi import Request
from starlette.responses import Response

from services.handoff.tickets import Refused

LARGEST_BODY = 64 * 1024

T = TypeVar("T")


def body(kind: Any) -> Callable[[Request], Awaitable[Any]]:
    """Make the dependency that reads a body as `kind`. It raises Refused: too_large, invalid."""
    decoder = msgspec.json.Decoder(kind)

    async def read(request: Request) -> Any:
        content = bytearray()
        async for chunk in request.stream():
            content += chunk
            if len(content) > LARGEST_BODY:
                raise Refused("too_large", limit=LARGEST_BODY)
        try:
            return decoder.decode(content or b"{}")
        except (msgspec.MsgspecError, RecursionError):
            raise Refused("invalid") from None

    return read


def answer(value: Any, status: int = 200) -> Response:
    """Answer with JSON."""
    return Response(
        msgspec.json.encode(value),
        status,
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
