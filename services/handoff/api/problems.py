"""Refusals as RFC 9457 problems, with the codes that the page puts into words."""

from typing import Any

import msgspec
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from prosa.errors import Unavailable
from prosa.signin import refusals
from services.handoff.tickets import Refused

STATUS = {
    "claimed": 409,
    "not_yours": 409,
    "window_closed": 409,
    "not_closed": 409,
    "closed": 409,
    "unreachable": 409,
    "role": 403,
    "gone": 404,
    "too_large": 413,
    "type_refused": 415,
    "template_refused": 422,
    "invalid": 422,
    "away": 503,
}
"""`Refusal` of `web/contract.ts`; a test holds the two together."""

_OF_SIGN_IN = {"role_missing": "role", "unavailable": "away"}
_RETRY_SECONDS = "5"


def problem(code: str, status: int, **more: Any) -> Response:
    """Answer with a problem."""
    headers = {"Cache-Control": "no-store"}
    if status == STATUS["away"]:
        headers["Retry-After"] = _RETRY_SECONDS
    body = {"title": code, "status": status, "code": code, **more}
    return Response(
        msgspec.json.encode(body), status, headers=headers, media_type=refusals.MEDIA_TYPE
    )


def install(app: FastAPI) -> None:
    """Let an application answer with problems whatever goes wrong."""
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(Unavailable, _away)
    app.add_exception_handler(refusals.Refusal, _of_sign_in)
    app.add_exception_handler(refusals.SignInFirst, _led)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _other)


async def _refused(request: Request, error: Exception) -> Response:
    del request
    assert isinstance(error, Refused)  # noqa: S101 - Starlette looks handlers up by class
    return problem(error.code, STATUS[error.code], **error.more)


async def _away(request: Request, error: Exception) -> Response:
    del request, error
    return problem("away", STATUS["away"])


async def _of_sign_in(request: Request, error: Exception) -> Response:
    del request
    assert isinstance(error, refusals.Refusal)  # noqa: S101 - Starlette looks handlers up by class
    more = {k: v for k, v in error.problem.items() if k not in ("title", "status", "code")}
    code = str(error.problem["code"])
    return problem(_OF_SIGN_IN.get(code, code), error.status_code, **more)


async def _led(request: Request, error: Exception) -> Response:
    del request
    assert isinstance(error, refusals.SignInFirst)  # noqa: S101 - Starlette looks handlers up by class
    return RedirectResponse(error.address, 303, headers={"Cache-Control": "no-store"})


async def _invalid(request: Request, error: Exception) -> Response:
    del request, error
    return problem("invalid", STATUS["invalid"])


async def _other(request: Request, error: Exception) -> Response:
    del request
    assert isinstance(error, HTTPException)  # noqa: S101 - Starlette looks handlers up by class
    code = "gone" if error.status_code == STATUS["gone"] else "invalid"
    return problem(code, error.status_code)
