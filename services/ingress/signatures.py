"""Whether Meta sent this, and for which bots its app may speak. Pure.

Meta signs the raw bytes with the secret of an app (HMAC-SHA256, header `X-Hub-Signature-256`). One
app may serve several numbers, and several apps may reach one address: a secret speaks for the bots
that were configured with it and for no others.
"""

import hmac
from collections.abc import Iterable, Sequence

import msgspec

from prosa.contracts.identity import BotToken


class Key(msgspec.Struct, frozen=True):
    """An app's secret, or its previous one while it rotates, and the bots it may speak for."""

    secret: bytes
    bots: frozenset[BotToken]

    def __repr__(self) -> str:
        """Keep the secret out of tracebacks."""
        return f"Key(bots={sorted(self.bots)})"


def keys(secrets: Iterable[tuple[bytes, BotToken]]) -> tuple[Key, ...]:
    """Join the bots that share a secret."""
    bots: dict[bytes, set[BotToken]] = {}
    for secret, bot in secrets:
        bots.setdefault(secret, set()).add(bot)
    return tuple(Key(secret, frozenset(names)) for secret, names in bots.items())


def speaks_for(header: bytes | None, body: bytes, keys: Sequence[Key]) -> frozenset[BotToken]:
    """Give the bots whose app signed the body; empty when none did.

    Each comparison takes the same time whatever the header holds.
    """
    if header is None:
        return frozenset()
    for key in keys:
        if hmac.compare_digest(sign(key.secret, body), header):
            return key.bots
    return frozenset()


def sign(secret: bytes, body: bytes) -> bytes:
    """Make the header's value as Meta makes it."""
    return b"sha256=" + hmac.digest(secret, body, "sha256").hex().encode()


def is_token_of_any(token: bytes, tokens: Iterable[bytes]) -> bool:
    """Tell whether a verify token is one of ours, in a time that does not say how nearly."""
    matches = [hmac.compare_digest(token, ours) for ours in tokens]  # all of them, always
    return any(matches)
