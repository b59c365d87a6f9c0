"""Local passwords: argon2id with the library's parameters (RFC 9106, low memory).

An unknown name costs the same work as a wrong password, so that the time of an answer names nobody.
Hashing takes 64 MiB and some 50 ms of a core: it runs in threads, two at a time.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from prosa.errors import ConfigError, Unavailable

SHORTEST, LONGEST = 10, 200  # characters; NIST SP 800-63B-4 asks for 8, and for no rules of make
_AT_ONCE = 2
_WAITING = 40  # a second or two of work; who comes beyond is asked to come again


class Passwords:
    """Hashes and checks passwords."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._waiting = 0
        self._nobody = self._hasher.hash("nobody has this password")

    async def hash(self, password: str) -> str:
        """Give what is stored."""
        async with self._turn():
            return await asyncio.to_thread(self._hasher.hash, password)

    async def match(self, password: str, stored: str | None) -> bool:
        """Whether the password is right; without a stored hash the same work is done, for False."""
        async with self._turn():
            same = await asyncio.to_thread(self._verify, password, stored or self._nobody)
        return same and stored is not None

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """Wait for a turn. Raises Unavailable when too many wait: a flood must not fill memory."""
        if self._waiting >= _WAITING:
            raise Unavailable("too many sign-ins at once")
        self._waiting += 1
        try:
            async with self._turns:
                yield
        finally:
            self._waiting -= 1

    def outdated(self, stored: str) -> bool:
        """Whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(stored)

    def _verify(self, password: str, stored: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerifyMismatchError, VerificationError, InvalidHashError):
            return False


def check(password: str) -> None:
    """Refuse a new password that is too short or too long. Raises ConfigError."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise ConfigError(f"a password has {SHORTEST} to {LONGEST} characters")
