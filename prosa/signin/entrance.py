"""Who comes with a request, and what begins and ends a session.

One `SignIn` a process. How a person proves who she is stands in `local` and `oidc`; this is what
follows from it: a new token at each sign-in, so that nobody can plant one beforehand; idle and
absolute ends; the account as it is now, at each look.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, TypeAlias

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from prosa.clock import Clock
from prosa.signin import cookies, proxies, tokens
from prosa.signin.people import HowSignedIn, Person
from prosa.signin.postgres.accounts import Accounts
from prosa.signin.postgres.audit import Audit
from prosa.signin.postgres.sessions import Session, Sessions
from prosa.signin.settings import SignInSettings

Recheck: TypeAlias = Callable[[Session, str], Awaitable[Person | None]]
"""Asks the identity provider again; takes a session and its token, None ends the session."""

_MEMO = "prosa_signin_standing"
_LONGEST_BROWSER = 200


class Standing(msgspec.Struct, frozen=True):
    """What a request's cookie opens: a session, or nothing, because it `ended` or never was."""

    session: Session | None = None
    token_hash: bytes = b""
    ended: bool = False


NOBODY = Standing()
ENDED = Standing(ended=True)


class SignIn:
    """Knows who comes with a request. Made by `prosa.signin.open`."""

    def __init__(
        self,
        settings: SignInSettings,
        clock: Clock,
        *,
        accounts: Accounts,
        sessions: Sessions,
        audit: Audit,
        recheck: Recheck | None = None,
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.accounts = accounts
        self.sessions = sessions
        self.audit = audit
        self._recheck = recheck
        self._proxies = proxies.read(settings.signin_proxies)
        self.routes: Sequence[BaseRoute] = ()
        """The Starlette routes of the sign-in; `prosa.signin.open` fills them in."""

    async def person(self, request: Request) -> Person | None:
        """Find who is signed in, None when nobody is. Raises Unavailable."""
        session = (await self.standing(request)).session
        return session.person if session else None

    def address(self, request: Request) -> str:
        """Give where a request comes from, through the proxies that the settings trust."""
        peer = request.client.host if request.client else ""
        return proxies.origin(peer, request.headers.getlist("x-forwarded-for"), self._proxies)

    async def look_again(self, request: Request) -> Person | None:
        """Find who is signed in now, for an answer that lasts, such as a stream of events."""
        request.scope.pop(_MEMO, None)
        return await self.person(request)

    async def standing(self, request: Request) -> Standing:
        """Judge the request's cookie; once a request, however often it is asked."""
        known: Any = request.scope.get(_MEMO)
        if known is None:
            known = await self._judged(request.cookies.get(cookies.SESSION, ""))
            request.scope[_MEMO] = known
        standing: Standing = known
        return standing

    async def begin(
        self,
        request: Request,
        account: str,
        how: HowSignedIn,
        *,
        checked_until: datetime | None = None,
        refresh_token: str | None = None,
    ) -> str:
        """Open a session and give its token; the session that the browser had before ends."""
        now = self.clock.now()
        if before := (await self.standing(request)).token_hash:
            await self.sessions.end(before)
        token = tokens.new()
        await self.sessions.begin(
            tokens.digest(token),
            account,
            how,
            now=now,
            ends_at=now + self.settings.session_absolute,
            address=self.address(request),
            browser=request.headers.get("user-agent", "")[:_LONGEST_BROWSER],
            checked_until=checked_until,
            refresh=tokens.seal(refresh_token, token) if refresh_token else None,
        )
        return token

    async def end(self, request: Request) -> None:
        """End the request's session."""
        token = request.cookies.get(cookies.SESSION, "")
        if not tokens.plausible(token):
            return
        if person := await self.sessions.end(tokens.digest(token)):
            await self.audit.note(
                "signed_out",
                now=self.clock.now(),
                account=person.id,
                name=person.name,
                address=self.address(request),
            )

    async def _judged(self, token: str) -> Standing:
        if not tokens.plausible(token):
            return NOBODY
        token_hash = tokens.digest(token)
        session = await self.sessions.look(token_hash)
        if session is None:
            return NOBODY
        now = self.clock.now()
        if judge(session, now, self.settings.session_idle) == "ended":
            return ENDED
        if session.checked_until is not None and session.checked_until <= now:
            still = self._recheck and await self._recheck(session, token)
            if not still:
                return ENDED
            session = msgspec.structs.replace(session, person=still)
        await self.sessions.seen(token_hash, session, now)
        return Standing(session, token_hash)


def give_session(response: Response, request: Request, signin: SignIn, token: str) -> None:
    """Put a new session's token into the browser."""
    settings = signin.settings
    seconds = int(settings.session_absolute.total_seconds())
    cookies.put(
        response,
        request,
        cookies.SESSION,
        token,
        seconds=seconds,
        plain=settings.signin_plain_http,
    )


def judge(session: Session, now: datetime, idle: timedelta) -> Literal["open", "ended"]:
    """Judge a session by its two ends."""
    return "ended" if now >= session.ends_at or now - session.seen_at >= idle else "open"
