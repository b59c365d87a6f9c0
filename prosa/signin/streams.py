"""An answer that lasts, such as a stream of events, ends with the right to read it.

A request is judged once, when it comes; a stream may be open for a day. So its person is looked up
again every few seconds: who was shut out, signed out or moved elsewhere hears no more, and the page
that connects again is told why.
"""

import time
from collections.abc import AsyncIterator, Callable

import structlog
from starlette.requests import Request

from prosa.errors import Unavailable
from prosa.signin.entrance import SignIn
from prosa.signin.people import Person

LOOK_SECONDS = 10.0
"""How long somebody may go on hearing; one look a stream costs one read by key."""

log = structlog.get_logger()


async def minded(
    signin: SignIn,
    request: Request,
    stream: AsyncIterator[bytes],
    still: Callable[[Person], bool],
) -> AsyncIterator[bytes]:
    """Pass a stream on while `still` says so of the person as she is then.

    Judged before a part is passed on, so a stream must have heartbeats. While PostgreSQL is away
    nobody can be judged, and who was let in stays.
    """
    looked = time.monotonic()
    async for part in stream:
        if time.monotonic() - looked >= LOOK_SECONDS:
            looked = time.monotonic()
            try:
                person = await signin.look_again(request)
            except Unavailable as error:
                log.info("stream_not_judged", problem=str(error))
            else:
                if person is None or not still(person):
                    return
        yield part
