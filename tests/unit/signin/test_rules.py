"""Every route says who may call it, and a route that was forgotten is found."""

from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route

from prosa.signin import Person, rules

Agent = Annotated[Person, Depends(rules.needs("agent"))]


async def page(request: Request) -> Response:
    return PlainTextResponse("a page")


def an_app() -> FastAPI:
    return FastAPI(openapi_url=None, docs_url=None, redoc_url=None)


def test_routes_with_a_role_or_open_on_purpose_are_guarded() -> None:
    app = an_app()

    @app.get("/me")
    async def me(person: Agent) -> None: ...

    app.get("/healthz")(rules.public(page))
    app.router.routes.append(Route("/only", rules.only("admin")(page)))
    app.mount("/assets", rules.public(Starlette(routes=[Route("/x", rules.public(page))])))

    assert rules.unguarded(app) == []


def test_a_route_that_was_forgotten_is_named() -> None:
    app = an_app()

    @app.post("/api/claim")
    async def claim() -> None: ...

    assert rules.unguarded(app) == ["POST /api/claim"]


def test_a_routers_own_dependency_guards_its_routes() -> None:
    guarded, forgotten = APIRouter(dependencies=[Depends(rules.needs("agent"))]), APIRouter()
    app = an_app()
    for router in (guarded, forgotten):
        router.get("/list")(lambda: None)
    app.include_router(guarded, prefix="/a")
    app.include_router(forgotten, prefix="/b")

    assert rules.unguarded(app) == ["GET /b/list"]


def test_a_rule_given_at_the_inclusion_counts() -> None:
    inner, outer, app = APIRouter(), APIRouter(), an_app()
    inner.get("/list")(lambda: None)
    outer.include_router(inner, prefix="/in")
    app.include_router(outer, prefix="/out", dependencies=[Depends(rules.needs("agent"))])

    assert rules.unguarded(app) == []


def test_what_is_mounted_is_looked_through() -> None:
    inner = an_app()
    inner.get("/secret")(lambda: None)
    app = Starlette(routes=[Mount("/bots", routes=[Mount("/eco", inner)])])

    assert rules.unguarded(app) == ["GET /bots/eco/secret"]


def test_the_documentation_that_fastapi_adds_is_found() -> None:
    assert "GET,HEAD /openapi.json" in rules.unguarded(FastAPI())


def test_a_mounted_application_without_routes_must_be_marked() -> None:
    app = Starlette(routes=[Mount("/files", app=PlainTextResponse("all of them"))])

    assert rules.unguarded(app) == ["/files"]
