"""Sign-in by a local password: the same steps and the same work, whoever is named."""

import hashlib
from collections.abc import Mapping
from datetime import timedelta

import msgspec

from prosa.clock import Clock
from prosa.signin import delays
from prosa.signin.delays import Policy
from prosa.signin.metrics import SignInMetrics
from prosa.signin.passwords import LONGEST, Passwords
from prosa.signin.postgres.accounts import Account, Accounts
from prosa.signin.postgres.attempts import Attempts
from prosa.signin.postgres.audit import Audit, What


class Right(msgspec.Struct, frozen=True):
    """The password was right."""

    account: Account


class Wrong(msgspec.Struct, frozen=True):
    """No such name, no such password, or an account that is shut: nobody is told which."""


class Wait(msgspec.Struct, frozen=True):
    """Too many wrong passwords before: nothing was tried."""

    after: timedelta


class Local:
    """Judges names and passwords."""

    def __init__(
        self,
        *,
        accounts: Accounts,
        attempts: Attempts,
        audit: Audit,
        passwords: Passwords,
        metrics: SignInMetrics,
        clock: Clock,
    ) -> None:
        self._accounts = accounts
        self._attempts = attempts
        self._audit = audit
        self._passwords = passwords
        self._metrics = metrics
        self._clock = clock

    async def try_password(self, name: str, password: str, address: str) -> Right | Wrong | Wait:
        """Judge one attempt, note it and count it. Raises Unavailable."""
        keys = keys_of(name, address)
        wait = await self._attempts.begin(keys, self._clock.now())
        account = await self._accounts.by_name(name)
        if wait is not None:
            self._metrics.attempts.labels("password", "throttled").inc()
            await self._note("sign_in_throttled", account, address)
            return Wait(wait)
        stored = account.password_hash if account else None
        right = await self._passwords.match(password[: LONGEST + 1], stored)
        if account is None or stored is None or not right or account.disabled:
            self._metrics.attempts.labels("password", "wrong").inc()
            await self._note("sign_in_failed", account, address)
            return Wrong()
        if self._passwords.outdated(stored):
            now = self._clock.now()
            fresh = await self._passwords.hash(password)
            await self._accounts.set_password(account.id, fresh, now)
        await self._attempts.forget(keys)
        self._metrics.attempts.labels("password", "signed_in").inc()
        await self._note("signed_in", account, address)
        return Right(account)

    async def _note(self, what: What, account: Account | None, address: str) -> None:
        await self._audit.note(
            what,
            now=self._clock.now(),
            account=account.id if account else None,
            name=account.person.name if account else "",
            how="password",
            address=address,
        )


def keys_of(name: str, address: str) -> Mapping[bytes, Policy]:
    """Give what an attempt counts against: the account from this address, and from anywhere."""
    account = name.strip().lower()
    return {
        _key("pair", account, address): delays.PAIR,
        _key("account", account): delays.ACCOUNT,
    }


def _key(*parts: str) -> bytes:
    return hashlib.sha256("\0".join(parts).encode()).digest()
