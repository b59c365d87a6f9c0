"""How a page's server says no: RFC 9457 problems, and the redirect of a page to the sign-in.

A refusal is raised. It is an HTTPException, so that an application without our handler answers
with the right status too; with it (`install`), the body is the problem itself. `code` and `title`
are one word that the page translates: no sentence for people is made here.
"""

from collections.abc import Mapping
from typing import Any

import structlog
from fastapi import FastAPI, HTTPException
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from prosa.errors import Unavailable

log = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 5  # a server that is away is asked again after this


class Refusal(HTTPException):
    """One problem. `code` is a word such as `signed_out`; `more` are further members."""

    def __init__(
        self, status: int, code: str, headers: Mapping[str, str] | None = None, **more: Any
    ) -> None:
        self.problem = {"title": code, "status": status, "code": code, **more}
        super().__init__(status, self.problem, {"Cache-Control": "no-store", **(headers or {})})


class SignInFirst(HTTPException):
    """A page was asked for by nobody: the browser is led to the sign-in."""

    def __init__(self, address: str) -> None:
        super().__init__(303, None, {"Location": address, "Cache-Control": "no-store"})
        self.address = address


def answer(refusal: Refusal) -> JSONResponse:
    """Make the answer."""
    return JSONResponse(
        refusal.problem, refusal.status_code, headers=refusal.headers, media_type=MEDIA_TYPE
    )


def unavailable() -> Refusal:
    """Say that a server behind us is away; asking again helps."""
    return Refusal(503, "unavailable", {"Retry-After": str(RETRY_SECONDS)})


def install(app: FastAPI | Starlette) -> None:
    """Let an application answer refusals, and servers that are away, with problems."""
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(SignInFirst, _led)
    app.add_exception_handler(Unavailable, _away)


async def _refused(request: Request, error: Exception) -> Response:
    del request
    assert isinstance(error, Refusal)  # noqa: S101 - Starlette looks handlers up by class
    return answer(error)


async def _led(request: Request, error: Exception) -> Response:
    del request
    assert isinstance(error, SignInFirst)  # noqa: S101 - Starlette looks handlers up by class
    return RedirectResponse(error.address, 303, headers={"Cache-Control": "no-store"})


async def _away(request: Request, error: Exception) -> Response:
    return told_away(request, error)


def told_away(request: Request, error: Exception) -> JSONResponse:
    """Log, once, that a server behind us is away, and answer so."""
    log.warning("page_unavailable", path=request.url.path, problem=str(error))
    return answer(unavailable())
