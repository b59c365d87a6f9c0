"""Builds the sign-in of one process: its own connections, its ways in, its routes."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
from pydantic import SecretStr

from prosa.clock import Clock
from prosa.errors import ConfigError
from prosa.signin.entrance import SignIn
from prosa.signin.local import Local
from prosa.signin.metrics import SignInMetrics
from prosa.signin.oidc.checking import Checking
from prosa.signin.oidc.claims import Mapped
from prosa.signin.oidc.provider import PATIENCE_SECONDS, Provider
from prosa.signin.oidc.travel import Travel
from prosa.signin.passwords import Passwords
from prosa.signin.postgres.accounts import Accounts
from prosa.signin.postgres.attempts import Attempts
from prosa.signin.postgres.audit import Audit
from prosa.signin.postgres.database import open_database
from prosa.signin.postgres.journeys import Journeys
from prosa.signin.postgres.sessions import Sessions
from prosa.signin.routes import Pages
from prosa.signin.settings import SignInSettings
from prosa.telemetry.metrics import Registry


@asynccontextmanager
async def open_signin(
    settings: SignInSettings,
    database_url: SecretStr,
    clock: Clock,
    *,
    registry: Registry | None = None,
    passwords: Passwords | None = None,
) -> AsyncIterator[SignIn]:
    """Connect, bring the schema up to date, and give the sign-in; `registry` gets its metrics.

    The identity provider is asked when somebody comes, so that it may be away meanwhile. Raises
    ConfigError for what a person must change, Unavailable when PostgreSQL does not answer.
    """
    metrics = SignInMetrics(registry or Registry())
    async with AsyncExitStack() as stack:
        provider = None
        if settings.oidc_issuer:
            http = httpx.AsyncClient(timeout=PATIENCE_SECONDS, follow_redirects=False)
            provider = a_provider(settings, await stack.enter_async_context(http), clock)
        elif not settings.signin_passwords:
            raise ConfigError(
                "PROSA_SIGNIN_PASSWORDS is off and PROSA_OIDC_ISSUER empty: nobody could sign in"
            )
        database = await stack.enter_async_context(open_database(database_url))
        accounts, sessions, audit = Accounts(database), Sessions(database), Audit(database)
        mapped = Mapped(
            issuer=settings.oidc_issuer,
            roles_claim=settings.oidc_roles_claim,
            roles=settings.oidc_roles,
            team_prefix=settings.oidc_team_prefix,
        )
        recheck = (
            Checking(
                provider, mapped, accounts=accounts, sessions=sessions, audit=audit, clock=clock
            )
            if provider
            else None
        )
        signin = SignIn(
            settings, clock, accounts=accounts, sessions=sessions, audit=audit, recheck=recheck
        )
        local = None
        if settings.signin_passwords:
            local = Local(
                accounts=accounts,
                attempts=Attempts(database),
                audit=audit,
                passwords=passwords or Passwords(),
                metrics=metrics,
                clock=clock,
            )
        travel = None
        if provider:
            travel = Travel(signin, provider, mapped, Journeys(database), metrics)
        signin.routes = Pages(signin, local, travel).routes()
        yield signin


def a_provider(settings: SignInSettings, http: httpx.AsyncClient, clock: Clock) -> Provider:
    """Build the identity provider that the settings name. Raises ConfigError."""
    if not settings.oidc_client_id:
        raise ConfigError("PROSA_OIDC_CLIENT_ID is empty: which client are we at the provider?")
    if not settings.oidc_roles:
        raise ConfigError("PROSA_OIDC_ROLES maps nothing: nobody could sign in")
    return Provider(
        settings.oidc_issuer,
        settings.oidc_client_id,
        settings.client_secret(),
        settings.oidc_scopes,
        http=http,
        clock=clock,
    )
