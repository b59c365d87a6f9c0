"""Minted credentials, judged by a real nats-server that trusts an account's signing key."""

import base64
import json
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nkeys  # type: ignore[import-untyped]  # the library has no types
import pytest

from prosa.contracts import subjects
from prosa.contracts.permissions import Identity
from prosa.contracts.topology import topology, unrouted
from prosa.errors import ConfigError, Unavailable
from prosa.jetstream.connection import JetStream, connect
from prosa.jetstream.provision import provision, provision_stream
from prosa.settings import NatsSettings
from prosa_operator import minting
from tests.support.nats import BOT, NatsServer, nats_server
from tests.unit.operator.clocks import NOON

JETSTREAMS = ("mem_storage", "disk_storage", "streams", "consumer")


@dataclass(frozen=True)
class Trust:
    """A server that trusts one account, and that account's signing key."""

    server: NatsServer
    account: str
    seed: bytes
    folder: Path

    def connected(self, identity: Identity) -> AbstractAsyncContextManager[JetStream]:
        file = self.folder / f"{identity}.creds"
        file.write_text(
            minting.creds(
                identity,
                BOT,
                signing_seed=self.seed,
                account=self.account,
                user_seed=os.urandom(32),
                now=NOON,
            )
        )
        return connect(NatsSettings(url=self.server.url, credentials=file), identity)


@pytest.fixture
async def trust(tmp_path: Path) -> AsyncIterator[Trust]:
    operator, account, signing, system = (pair(kind) for kind in (b"O", b"A", b"A", b"A"))
    name, systems = account.public_key.decode(), system.public_key.decode()
    unlimited = dict.fromkeys(
        (
            *("conn", "leaf", "imports", "exports", "subs", "data", "payload"),
            *JETSTREAMS,
        ),
        -1,
    )
    claims = {"limits": unlimited, "signing_keys": [signing.public_key.decode()]}
    talks = {key: value for key, value in unlimited.items() if key not in JETSTREAMS}
    more = (
        f"operator: {jwt(operator, operator, {'type': 'operator'})}\n"
        "resolver: MEMORY\n"
        f"system_account: {systems}\n"  # JetStream does not start without one
        "resolver_preload: {\n"
        f"  {name}: {jwt(operator, account, claims | {'type': 'account'})}\n"
        f"  {systems}: {jwt(operator, system, {'type': 'account', 'limits': talks})}\n"
        "}\n"
    )
    async with nats_server(tmp_path, more=more) as server:
        yield Trust(server, name, signing.seed, tmp_path)


async def test_who_provisions_makes_the_streams_and_a_service_publishes_its_own(
    trust: Trust,
) -> None:
    async with trust.connected("provision") as jetstream:
        await provision_stream(jetstream, unrouted())
        await provision(jetstream, topology(BOT))

    async with trust.connected("ingress") as jetstream:
        ack = await jetstream.publish(subjects.inbound(BOT, "u1"), b"{}", message_id="1")

    assert ack.sequence


async def test_a_service_may_not_do_what_is_anothers(trust: Trust) -> None:
    async with trust.connected("provision") as jetstream:
        await provision(jetstream, topology(BOT))

    async with trust.connected("ingress") as jetstream:
        with pytest.raises(Unavailable):  # NATS refuses by silence
            await jetstream.publish(subjects.outbound(BOT, "high", "u1"), b"{}")


async def test_a_key_that_the_account_does_not_know_opens_nothing(trust: Trust) -> None:
    stranger = Trust(trust.server, trust.account, pair(b"A").seed, trust.folder)

    with pytest.raises(ConfigError):
        async with stranger.connected("ingress"):
            pass


def test_other_rights_or_another_key_make_another_mark() -> None:
    seed = pair(b"A").seed

    assert minting.mark(BOT, seed, "A1") == minting.mark(BOT, seed, "A1")
    assert minting.mark(BOT, seed, "A1") != minting.mark(BOT, seed, "A2")
    assert minting.mark(BOT, seed, "A1") != minting.mark(BOT, pair(b"A").seed, "A1")


def test_a_signing_key_that_is_none_is_told_without_its_value() -> None:
    with pytest.raises(ConfigError) as refusal:
        minting.mark(BOT, b"SAnonsense", "A1")

    assert "SAnonsense" not in str(refusal.value)


PREFIXES = {b"O": nkeys.PREFIX_BYTE_OPERATOR, b"A": nkeys.PREFIX_BYTE_ACCOUNT}


def pair(kind: bytes) -> Any:
    """Make a key pair of an operator or an account."""
    return nkeys.from_seed(nkeys.encode_seed(os.urandom(32), PREFIXES[kind]))


def jwt(issuer: Any, subject: Any, claims: Mapping[str, Any]) -> str:
    """Sign claims about a subject, as `nsc` does."""
    body = {
        "jti": os.urandom(8).hex(),
        "iat": int(NOON.timestamp()),
        "iss": issuer.public_key.decode(),
        "name": "test",
        "sub": subject.public_key.decode(),
        "nats": {**claims, "version": 2},
    }
    text = f"{part({'typ': 'JWT', 'alg': 'ed25519-nkey'})}.{part(body)}"
    return f"{text}.{encoded(issuer.sign(text.encode()))}"


def part(value: Mapping[str, Any]) -> str:
    return encoded(json.dumps(value).encode())


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
