"""The sign-in's own routes, all of them open on purpose: who comes here is nobody yet.

GET    /signin                the page
POST   /signin                {name, password, next} -> {next}; sets the cookie
GET    /signin/oidc           to the identity provider
GET    /signin/callback       back from it
POST   /signout               ends the session
GET    /signin/sessions       the person's own open sessions
DELETE /signin/sessions/{id}  ends one of them

Bodies are JSON, which no form of another site can send; `prosa.web.guard` stands in front of all.
"""

from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import urlsplit

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from prosa.errors import Unavailable
from prosa.signin import cookies, rules
from prosa.signin.addresses import PAGE, safe_next
from prosa.signin.bases import base_of
from prosa.signin.entrance import SignIn, give_session
from prosa.signin.local import Local, Right, Wait, Wrong
from prosa.signin.oidc.travel import Travel
from prosa.signin.refusals import RETRY_SECONDS, Refusal, answer, told_away
from prosa.web.shell import Shell

_BODY_LIMIT = 16_384
_NOBODY = {"id": "", "name": "", "role": "agent"}
_NO_STORE = {"Cache-Control": "no-store"}


class _Credentials(msgspec.Struct, frozen=True, rename="camel"):
    name: str
    password: str
    next: str = ""


class Pages:
    """Answers the routes. `local` or `travel` is None where that way in is closed."""

    def __init__(self, signin: SignIn, local: Local | None, travel: Travel | None) -> None:
        self._signin = signin
        self._local = local
        self._travel = travel
        self._shell: Shell | None = None

    def routes(self) -> Sequence[BaseRoute]:
        """Give the routes, marked as open."""
        away = (
            [
                _route(f"{PAGE}/oidc", self._travel.start, "GET"),
                _route(f"{PAGE}/callback", self._travel.back, "GET"),
            ]
            if self._travel
            else []
        )
        return [
            *away,
            _route(PAGE, self.page, "GET"),
            _route(PAGE, self.by_password, "POST"),
            _route("/signout", self.sign_out, "POST"),
            _route(f"{PAGE}/sessions", self.sessions, "GET"),
            _route(f"{PAGE}/sessions/{{id}}", self.end_session, "DELETE"),
        ]

    async def page(self, request: Request) -> Response:
        """Show the sign-in; who is signed in already goes on."""
        base = base_of(request)
        then = safe_next(request.query_params.get("next", ""), base)
        problem = request.query_params.get("why", "")
        away = False
        try:
            person = await self._signin.person(request)
        except Unavailable:
            person, problem, away = None, "unavailable", True
        if person is not None and problem in {"", "unavailable"}:
            return RedirectResponse(then, 303, headers=_NO_STORE)
        if self._shell is None:  # made late: an API alone runs without built pages
            self._shell = Shell("signin", "Prosa", frame=False, now=self._signin.clock.now)
        data = {
            "next": then,
            "problem": problem if problem.isidentifier() else "",
            "away": away,
            "passwords": self._local is not None,
            "provider": self._provider(),
        }
        response = self._shell(request, user=_NOBODY, time_zone="UTC", after=0, data=data)
        if away:
            response.status_code = 503
            response.headers["Retry-After"] = str(RETRY_SECONDS)
        return response

    async def by_password(self, request: Request) -> Response:
        """Judge a name and a password; set the cookie."""
        if self._local is None:
            raise Refusal(403, "passwords_off")
        given = await _read(request)
        where = self._signin.address(request)
        match await self._local.try_password(given.name, given.password, where):
            case Wait(after):
                seconds = max(1, round(after.total_seconds()))
                headers = {"Retry-After": str(seconds)}
                raise Refusal(429, "wait", headers, seconds=seconds)
            case Wrong():
                raise Refusal(403, "credentials_wrong")
            case Right(account):
                token = await self._signin.begin(request, account.id, "password")
        then = safe_next(given.next, base_of(request))
        response = JSONResponse({"next": then}, headers=_NO_STORE)
        give_session(response, request, self._signin, token)
        return response

    async def sign_out(self, request: Request) -> Response:
        """End the session and take the cookie back; harmless for who has none."""
        await self._signin.end(request)
        response = JSONResponse({"next": f"{base_of(request)}{PAGE}"}, headers=_NO_STORE)
        plain = self._signin.settings.signin_plain_http
        cookies.drop(response, request, cookies.SESSION, plain)
        return response

    async def sessions(self, request: Request) -> Response:
        """List the person's own open sessions; `current` is the one that asks."""
        session = (await self._signin.standing(request)).session
        if session is None:
            raise Refusal(401, "signed_out")
        now, idle = self._signin.clock.now(), self._signin.settings.session_idle
        found = await self._signin.sessions.of(session.person.id, now, idle)
        items = [
            {
                "id": each.id,
                "current": each.id == session.id,
                "how": each.how,
                "createdAt": int(each.created_at.timestamp() * 1000),
                "seenAt": int(each.seen_at.timestamp() * 1000),
                "address": each.address,
                "browser": each.browser,
            }
            for each in found
        ]
        return JSONResponse({"items": items}, headers=_NO_STORE)

    async def end_session(self, request: Request) -> Response:
        """End one of the person's own sessions: a phone that was lost."""
        person = await self._signin.person(request)
        if person is None:
            raise Refusal(401, "signed_out")
        wanted: str = request.path_params["id"]
        if not wanted.isalnum() or not await self._signin.sessions.end_one(person.id, wanted):
            raise Refusal(404, "not_found")
        return JSONResponse({}, headers=_NO_STORE)

    def _provider(self) -> dict[str, str] | None:
        settings = self._signin.settings
        if not settings.oidc_issuer:
            return None
        return {"name": settings.oidc_name or urlsplit(settings.oidc_issuer).hostname or ""}


async def _read(request: Request) -> _Credentials:
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise Refusal(415, "json_needed")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _BODY_LIMIT:
            raise Refusal(413, "too_large")
    try:
        given = msgspec.json.decode(bytes(body), type=_Credentials)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refusal(422, "malformed") from None  # the cause holds the password
    if not given.name.isprintable() or "\0" in given.password:
        raise Refusal(422, "malformed")  # no account has such a name; PostgreSQL stores no NUL
    return given


def _route(path: str, endpoint: Callable[[Request], Awaitable[Response]], method: str) -> BaseRoute:
    @rules.public
    async def told(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Refusal as refusal:
            return answer(refusal)
        except Unavailable as error:
            return told_away(request, error)

    return Route(path, told, methods=[method], name=f"signin {method} {path}")
