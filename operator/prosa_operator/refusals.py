"""How the Kubernetes API says no, and what the reconciler does about it. Pure.

ApiError             what all have in common
├── NotFound         404: there is no such object, or no such kind
├── Conflict         409: somebody wrote in between; read again and retry at once
├── Forbidden        401, 403: rights are missing; a person must change RBAC, retry slowly
├── Invalid          400, 422: the object is wrong; retrying it unchanged is of no use
└── ApiUnavailable   429, 5xx, no answer: retry after `after`, or with back-off

Sources: Kubernetes, "API concepts", and `metav1.Status`.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from prosa.errors import ProsaError

LONGEST = 400
"""Characters of the server's message that are kept: a refused object may stand in it whole."""

_SERVER = 500
_THROTTLED = 429


class ApiError(ProsaError):
    """The API server did not do what it was asked."""

    def __init__(self, message: str, *, after: timedelta | None = None) -> None:
        super().__init__(message)
        self.after = after


class NotFound(ApiError):
    """There is no such object or kind."""


class Conflict(ApiError):
    """Somebody wrote in between."""


class Forbidden(ApiError):
    """The operator lacks a right."""


class Invalid(ApiError):
    """The object breaks a rule."""


class ApiUnavailable(ApiError):
    """The server is away or wants to be left alone for a while."""


_KINDS: Mapping[int, type[ApiError]] = {
    400: Invalid,
    401: Forbidden,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    410: NotFound,
    413: Invalid,
    415: Invalid,
    422: Invalid,
}


def classified(
    code: int, what: str, body: Mapping[str, Any], *, retry_after: str | None = None
) -> ApiError:
    """Make the error of an answer; `what` was asked, such as `apply Deployment bots/x`."""
    said = str(body.get("message") or body.get("reason") or f"status {code}")[:LONGEST]
    told = retry_after or ""
    after = timedelta(seconds=int(told)) if told.isdigit() else None
    if code == _THROTTLED or code >= _SERVER:
        return ApiUnavailable(f"{what}: {said}", after=after)
    kind = _KINDS.get(code, Invalid)
    return kind(f"{what}: {said}")
