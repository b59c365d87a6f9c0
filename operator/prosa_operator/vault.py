"""Reads Secrets and ConfigMaps that Chatbots name: a digest and keys for everyone who judges.

Values of a Secret are given only to who logs in with them (Meta, NATS), kept out of the logs from
then on, and held nowhere here. What has not changed is not read again.
"""

import base64
import binascii

from pydantic import SecretStr

from prosa.chatbots import SHORTEST_SECRET
from prosa.telemetry.logs import redact
from prosa_operator.changes import digest
from prosa_operator.cluster import Cluster
from prosa_operator.kinds import CONFIG_MAP, SECRET, Kind
from prosa_operator.observed import Object, Seen
from prosa_operator.watched import Reference, Watched


class Vault:
    """The Secrets and ConfigMaps of the cluster, as far as Chatbots name them."""

    def __init__(self, cluster: Cluster, watched: Watched) -> None:
        self._cluster = cluster
        self._watched = watched
        self._seen: dict[Reference, tuple[str, Seen]] = {}

    async def seen(self, kind: Kind, namespace: str, name: str) -> Seen | None:
        """Give keys and digest; of a ConfigMap also the texts. None when there is none."""
        reference = (kind.name, namespace, name)
        version = self._watched.version(kind, namespace, name)
        if not version:
            self._seen.pop(reference, None)
            return None
        if (known := self._seen.get(reference)) and known[0] == version:
            return known[1]
        read = await self._cluster.get(kind, namespace, name)
        if read is None:
            return None
        seen = _config_map(read) if kind is CONFIG_MAP else _secret(read)
        self._seen[reference] = (read["metadata"]["resourceVersion"], seen)
        return seen

    async def values(self, namespace: str, name: str) -> dict[str, SecretStr]:
        """Give a Secret's values by key; empty when there is none."""
        read = await self._cluster.get(SECRET, namespace, name)
        values = {}
        for key, encoded in ((read or {}).get("data") or {}).items():
            try:
                text = base64.b64decode(encoded).decode().strip()
            except (binascii.Error, UnicodeDecodeError):
                continue  # a key that is no text is none of those that we log in with
            values[key] = SecretStr(text)
            if len(text) >= SHORTEST_SECRET:
                redact(values[key])
        return values


def _secret(read: Object) -> Seen:
    data = read.get("data") or {}
    return Seen(frozenset(data), digest(data))


def _config_map(read: Object) -> Seen:
    data = {str(key): str(value) for key, value in (read.get("data") or {}).items()}
    return Seen(frozenset(data), digest(data), data)
