"""Makes a Chatbot's streams, consumers and buckets, and its services' NATS credentials.

With an account's signing key (a Secret in the operator's own namespace) it mints `<service>.creds`
into the child Secret `<chatbot>-nats`; a Chatbot that names a Secret of its own is served with
that. Streams are made to match again every ten minutes, so that one that was deleted comes back
(its messages do not).
"""

import asyncio
import base64
import secrets as chance
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from pydantic import SecretStr

from prosa.clock import Clock
from prosa.contracts.chatbot import Chatbot
from prosa.contracts.durations import duration
from prosa.contracts.topology import topology, unrouted
from prosa.errors import ConfigError, ProsaError
from prosa.jetstream.connection import JetStream, Refused, connect
from prosa.jetstream.provision import provision, provision_stream
from prosa.settings import NatsSettings
from prosa_operator import minting, names
from prosa_operator.changes import digest
from prosa_operator.cluster import Cluster
from prosa_operator.errands import Errands
from prosa_operator.kinds import SECRET
from prosa_operator.metrics import OperatorMetrics
from prosa_operator.observed import Object, Seen
from prosa_operator.references import minted
from prosa_operator.rendering.addresses import NATS_PORT
from prosa_operator.vault import Vault
from prosa_operator.watched import Key, Wake, Watched

EVERY = timedelta(minutes=10)
RETRY = timedelta(seconds=20)
KNOCK = timedelta(seconds=3)
PATIENCE = 3.0
"""Seconds that a pass waits for a first run, so that a new bot does not begin with a complaint."""

NOT_YET = "its streams are being made"
MINTED = f"{names.GROUP}/minted-from"
"""Annotation: what the credentials in the Secret were made from."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class SigningKey:
    """Where an account's signing key stands; no name: none is given."""

    namespace: str
    name: str = ""


class Messaging:
    """The NATS side of Chatbots."""

    def __init__(
        self,
        cluster: Cluster,
        watched: Watched,
        vault: Vault,
        metrics: OperatorMetrics,
        *,
        signing: SigningKey,
        wake: Wake,
        clock: Clock,
    ) -> None:
        self._cluster = cluster
        self._watched = watched
        self._vault = vault
        self._metrics = metrics
        self._signing = signing
        self._clock = clock
        self._errands = Errands(
            self._provide,
            first=NOT_YET,
            failed=lambda error: type(error).__name__,
            good=lambda problem: not problem,
            every=EVERY,
            retry=RETRY,
            wake=wake,
        )

    async def latest(self, key: Key, chatbot: Chatbot, secrets: Mapping[str, Seen]) -> str:
        """Give why the streams do not stand; empty when they do."""
        name = _secret(chatbot)
        given = secrets.get(name)
        spec = chatbot.spec.messaging
        subject = (spec.url, spec.replicas, spec.inbound_window, given.digest if given else "")
        return await self._errands.latest(key, chatbot, digest(subject), patience=PATIENCE)

    def forget(self, key: Key) -> None:
        """Drop a Chatbot that is gone."""
        self._errands.forget(key)

    async def close(self) -> None:
        """End what is under way."""
        await self._errands.close()

    async def _provide(self, key: Key, chatbot: Chatbot) -> str:
        try:
            await self._mint(key, chatbot)
            async with self.connected(key, chatbot) as jetstream:
                await provide(jetstream, chatbot)
        except ProsaError as error:
            self._metrics.provisions.labels("error").inc()
            log.warning("not_provisioned", chatbot=str(key), problem=str(error))
            return str(error).replace("PROSA_NATS_URL", "spec.messaging.url")
        self._metrics.provisions.labels("ok").inc()
        return ""

    @asynccontextmanager
    async def connected(self, key: Key, chatbot: Chatbot) -> AsyncIterator[JetStream]:
        """Connect as who makes streams. Raises ConfigError, and ApiError."""
        await _knock(chatbot.spec.messaging.url)
        values = await self._vault.values(key.namespace, _secret(chatbot))
        with tempfile.TemporaryDirectory() as folder:  # the client reads files, as in a pod
            settings = _settings(chatbot.spec.messaging.url, values, Path(folder))
            async with connect(settings, "provision") as jetstream:
                yield jetstream

    # --- credentials ------------------------------------------------------------------------------

    async def _mint(self, key: Key, chatbot: Chatbot) -> None:
        """Make the credentials where we hold a key, none are given, and none stand already."""
        if not self._signing.name or chatbot.spec.messaging.credentials_secret_ref is not None:
            return
        raw = self._watched.chatbots.get(key)
        if raw is None:
            return
        signing = await self._vault.values(self._signing.namespace, self._signing.name)
        seed, account = signing.get("seed"), signing.get("account")
        if seed is None or account is None:
            raise ConfigError(
                f"Secret {self._signing.name} of the operator has no key"
                f" {'account' if seed else 'seed'}; see PROSA_OPERATOR_NATS_SIGNING_SECRET"
            )
        seed_bytes, name = seed.get_secret_value().encode(), minted(chatbot)
        wanted = minting.mark(chatbot.token, seed_bytes, account.get_secret_value())
        stands = await self._cluster.get(SECRET, key.namespace, name)
        if stands is not None and _made_from(stands) == _mark(wanted, stands.get("data") or {}):
            return
        if stands is not None and not _ours(stands, raw):
            raise ConfigError(
                f"Secret {name} exists and is not ours; rename it, or name it in"
                " spec.messaging.credentialsSecretRef"
            )
        files = minting.all_creds(
            chatbot.token,
            signing_seed=seed_bytes,
            account=account.get_secret_value(),
            random=chance.token_bytes,
            now=self._clock.now(),
        )
        await self._cluster.apply(_object(chatbot, raw, wanted, files))
        log.info("credentials_minted", chatbot=str(key), services=len(files))


async def provide(jetstream: JetStream, chatbot: Chatbot) -> None:
    """Make the server match what a Chatbot needs. Raises ConfigError or Unavailable."""
    spec = chatbot.spec.messaging
    window = duration(spec.inbound_window)
    await provision_stream(jetstream, unrouted(spec.replicas))
    await provision(
        jetstream, topology(chatbot.token, replicas=spec.replicas, inbound_window=window)
    )


async def remove(jetstream: JetStream, chatbot: Chatbot) -> int:
    """Delete a Chatbot's streams and buckets with all that is in them; gives how many there were.

    Consumers go with their streams. What is gone already is no error. Raises Unavailable.
    """
    wanted = topology(chatbot.token)
    streams = [stream.name for stream in wanted.streams]
    streams += [f"KV_{bucket.name}" for bucket in wanted.buckets]
    gone = 0
    for name in streams:
        try:
            await jetstream.api(f"STREAM.DELETE.{name}")
        except Refused as error:
            if "not found" not in str(error):
                raise
        else:
            gone += 1
    return gone


async def _knock(url: str) -> None:
    """See whether any of the servers takes a connection, before a client tries for a long time.

    Raises ConfigError that names the field.
    """
    for server in url.split(","):
        parts = urlsplit(server.strip() if "://" in server else f"nats://{server.strip()}")
        try:
            async with asyncio.timeout(KNOCK.total_seconds()):
                _, writer = await asyncio.open_connection(parts.hostname, parts.port or NATS_PORT)
        except (OSError, TimeoutError, ValueError):
            continue
        writer.close()
        return
    raise ConfigError(
        f"spec.messaging.url: nothing answers at {url}; is NATS running, and may the operator"
        " reach it?"
    )


def _secret(chatbot: Chatbot) -> str:
    given = chatbot.spec.messaging.credentials_secret_ref
    return given.name if given else minted(chatbot)


def _settings(url: str, values: Mapping[str, SecretStr], folder: Path) -> NatsSettings:
    """Lay the credentials out as a pod has them mounted."""
    for name in ("provision.creds", "user", "password", "ca.crt"):
        if value := values.get(name):
            (folder / name).write_text(value.get_secret_value() + "\n")
    file = folder / "provision.creds"
    credentials = file if file.exists() else folder if (folder / "user").exists() else None
    authority = folder / "ca.crt"
    return NatsSettings(
        url=url, credentials=credentials, ca=authority if authority.exists() else None
    )


def _mark(made_from: str, data: Mapping[str, str]) -> str:
    """Name inputs and outcome: credentials that somebody edited are made anew."""
    return f"{made_from}.{digest(data)}"


def _made_from(secret: Object) -> str:
    return str((secret["metadata"].get("annotations") or {}).get(MINTED, ""))


def _ours(secret: Object, raw: Object) -> bool:
    owners = secret["metadata"].get("ownerReferences") or ()
    return any(owner.get("uid") == raw["metadata"]["uid"] for owner in owners)


def _object(chatbot: Chatbot, raw: Object, made_from: str, files: Mapping[str, str]) -> Object:
    data = {name: base64.b64encode(text.encode()).decode() for name, text in sorted(files.items())}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": minted(chatbot),
            "namespace": chatbot.metadata.namespace,
            "labels": names.labels(chatbot, "nats"),
            "annotations": {MINTED: _mark(made_from, data)},
            "ownerReferences": [
                {
                    "apiVersion": raw["apiVersion"],
                    "kind": raw["kind"],
                    "name": raw["metadata"]["name"],
                    "uid": raw["metadata"]["uid"],
                    "controller": True,
                    "blockOwnerDeletion": True,
                }
            ],
        },
        "type": "Opaque",
        "data": data,
    }
