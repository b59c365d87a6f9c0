"""Builds the sign-in of one process: its own connections, its routes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pydantic import SecretStr

from prosa.clock import Clock
from prosa.signin.entrance import SignIn
from prosa.signin.local import Local
from prosa.signin.metrics import SignInMetrics
from prosa.signin.passwords import Passwords
from prosa.signin.postgres.accounts import Accounts
from prosa.signin.postgres.attempts import Attempts
from prosa.signin.postgres.audit import Audit
from prosa.signin.postgres.database import open_database
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
) -> AsyncIterator[SignIn]:
    """Connect, bring the schema up to date, and give the sign-in; `registry` gets its metrics.

    Raises ConfigError for what a person must change, Unavailable when PostgreSQL does not answer.
    """
    metrics = SignInMetrics(registry or Registry())
    async with open_database(database_url) as database:
        accounts, audit = Accounts(database), Audit(database)
        signin = SignIn(
            settings, clock, accounts=accounts, sessions=Sessions(database), audit=audit
        )
        local = None
        if settings.signin_passwords:
            attempts = Attempts(database)
            local = Local(
                accounts=accounts,
                attempts=attempts,
                audit=audit,
                passwords=Passwords(),
                metrics=metrics,
                clock=clock,
            )
        signin.routes = Pages(signin, local).routes()
        yield signin
