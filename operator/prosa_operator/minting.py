"""NATS credentials of one service: a user JWT under an account's signing key, with least rights.

The server asks nobody: it trusts what the account's key has signed, so that a new bot needs no
reload of a shared NATS. Pure but for the random seeds that are handed in.
Sources: NATS, "JWT" (claims of version 2) and "Creds file"; `nats-io/jwt` v2, `UserClaims`.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

import nkeys  # type: ignore[import-untyped]  # the library has no types

from prosa.contracts.identity import BotToken
from prosa.contracts.permissions import IDENTITIES, Identity, permissions
from prosa.errors import ConfigError

SERVICES: Final = tuple(each for each in IDENTITIES if each != "cli")
"""Whose credentials are made. A person's command line brings its own."""

_HEADER: Final = {"typ": "JWT", "alg": "ed25519-nkey"}


def creds(
    identity: Identity,
    bot: BotToken,
    *,
    signing_seed: bytes,
    account: str,
    user_seed: bytes,
    now: datetime,
) -> str:
    """Make a `.creds` file. Raises ConfigError when the signing key is none."""
    signer = _signer(signing_seed)
    user = nkeys.from_seed(nkeys.encode_seed(user_seed, nkeys.PREFIX_BYTE_USER))
    rights = permissions(identity, (bot,))
    claims: dict[str, Any] = {
        "iat": int(now.timestamp()),
        "iss": signer.public_key.decode(),
        "name": f"{bot}-{identity}",
        "sub": user.public_key.decode(),
        "nats": {
            "pub": {"allow": list(rights.publish)},
            "sub": {"allow": list(rights.subscribe)},
            "subs": -1,
            "data": -1,
            "payload": -1,
            "issuer_account": account,
            "type": "user",
            "version": 2,
        },
    }
    if account == claims["iss"]:
        del claims["nats"]["issuer_account"]  # signed by the account itself
    jwt = _signed(claims, signer)
    return (
        f"-----BEGIN NATS USER JWT-----\n{jwt}\n------END NATS USER JWT------\n\n"
        f"-----BEGIN USER NKEY SEED-----\n{user.seed.decode()}\n------END USER NKEY SEED------\n"
    )


def all_creds(
    bot: BotToken,
    *,
    signing_seed: bytes,
    account: str,
    random: Callable[[int], bytes],
    now: datetime,
) -> dict[str, str]:
    """Make the `.creds` files of all services of a bot, by file name."""
    return {
        f"{identity}.creds": creds(
            identity,
            bot,
            signing_seed=signing_seed,
            account=account,
            user_seed=random(32),
            now=now,
        )
        for identity in SERVICES
    }


def mark(bot: BotToken, signing_seed: bytes, account: str) -> str:
    """Name what credentials were made from: other rights or another key make another mark."""
    rights = {
        identity: [list(given.publish), list(given.subscribe)]
        for identity in SERVICES
        for given in (permissions(identity, (bot,)),)
    }
    issuer = _signer(signing_seed).public_key.decode()
    text = json.dumps([issuer, account, rights], sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def _signer(seed: bytes) -> Any:
    try:
        pair = nkeys.from_seed(bytearray(seed))
        pair.sign(b"prosa")
    except (nkeys.NkeysError, ValueError, TypeError) as error:
        raise ConfigError(
            f"NATS' signing key is none ({type(error).__name__});"
            " put an account seed, SA…, under the key `seed`"
        ) from None
    return pair


def _signed(claims: Mapping[str, Any], signer: Any) -> str:
    identified = {**claims, "jti": _jti(claims)}
    text = f"{_part(_HEADER)}.{_part(identified)}"
    return f"{text}.{_text(signer.sign(text.encode()))}"


def _jti(claims: Mapping[str, Any]) -> str:
    digest = hashlib.sha256(json.dumps(claims, sort_keys=True).encode()).digest()
    return base64.b32encode(digest).decode().rstrip("=")


def _part(value: Mapping[str, Any]) -> str:
    return _text(json.dumps(value, separators=(",", ":")).encode())


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
