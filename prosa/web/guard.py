"""Security headers on every answer, and no write from another site.

Browsers say where a request comes from: `Sec-Fetch-Site` (Fetch Metadata, W3C), else `Origin`.
Together with `SameSite=Lax` cookies and bodies that are JSON, no token has to be kept anywhere. A
request that says neither comes from no page (curl, a test), so it carries nobody's cookies.
Who a person is, and what she may do, is not decided here.
"""

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

DIRECTIVES = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "font-src 'self'",
    "img-src 'self' data:",
    "media-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
)
CONTENT_SECURITY_POLICY = "; ".join(DIRECTIVES)
HEADERS = {
    b"content-security-policy": CONTENT_SECURITY_POLICY.encode(),
    b"cross-origin-opener-policy": b"same-origin",
    b"permissions-policy": b"camera=(), microphone=(), geolocation=()",
    b"referrer-policy": b"same-origin",
    b"x-content-type-options": b"nosniff",
}
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Guard:
    """Wraps an application that serves pages. An answer's own header wins over the guard's."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a write from another site with 403, and put the headers on every answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = list(message.get("headers", ()))
                named = {name.lower() for name, _ in own}
                missing = (item for item in HEADERS.items() if item[0] not in named)
                message = {**message, "headers": [*own, *missing]}
            await send(message)

        if scope["method"] in SAFE_METHODS or same_site(Headers(scope=scope)):
            await self._app(scope, receive, guarded)
        else:
            await _refusal()(scope, receive, guarded)


def same_site(headers: Headers) -> bool:
    """Whether the request comes from one of our own pages, or from no page at all."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = headers.get("origin")
    return origin is None or origin.split("://", 1)[-1] == headers.get("host")


def _refusal() -> JSONResponse:
    problem = {"title": "Request from another site refused", "status": 403}
    return JSONResponse(problem, 403, media_type="application/problem+json")
