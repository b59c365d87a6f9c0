"""The secret that a browser holds as its session, and what the database keeps of it.

256 random bits; stored is their SHA-256, from which nobody finds them again, so a stolen database
opens no session. What belongs to a session and must stay secret at rest (an identity provider's
refresh token) is encrypted under a key that only the browser's token gives.
"""

import base64
import hashlib
import secrets

from cryptography.fernet import Fernet, InvalidToken

BYTES = 32
LENGTH = 43  # of 32 bytes in base64 without padding


def new() -> str:
    """Make a token of 256 bits."""
    return secrets.token_urlsafe(BYTES)


def digest(token: str) -> bytes:
    """Give what is stored: a plain hash is enough for what cannot be guessed."""
    return hashlib.sha256(token.encode()).digest()


def plausible(token: str) -> bool:
    """Whether this can be a token at all: anything else is not looked up."""
    return len(token) == LENGTH and token.isascii()


def seal(secret: str, token: str) -> bytes:
    """Encrypt a secret under a key made of the token."""
    return _cipher(token).encrypt(secret.encode())


def unseal(sealed: bytes, token: str) -> str | None:
    """Decrypt it again; None when it was sealed under another token."""
    try:
        return _cipher(token).decrypt(sealed).decode()
    except InvalidToken:
        return None


def _cipher(token: str) -> Fernet:
    key = hashlib.sha256(b"prosa.signin.seal:" + token.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
