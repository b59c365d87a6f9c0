"""Reads the world around one Chatbot into an `Observed`: the half of a pass before the decision.

From caches where it can (what the watches told, what an errand last brought), from the API server
where it must (a Secret that changed). It judges nothing.
"""

from collections.abc import Callable, Mapping
from typing import Protocol

import structlog

from prosa import chatbots
from prosa.clock import Clock
from prosa.contracts.chatbot import Chatbot
from prosa_operator import changes
from prosa_operator.kinds import CONFIG_MAP, SECRET, Kind
from prosa_operator.names import ComponentName
from prosa_operator.observed import Channel, Object, Observed, Scaled, Seen
from prosa_operator.references import References, minted, references
from prosa_operator.vault import Vault
from prosa_operator.watched import Key, Watched

log = structlog.get_logger(__name__)


class Channels(Protocol):
    """Says what Meta said of a number."""

    async def latest(self, key: Key, chatbot: Chatbot, secrets: Mapping[str, Seen]) -> Channel:
        """Give the last word."""
        ...


class Messaging(Protocol):
    """Makes streams and credentials."""

    async def latest(self, key: Key, chatbot: Chatbot, secrets: Mapping[str, Seen]) -> str:
        """Give why the streams do not stand; empty when they do."""
        ...


class Scaling(Protocol):
    """Scales components, and tells what it decided."""

    async def latest(
        self, key: Key, raw: Object, chatbot: Chatbot, secrets: Mapping[str, Seen]
    ) -> Mapping[ComponentName, Scaled]:
        """Give what was last decided."""
        ...


class World:
    """Where passes look."""

    def __init__(
        self,
        watched: Watched,
        vault: Vault,
        *,
        channels: Channels,
        messaging: Messaging,
        scaling: Scaling,
        kinds: Callable[[], frozenset[str]],
        clock: Clock,
    ) -> None:
        self._watched = watched
        self._vault = vault
        self._channels = channels
        self._messaging = messaging
        self._scaling = scaling
        self._kinds = kinds
        self._clock = clock

    async def observe(self, key: Key, raw: Object) -> Observed:
        """Read what concerns a Chatbot. Raises ConfigError when its spec is none, and ApiError."""
        chatbot = read_chatbot(raw)
        metadata = raw["metadata"]
        named = references(chatbot.spec)
        secrets, config_maps = await self._referred(key, chatbot, named)
        return Observed(
            chatbot=chatbot,
            uid=metadata["uid"],
            generation=metadata.get("generation", 0),
            annotations=metadata.get("annotations") or {},
            status=changes.read(raw.get("status")),
            now=now(self._clock),
            deleting=bool(metadata.get("deletionTimestamp")),
            secrets=secrets,
            config_maps=config_maps,
            children=self._children(key, metadata["uid"]),
            kinds=self._kinds(),
            phone_owner=self._phone_owner(key, raw),
            channel=await self._channels.latest(key, chatbot, secrets),
            scaling=await self._scaling.latest(key, raw, chatbot, secrets),
            messaging=await self._messaging.latest(key, chatbot, secrets),
        )

    async def _referred(
        self, key: Key, chatbot: Chatbot, named: References
    ) -> tuple[dict[str, Seen], dict[str, Seen]]:
        secrets = named.secrets | {minted(chatbot)}
        self._watched.names(
            key,
            (
                *((SECRET.name, key.namespace, name) for name in secrets),
                *((CONFIG_MAP.name, key.namespace, name) for name in named.config_maps),
            ),
        )
        return (
            await self._seen(SECRET, key.namespace, secrets),
            await self._seen(CONFIG_MAP, key.namespace, named.config_maps),
        )

    async def _seen(self, kind: Kind, namespace: str, names: frozenset[str]) -> dict[str, Seen]:
        found = {name: await self._vault.seen(kind, namespace, name) for name in sorted(names)}
        return {name: seen for name, seen in found.items() if seen is not None}

    def _children(self, key: Key, uid: str) -> dict[tuple[str, str], Object]:
        """Leave out what has another owner: a CronJob's Jobs, an older Chatbot's leavings."""
        return {
            (child["kind"], child["metadata"]["name"]): child
            for child in self._watched.children_of(key)
            if changes.owned_by(child, uid) or not child["metadata"].get("ownerReferences")
        }

    def _phone_owner(self, key: Key, raw: Object) -> str:
        """Name the oldest other Chatbot with this number, if it is older than we are."""
        ours = _age(raw)
        number = _number(raw)
        older = [
            (_age(other), str(name))
            for name, other in self._watched.chatbots.items()
            if name != key and _number(other) == number and _age(other) < ours
        ]
        return min(older)[1] if older else ""


def read_chatbot(raw: Object) -> Chatbot:
    """Make a Chatbot of what the API gave. Raises ConfigError that begins with the field."""
    document = {
        "apiVersion": raw["apiVersion"],
        "kind": raw["kind"],
        "metadata": {
            "name": raw["metadata"]["name"],
            "namespace": raw["metadata"]["namespace"],
        },
        "spec": raw["spec"],
    }
    return chatbots.as_chatbot(document, f"Chatbot {raw['metadata']['name']}")


def now(clock: Clock) -> str:
    """Give the instant as Kubernetes writes it."""
    return clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")


def _age(raw: Object) -> tuple[str, str]:
    return raw["metadata"].get("creationTimestamp", ""), raw["metadata"]["uid"]


def _number(raw: Object) -> object:
    return raw.get("spec", {}).get("whatsapp", {}).get("phoneNumberId")
