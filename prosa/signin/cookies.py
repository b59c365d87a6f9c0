"""The cookies of sign-in: which there are, and how far each may travel."""

from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

SESSION = "prosa_session"
JOURNEY = "prosa_signin"  # binds a sign-in at the identity provider to the browser that began it
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

PlainHttp = Literal["loopback", "never"]


def put(
    response: Response, request: Request, name: str, value: str, *, seconds: int, plain: PlainHttp
) -> None:
    """Give the browser a cookie for so long: no script reads it, no other site's form sends it."""
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        path="/",
        secure=_secure(request, plain),
        httponly=True,
        samesite="lax",
    )


def drop(response: Response, request: Request, name: str, plain: PlainHttp) -> None:
    """Take a cookie back."""
    put(response, request, name, "", seconds=0, plain=plain)


def _secure(request: Request, plain: PlainHttp) -> bool:
    # a request that came by TLS is never loopback's exception, whatever it calls its host
    if request.url.scheme == "https" or plain == "never":
        return True
    return request.url.hostname not in LOOPBACK
