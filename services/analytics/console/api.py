"""The console's API for one bot. Every route needs a supervisor.

GET  api/queues                      the last half hour of all queues
GET  api/events?after=               server-sent samples, every two seconds
GET  api/dead                        dead letters; api/dead/{number} one with its payload
POST api/dead/replay, api/dead/drop  {numbers} -> {outcomes}, one each
GET  api/conversations?q=&by=        who talked, or messages found by `words` or by `meaning`
GET  api/search?q=                   messages by what they mean: from, to, author, intent
GET  api/conversations/{contact}     one, step by step
GET  api/sections/{section}          flows, intents, people, campaigns, costs, data
GET  api/files/{section}/{part}.csv  any table as a file

Periods are `from` and `to`, ISO dates in the bot's time zone. Refusals are RFC 9457 problems whose
`code` the page words.
"""

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from prosa.clock import Clock
from prosa.signin import SignIn, rules
from prosa.signin.streams import minded
from prosa.web.live import frames, heard, streamed
from services.analytics.console import letter_routes, record_routes
from services.analytics.console.answers import as_json
from services.analytics.console.bots import Bot
from services.analytics.console.sections import Sections


def routes(bot: Bot, sections: Sections, signin: SignIn, clock: Clock) -> APIRouter:
    """Make the routes of one bot."""
    api = APIRouter(prefix="/api", dependencies=[Depends(rules.needs("supervisor"))])

    @api.get("/queues")
    async def queues() -> Response:
        """Give the samples of the last half hour, and from where live ones go on."""
        watch = bot.watch
        return as_json(
            {"samples": list(watch.history), "after": watch.ring.last, "away": watch.away}
        )

    @api.get("/events")
    async def events(request: Request) -> StreamingResponse:
        """Give samples as they are taken."""
        stream = frames(bot.watch.ring, heard(request, bot.watch.ring))
        return streamed(minded(signin, request, stream, lambda now: now.may("supervisor")))

    letter_routes.add(api, bot, signin, clock)
    record_routes.add(api, bot, sections, clock)
    return api
