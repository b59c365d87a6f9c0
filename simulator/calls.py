"""A request to the Graph API and its answer, as the verbs see them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from simulator.errors import Refusal
from simulator.world import App


@dataclass(slots=True)
class Call:
    """One request, and what the journal should know of it."""

    request: Request
    app: App
    body: Any = None
    what: str = ""
    customer: str | None = None
    number: str | None = None
    wamids: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered: JSON, or a file's bytes."""

    value: Any
    status: int = HTTPStatus.OK
    media_type: str = "application/json"

    @property
    def noted(self) -> Any:
        """The answer as the journal keeps it."""
        return f"<{len(self.value)} bytes>" if isinstance(self.value, bytes) else self.value

    def response(self) -> Response:
        """Make the HTTP answer."""
        raw = isinstance(self.value, bytes)
        content = self.value if raw else msgspec.json.encode(self.value)
        return Response(content, self.status, media_type=self.media_type)


SUCCESS: Final = Answer({"success": True})
Verb = Callable[[Call, Any], Awaitable[Answer]]
"""Does what a request asks of a node: a Number, a Waba or a File. Raises Refusal."""


async def read_json(request: Request) -> Any:
    """Decode the body. Raises Refusal."""
    try:
        return msgspec.json.decode(await request.body())
    except msgspec.DecodeError:
        raise Refusal(100, "The body is not JSON.") from None
