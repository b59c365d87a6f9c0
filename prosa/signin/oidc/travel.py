"""The way to the identity provider and back.

State, nonce and PKCE's verifier wait in PostgreSQL, so that any replica takes the browser back; the
state is bound to the browser that began by a cookie, so that nobody is signed in as somebody else
by a link. It counts once: a callback that comes twice finds the first one's session, or is told to
start again.
"""

import secrets
from datetime import timedelta

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from prosa.errors import Unavailable
from prosa.signin import cookies, tokens
from prosa.signin.addresses import PAGE, safe_next, to_sign_in
from prosa.signin.bases import base_of
from prosa.signin.entrance import SignIn, give_session
from prosa.signin.metrics import Outcome, SignInMetrics
from prosa.signin.oidc import claims
from prosa.signin.oidc.claims import Mapped, Unfit
from prosa.signin.oidc.provider import Provider, ProviderRefused, Vouched
from prosa.signin.postgres.accounts import Account
from prosa.signin.postgres.audit import What
from prosa.signin.postgres.journeys import Journey, Journeys

LONGEST = timedelta(minutes=15)  # at the provider: a password, a second factor
_VERIFIER_BYTES = 48

log = structlog.get_logger()


class Travel:
    """Sends browsers away, and lets them in when they come back."""

    def __init__(
        self,
        signin: SignIn,
        provider: Provider,
        mapped: Mapped,
        journeys: Journeys,
        metrics: SignInMetrics,
    ) -> None:
        self._signin = signin
        self._provider = provider
        self._mapped = mapped
        self._journeys = journeys
        self._metrics = metrics

    async def start(self, request: Request) -> Response:
        """Lead the browser to the provider."""
        then = safe_next(request.query_params.get("next", ""), base_of(request))
        state, nonce = tokens.new(), tokens.new()
        verifier = secrets.token_urlsafe(_VERIFIER_BYTES)
        browser = request.cookies.get(cookies.JOURNEY, "")
        if not tokens.plausible(browser):
            browser = tokens.new()
        try:
            target = await self._provider.address(
                state=state, nonce=nonce, verifier=verifier, redirect=self._redirect(request)
            )
            now = self._signin.clock.now()
            await self._journeys.begin(
                tokens.digest(state),
                tokens.digest(browser),
                nonce=nonce,
                verifier=verifier,
                then=then,
                now=now,
                ends_at=now + LONGEST,
            )
        except Unavailable as error:
            return self._failed(request, then, "provider_away", str(error))
        except ProviderRefused as error:
            return self._failed(request, then, error.reason, error.detail)
        response = RedirectResponse(target, 303, headers={"Cache-Control": "no-store"})
        cookies.put(
            response,
            request,
            cookies.JOURNEY,
            browser,
            seconds=int(LONGEST.total_seconds()),
            plain=self._signin.settings.signin_plain_http,
        )
        return response

    async def back(self, request: Request) -> Response:
        """Let in whom the provider sends back, or say on the sign-in page why not."""
        base = base_of(request)
        state = request.query_params.get("state", "")
        browser = request.cookies.get(cookies.JOURNEY, "")
        now = self._signin.clock.now()
        journey = await self._journeys.back(tokens.digest(state), tokens.digest(browser), now)
        if journey is None:
            return self._failed(request, f"{base}/", "state_unknown")
        if journey.again:
            if await self._signin.person(request):
                return RedirectResponse(journey.next, 303, headers={"Cache-Control": "no-store"})
            return self._failed(request, journey.next, "state_used")
        return await self._arrived(request, journey)

    async def _arrived(self, request: Request, journey: Journey) -> Response:
        query = request.query_params
        if "error" in query or "code" not in query:
            word = query.get("error", "no code")[:100]
            return self._failed(request, journey.next, "provider_refused", word)
        try:
            vouched = await self._provider.exchange(
                query["code"],
                nonce=journey.nonce,
                verifier=journey.verifier,
                redirect=self._redirect(request),
                issuer=query.get("iss"),
            )
        except Unavailable as error:
            return self._failed(request, journey.next, "provider_away", str(error))
        except ProviderRefused as error:
            return self._failed(request, journey.next, error.reason, error.detail)
        identity = claims.read(vouched.claims, self._mapped)
        if isinstance(identity, Unfit):
            await self._noted("sign_in_refused", request, None, identity.reason)
            return self._failed(request, journey.next, identity.reason)
        account = await self._signin.accounts.welcome(identity, self._signin.clock.now())
        if account.disabled:
            await self._noted("sign_in_refused", request, account, "disabled")
            return self._failed(request, journey.next, "account_disabled")
        return await self._let_in(request, journey, account, vouched)

    async def _let_in(
        self, request: Request, journey: Journey, account: Account, vouched: Vouched
    ) -> Response:
        token = await self._signin.begin(
            request,
            account.id,
            "oidc",
            checked_until=vouched.until,
            refresh_token=vouched.refresh_token,
        )
        await self._noted("signed_in", request, account, "")
        self._metrics.attempts.labels("oidc", "signed_in").inc()
        response = RedirectResponse(journey.next, 303, headers={"Cache-Control": "no-store"})
        give_session(response, request, self._signin, token)
        return response

    def _redirect(self, request: Request) -> str:
        configured = self._signin.settings.oidc_redirect_url.rstrip("/")
        origin = configured or f"{request.url.scheme}://{request.url.netloc}{base_of(request)}"
        return f"{origin}{PAGE}/callback"

    def _failed(self, request: Request, then: str, why: str, detail: str = "") -> Response:
        outcome: Outcome = "unavailable" if why == "provider_away" else "refused"
        self._metrics.attempts.labels("oidc", outcome).inc()
        log.warning("oidc_sign_in_failed", reason=why, problem=detail)
        target = to_sign_in(base_of(request), then, why)
        return RedirectResponse(target, 303, headers={"Cache-Control": "no-store"})

    async def _noted(self, what: What, request: Request, account: Account | None, why: str) -> None:
        await self._signin.audit.note(
            what,
            now=self._signin.clock.now(),
            account=account.id if account else None,
            name=account.person.name if account else "",
            how="oidc",
            address=self._signin.address(request),
            detail=why,
        )
