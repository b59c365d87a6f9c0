"""Routes of the dead letters: what is done is written down before it is done, with who does it."""

from http import HTTPStatus
from typing import Annotated, Literal

import msgspec
import structlog
from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from prosa.clock import Clock
from prosa.jetstream.dead_letters import UnknownLetter
from prosa.signin import Person, SignIn, rules
from prosa.signin.refusals import Refusal
from services.analytics.console import letters
from services.analytics.console.answers import as_json, body
from services.analytics.console.bots import Bot

log = structlog.get_logger(__name__)

AT_ONCE = 500
"""Letters in one request: at some milliseconds each, within a person's patience."""

_NUMBER_DIGITS = 19  # of a stream sequence, which has 64 bits


class _Numbers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    numbers: Annotated[list[int], msgspec.Meta(min_length=1, max_length=AT_ONCE)]


def add(api: APIRouter, bot: Bot, signin: SignIn, clock: Clock) -> None:
    """Add them to the API of one bot."""
    supervisor = Depends(rules.needs("supervisor"))

    @api.get("/dead")
    async def dead() -> Response:
        """List dead letters."""
        found = await letters.listed(bot.letters)
        return as_json({"items": found, "limit": letters.LISTED})

    @api.get("/dead/{number}")
    async def one(number: str) -> Response:
        """Open a dead letter."""
        known = number.isascii() and number.isdigit() and len(number) <= _NUMBER_DIGITS
        try:
            return as_json(await letters.opened(bot.letters, int(number) if known else 0))
        except UnknownLetter:
            raise Refusal(HTTPStatus.NOT_FOUND, "letter_gone") from None

    @api.post("/dead/replay")
    async def replay(request: Request, person: Annotated[Person, supervisor]) -> Response:
        """Bring letters back to where they came from."""
        numbers = (await body(request, _Numbers)).numbers
        await note(request, person, "letters_replayed", numbers)
        return as_json({"outcomes": await letters.each(numbers, bot.letters.replay)})

    @api.post("/dead/drop")
    async def drop(request: Request, person: Annotated[Person, supervisor]) -> Response:
        """Remove letters for good."""
        numbers = (await body(request, _Numbers)).numbers
        await note(request, person, "letters_dropped", numbers)
        return as_json({"outcomes": await letters.each(numbers, bot.letters.drop)})

    async def note(
        request: Request,
        person: Person,
        what: Literal["letters_replayed", "letters_dropped"],
        numbers: list[int],
    ) -> None:
        await signin.audit.note(
            what,
            now=clock.now(),
            account=person.id,
            name=person.name,
            address=signin.address(request),
            detail=f"{bot.token}: {', '.join(map(str, numbers))}",
        )
        log.info(what, bot=bot.token, person=person.id, letters=len(numbers))
