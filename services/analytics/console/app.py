"""The console's HTTP application: sign-in, one page and one API a bot, and the list of bots.

    console = app(bots, records, jetstream, signin, clock)
    await service.run(settings, console.sampler, WebServer(console), health=health)

The page itself needs no more than an agent: it says which role is missing. What it shows needs a
supervisor, route by route.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp

from prosa.chatbots import RunningBot
from prosa.clock import Clock
from prosa.contracts.identity import BotToken
from prosa.jetstream.connection import JetStream, Refused
from prosa.jetstream.dead_letters import DeadLetters
from prosa.signin import Person, SignIn, refusals, rules
from prosa.signin.bases import base_of
from prosa.signin.refusals import Refusal
from prosa.web.pages import Assets, Guard, Shell
from services.analytics.console import sections
from services.analytics.console.api import routes
from services.analytics.console.bots import Bot, a_bot
from services.analytics.console.finding import Meaning
from services.analytics.console.sampler import Sampler, Watch
from services.analytics.console.sections import Records
from services.analytics.records import TooMuch

_TITLE = "Prosa"


class Console(FastAPI):
    """The application, guarded to the last answer; `sampler` is the part that fills its charts."""

    def __init__(self, sampler: Sampler, **more: Any) -> None:
        super().__init__(
            title="Prosa console", openapi_url=None, docs_url=None, redoc_url=None, **more
        )
        self.sampler = sampler

    def build_middleware_stack(self) -> ASGIApp:
        """Stand before everything, so that a fault's answer has the headers too."""
        return Guard(super().build_middleware_stack())


def app(
    bots: Sequence[RunningBot],
    records: Mapping[BotToken, Records],
    jetstream: JetStream,
    signin: SignIn,
    clock: Clock,
    *,
    meanings: Mapping[BotToken, Meaning] | None = None,
) -> Console:
    """Build it. Raises AssetsMissing when the pages are not built.

    `records` has an entry for each bot; `meanings` where messages can be found by what they mean.
    """
    shell = Shell("analytics", _TITLE, now=clock.now)
    asked = sections.load()
    served = [
        a_bot(
            running,
            records[running.token],
            Watch(jetstream, running.token, clock),
            DeadLetters(jetstream, running.token),
            (meanings or {}).get(running.token),
        )
        for running in bots
    ]
    console = Console(Sampler([bot.watch for bot in served]))
    _prepare(console, signin)
    console.router.routes.extend(signin.routes)
    names = [bot.shown for bot in served]
    for bot in served:
        own = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
        _prepare(own, signin)
        own.include_router(routes(bot, asked, signin, clock))
        own.mount("/assets", rules.public(Assets()))
        _page(own, shell, bot, names)
        console.mount(f"/{bot.token}", own)
    console.mount("/assets", rules.public(Assets()))
    _start(console, shell, served, names)
    return console


def _prepare(app: FastAPI, signin: SignIn) -> None:
    app.state.signin = signin
    refusals.install(app)
    app.add_exception_handler(TooMuch, _too_much)
    app.add_exception_handler(Refused, _away)


def _page(app: FastAPI, shell: Shell, bot: Bot, names: list[dict[str, str]]) -> None:
    @app.get("/{rest:path}")
    async def page(
        request: Request, rest: str, person: Annotated[Person, Depends(rules.needs("agent"))]
    ) -> Response:
        """Answer any address below the bot with the page, which knows what to show there."""
        if rest.startswith("api/"):
            raise Refusal(HTTPStatus.NOT_FOUND, "not_found")
        allowed = person.may("supervisor")
        latest = bot.watch.history[-1] if allowed and bot.watch.history else None
        return shell(
            request,
            user=_user(person),
            time_zone=bot.zone,
            after=bot.watch.ring.last,
            data={
                "bot": bot.shown,
                "bots": names,
                "root": base_of(request) + "/",
                "allowed": allowed,
                "dead": latest.dead if latest else 0,
                "meaning": bot.meaning is not None,
            },
        )


def _start(app: FastAPI, shell: Shell, bots: Sequence[Bot], names: list[dict[str, str]]) -> None:
    @app.get("/")
    async def start(
        request: Request, person: Annotated[Person, Depends(rules.needs("agent"))]
    ) -> Response:
        """Lead to the only bot, or let the person choose."""
        base = base_of(request)
        if len(bots) == 1:
            return RedirectResponse(f"{base}/{bots[0].token}/", 303)
        data = {"bot": None, "bots": names, "root": f"{base}/", "allowed": True, "dead": 0}
        return shell(request, user=_user(person), time_zone="UTC", after=0, data=data)


def _user(person: Person) -> dict[str, str]:
    return {"id": person.id, "name": person.name, "role": person.role}


async def _too_much(request: Request, error: Exception) -> Response:
    del request, error
    return refusals.answer(Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "too_much"))


async def _away(request: Request, error: Exception) -> Response:
    del request, error
    return refusals.answer(refusals.unavailable())
