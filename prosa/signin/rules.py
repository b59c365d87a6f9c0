"""Which route needs which role, said at the route; and a proof that no route was forgotten.

    router = APIRouter(dependencies=[Depends(rules.needs("agent"))])

    @router.get("/api/audit")
    async def audit(person: Annotated[Person, Depends(rules.needs("supervisor"))]) -> …

    app.router.routes.append(Route("/healthz", rules.public(healthz)))

A service's test says `assert rules.unguarded(app) == []`.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import wraps
from typing import Any, NamedTuple, TypeVar

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from prosa.errors import Unavailable
from prosa.signin.addresses import to_sign_in
from prosa.signin.bases import base_of
from prosa.signin.entrance import SignIn
from prosa.signin.people import ROLES, Person, Role
from prosa.signin.refusals import Refusal, SignInFirst

_RULE = "__prosa_rule__"
_PUBLIC = "public"

T = TypeVar("T")
Endpoint = Callable[[Request], Awaitable[Response]]


def needs(role: Role) -> Callable[[Request], Awaitable[Person]]:
    """Make the dependency that gives the person, if her role includes `role`.

    Otherwise it raises: SignInFirst for a page (303 to /signin), Refusal 401 `signed_out` or
    `session_ended`, Refusal 403 `role_missing` with the member `role`. While PostgreSQL is away it
    raises Unavailable (503), for a page SignInFirst too.
    """

    async def person(request: Request) -> Person:
        return await admit(request, role)

    setattr(person, _RULE, role)
    return person


def only(role: Role) -> Callable[[Endpoint], Endpoint]:
    """Guard a Starlette endpoint, which knows no dependencies; it finds her in `who`."""

    def decorate(endpoint: Endpoint) -> Endpoint:
        @wraps(endpoint)
        async def guarded(request: Request) -> Response:
            await admit(request, role)
            return await endpoint(request)

        setattr(guarded, _RULE, role)
        return guarded

    return decorate


async def who(request: Request) -> Person:
    """Give the person of a request that a rule has let in."""
    return await admit(request, "agent")


def public(endpoint: T) -> T:
    """Mark an endpoint, or an application to be mounted, as open to everybody on purpose."""
    setattr(endpoint, _RULE, _PUBLIC)
    return endpoint


async def admit(request: Request, role: Role) -> Person:
    """Let the request's person pass, or raise what `needs` says."""
    signin: SignIn = request.app.state.signin
    try:
        standing = await signin.standing(request)
    except Unavailable:
        if _is_page(request):  # people get a page that says so, and leads back
            raise SignInFirst(_address(request, "unavailable")) from None
        raise
    if standing.session is None:
        why = "session_ended" if standing.ended else "signed_out"
        if _is_page(request):
            raise SignInFirst(_address(request, why if standing.ended else ""))
        raise Refusal(401, why)
    person = standing.session.person
    if not person.may(role):
        raise Refusal(403, "role_missing", role=role)
    return person


class Ruled(NamedTuple):
    """A route and its rule: a role, `public`, or "" where it was forgotten."""

    methods: tuple[str, ...]
    path: str
    rule: str


def routes(app: FastAPI | Starlette) -> list[Ruled]:
    """List the routes of an application, mounted ones too, by path."""
    return sorted(_routes(app.routes, ""), key=lambda route: (route.path, route.methods))


def unguarded(app: FastAPI | Starlette) -> list[str]:
    """List the routes that carry neither a role nor `public`."""
    return [
        f"{','.join(route.methods)} {route.path}".strip() for route in routes(app) if not route.rule
    ]


def _routes(found: Sequence[BaseRoute], prefix: str) -> Iterator[Ruled]:
    for context in iter_route_contexts(found):
        path = prefix + (context.path or "")
        mounted = getattr(context.route, "app", None)
        below = getattr(mounted, "routes", None)
        endpoint = getattr(context, "endpoint", None)
        if below and endpoint is None:
            yield from _routes(below, path)
            continue
        own = getattr(endpoint if endpoint is not None else mounted, _RULE, "")
        rule = own or _strictest(getattr(context, "dependant", None))
        yield Ruled(tuple(sorted(getattr(context, "methods", None) or ())), path, rule)


def _strictest(dependant: Any) -> str:
    """Give the highest role that a route's dependencies ask for, "" when none does."""
    found = set(_of_dependencies(dependant))
    return max((role for role in ROLES if role in found), key=ROLES.index, default="")


def _of_dependencies(dependant: Any) -> Iterator[str]:
    if dependant is not None:
        yield getattr(dependant.call, _RULE, "")
        for each in dependant.dependencies:
            yield from _of_dependencies(each)


def _is_page(request: Request) -> bool:
    """Whether a browser asks for a document, which can be led elsewhere."""
    if request.method not in {"GET", "HEAD"}:
        return False
    wanted = request.headers.get("sec-fetch-dest")
    if wanted is not None:
        return wanted == "document"
    return "text/html" in request.headers.get("accept", "")


def _address(request: Request, why: str) -> str:
    base = base_of(request)
    query = f"?{request.url.query}" if request.url.query else ""
    return to_sign_in(base, request.url.path + query, why)
