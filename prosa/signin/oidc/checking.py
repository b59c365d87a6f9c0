"""Asks the identity provider again when its word on a session has ended.

With a refresh token a session goes on, with the role that the provider gives now; without one, or
with a no, it ends. While the provider is away, who was let in stays in for a while.
"""

from datetime import timedelta

import structlog

from prosa.clock import Clock
from prosa.errors import Unavailable
from prosa.signin import tokens
from prosa.signin.oidc import claims
from prosa.signin.oidc.claims import Mapped, Unfit
from prosa.signin.oidc.provider import Provider, ProviderRefused
from prosa.signin.people import Person
from prosa.signin.postgres.accounts import Accounts
from prosa.signin.postgres.audit import Audit
from prosa.signin.postgres.sessions import Session, Sessions

GRACE = timedelta(minutes=15)  # a provider's restart is no reason to send everybody away
_TURN = timedelta(seconds=20)  # one process asks; the others let her pass meanwhile

log = structlog.get_logger()


class Checking:
    """Judges sessions whose provider must be asked again."""

    def __init__(
        self,
        provider: Provider,
        mapped: Mapped,
        *,
        accounts: Accounts,
        sessions: Sessions,
        audit: Audit,
        clock: Clock,
    ) -> None:
        self._provider = provider
        self._mapped = mapped
        self._accounts = accounts
        self._sessions = sessions
        self._audit = audit
        self._clock = clock

    async def __call__(self, session: Session, token: str) -> Person | None:
        """Give the person as she is now; None ends the session."""
        judged = await self._judged(session, token)
        if isinstance(judged, Person):
            return judged
        now = self._clock.now()
        await self._sessions.close(tokens.digest(token), now)
        await self._audit.note(
            "session_ended",
            now=now,
            account=session.person.id,
            name=session.person.name,
            how="oidc",
            address=session.address,
            detail=judged,
        )
        return None

    async def _judged(self, session: Session, token: str) -> Person | str:
        """Give the person, or why the session ends."""
        now, token_hash = self._clock.now(), tokens.digest(token)
        refresh = tokens.unseal(session.refresh, token) if session.refresh else None
        account = await self._accounts.by_id(session.person.id)
        if refresh is None or account is None or account.subject is None:
            return "no refresh token"
        if not await self._sessions.take_check(token_hash, now, now + _TURN):
            return session.person
        try:
            vouched = await self._provider.refresh(refresh, account.subject)
        except Unavailable as error:
            log.warning("oidc_provider_away", problem=str(error))
            waited = now - (session.checked_until or now)
            return session.person if waited < GRACE else "provider away"
        except ProviderRefused as error:
            return str(error)
        identity = claims.read(vouched.claims, self._mapped)
        if isinstance(identity, Unfit):
            return identity.reason
        person = (await self._accounts.welcome(identity, now)).person
        means = tokens.seal(vouched.refresh_token, token) if vouched.refresh_token else None
        await self._sessions.checked(token_hash, vouched.until, means)
        return person
