"""How the console's routes read a body and write an answer."""

from http import HTTPStatus
from typing import TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from prosa.signin.refusals import Refusal

_BODY_LIMIT = 16_384

T = TypeVar("T")


def as_json(answer: object) -> Response:
    """Answer with anything that msgspec can encode; nobody keeps a copy."""
    return Response(
        msgspec.json.encode(answer),
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


async def body(request: Request, kind: type[T]) -> T:
    """Read a small JSON body. Raises Refusal."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "json_needed")
    read = bytearray()
    async for chunk in request.stream():
        read += chunk
        if len(read) > _BODY_LIMIT:
            raise Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large")
    try:
        return msgspec.json.decode(bytes(read), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "malformed") from None
