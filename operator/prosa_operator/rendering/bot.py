"""What all objects of one Chatbot are made from, and the metadata that they share. Pure."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import msgspec

from prosa.contracts.chatbot import API_VERSION, KIND, Chatbot
from prosa.contracts.components import Component
from prosa_operator import names
from prosa_operator.names import ComponentName
from prosa_operator.observed import Object, Options, Seen

Part = ComponentName | Literal["campaigns", "catalogue"]
"""A service, or what the jobs of campaigns and of the catalogue are."""

PARTS: tuple[Part, ...] = (*names.COMPONENTS, *get_args(get_args(Part)[1]))

WITH_RECORDS: frozenset[Part] = frozenset({"handoff", "analytics", "campaigns"})
"""They need a database."""


@dataclass(frozen=True)
class Bot:
    """A Chatbot, whose uid its children refer to, and what it was found to refer to itself."""

    chatbot: Chatbot
    uid: str
    options: Options
    secrets: Mapping[str, Seen] = field(default_factory=dict)
    config_maps: Mapping[str, Seen] = field(default_factory=dict)

    def child(self, part: str) -> str:
        """Name a child."""
        return names.child(self.chatbot, part)

    def component(self, name: ComponentName) -> Component:
        """Give how a service is to be deployed."""
        found: Component = getattr(self.chatbot.spec.components, name)
        return found

    def has(self, part: Part) -> bool:
        """Tell whether this bot has that part at all."""
        spec = self.chatbot.spec
        if part == "catalogue":
            return spec.catalogue is not None
        if part == "campaigns":
            return spec.database is not None and bool(spec.campaigns)
        return part not in WITH_RECORDS or spec.database is not None

    def object(
        self, api_version: str, kind: str, part: str, body: Mapping[str, Any], *, name: str = ""
    ) -> Object:
        """Make an object that belongs to the Chatbot; `part` is its component label.

        Unless named otherwise it is called `<chatbot>-<part>`.
        """
        return {
            "apiVersion": api_version,
            "kind": kind,
            "metadata": {
                "name": name or self.child(part),
                "namespace": self.chatbot.metadata.namespace,
                "labels": names.labels(self.chatbot, part),
                "ownerReferences": [self.reference()],
            },
            **body,
        }

    def reference(self) -> Object:
        """Give the reference by which children are known, and collected when we are gone."""
        return {
            "apiVersion": API_VERSION,
            "kind": KIND,
            "name": self.chatbot.metadata.name,
            "uid": self.uid,
            "controller": True,
            "blockOwnerDeletion": True,
        }


def digest(value: object) -> str:
    """Name a value by what it holds: 16 hex digits, the same whatever the order of its keys."""
    return hashlib.blake2b(
        msgspec.json.encode(value, order="deterministic"), digest_size=8
    ).hexdigest()
