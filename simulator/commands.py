"""What the control API and the phone page are asked to do, and how they answer.

One door for JSON on the simulator's own APIs: commands are structs that refuse a mistyped key, and
what makes no sense is answered with a problem (RFC 9457).
"""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response

from simulator.config import Phone

Handler = Callable[[Request], Awaitable[Response]]
FOREIGN_APP: Final = "999000111"  # the other app of a handover, when the caller names none


class _Command(Struct, rename="camel", forbid_unknown_fields=True):
    """What all commands share: a mistyped key is an error."""


class Whom(_Command, kw_only=True):
    """A customer, towards one business number."""

    who: str
    business: str | None = None


class Preference(Whom, kw_only=True):
    """A customer stops or resumes marketing."""

    value: Literal["stop", "resume"]


class Echo(Whom, kw_only=True):
    """The business writes from its own phone."""

    text: str


class Handover(Whom, kw_only=True):
    """Another app of the business gets or loses the conversation."""

    control: Literal["pass", "take"] = "pass"
    app: str = FOREIGN_APP


class NewPhone(_Command, kw_only=True):
    """A customer changes her number."""

    who: str
    phone: Phone


class Played(_Command, kw_only=True):
    """A customer listens to a voice message."""

    message_id: str


class Advance(_Command, kw_only=True):
    """Time goes by."""

    advance_seconds: Annotated[float, Meta(ge=0)] = 0.0


class RawWebhook(_Command, kw_only=True):
    """A webhook as the caller wants it: a whole envelope, or one field's value."""

    envelope: dict[str, Any] | None = None
    field: str = "messages"
    value: dict[str, Any] | None = None
    waba: str | None = None
    number: str | None = None
    batch: Annotated[int, Meta(ge=1, le=1000)] = 1
    """How often the value is repeated within the POST."""
    copies: Annotated[int, Meta(ge=1, le=1000)] = 1
    """How often the POST is sent, all in the same instant."""
    signature: Literal["good", "bad", "none"] = "good"


class NewCustomer(_Command, kw_only=True):
    """A customer to invent; what is missing is made up."""

    name: str | None = None
    phone: Phone | None = None
    hidden: bool = False


def answer(value: Any, status: int = HTTPStatus.OK) -> Response:
    """Answer with JSON."""
    return Response(msgspec.json.encode(value), status, media_type="application/json")


async def refuse(_: Request, error: Exception) -> Response:
    """Answer a request that makes no sense with a problem (RFC 9457)."""
    problem = {"title": str(error), "status": HTTPStatus.UNPROCESSABLE_ENTITY}
    return Response(
        msgspec.json.encode(problem),
        HTTPStatus.UNPROCESSABLE_ENTITY,
        media_type="application/problem+json",
    )
