"""The whole application: sign-in at the root, an inbox mounted for each bot, a guard in front."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from fastapi import Depends, FastAPI, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount

from prosa.signin import SignIn
from prosa.signin.people import Person
from prosa.signin.rules import needs, public
from prosa.web.pages import Assets, Guard, Shell
from services.handoff.api import inbox, problems
from services.handoff.api.serving import Served, view_of
from services.handoff.api.timing import Timed
from services.handoff.metrics import HandoffMetrics
from services.handoff.tickets import Refused

EVERY_METHOD = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]

Agent = Annotated[Person, Depends(needs("agent"))]


def app(
    bots: Sequence[Served], *, signin: SignIn, shell: Shell, metrics: HandoffMetrics
) -> FastAPI:
    """Build the application. A test walks its routes: each says whom it lets in."""
    root = _plain(signin)
    root.router.routes.extend(signin.routes)
    root.router.routes.append(Mount("/assets", public(Assets())))  # the sign-in page's

    @root.get("/")
    async def home(request: Request, person: Agent) -> Response:
        del person
        base = request.scope.get("root_path", "")
        return RedirectResponse(f"{base}/{bots[0].rules.bot}/", 303)

    for served in bots:
        root.mount(f"/{served.rules.bot}", _inbox(served, bots, signin, shell=shell))
    root.add_middleware(Timed, metrics=metrics)
    root.add_middleware(Guard)
    return root


def _inbox(served: Served, bots: Sequence[Served], signin: SignIn, *, shell: Shell) -> FastAPI:
    app = _plain(signin)
    app.router.routes.append(Mount("/assets", public(Assets())))
    app.include_router(inbox.routes(served))

    @app.api_route("/api/{rest:path}", methods=EVERY_METHOD)
    async def unknown(person: Agent, rest: str) -> Response:
        del person, rest
        raise Refused("gone")

    @app.get("/{rest:path}")
    async def page(request: Request, person: Agent, rest: str) -> Response:
        view = view_of(rest, request.query_params.get("view", ""))
        boot = await served.boot(person, view, [each.rules for each in bots])
        user = {"id": person.id, "name": person.name, "role": person.role}
        return shell(
            request,
            user=user,
            time_zone=served.rules.time_zone,
            after=boot.after,
            data=msgspec.to_builtins(boot),
        )

    return app


def _plain(signin: SignIn) -> FastAPI:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.state.signin = signin
    problems.install(app)
    return app
