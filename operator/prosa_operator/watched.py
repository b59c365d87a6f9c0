"""What the watches have told: Chatbots, their children, and which Secrets and ConfigMaps there are.

A cache that is filled by handlers.py and read by passes, so that a pass over a Chatbot that is as
it should be asks the API server nothing. It holds no contents of Secrets: those the vault reads,
one by one, when their version says so.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, Protocol

from prosa_operator.kinds import Kind
from prosa_operator.observed import Object

INSTANCE = "app.kubernetes.io/instance"


class Key(NamedTuple):
    """A Chatbot."""

    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


class Index(Protocol):
    """Children by namespace and Chatbot, as Kopf keeps them current."""

    def get(self, key: tuple[str, str], default: Any = None) -> Any:
        """Give the children of one Chatbot."""
        ...


Wake = Callable[[Key], None]
"""Asks for a look at a Chatbot, soon."""

Reference = tuple[str, str, str]
"""Kind, namespace and name of a Secret or ConfigMap."""


class Watched:
    """What is known without asking."""

    def __init__(self) -> None:
        self.chatbots: dict[Key, Object] = {}
        self.children: Index | None = None
        self.watching = asyncio.Event()
        """Set once Kopf's index is there; its first Chatbot comes after all children."""
        self._versions: dict[Reference, str] = {}
        self._named: dict[Key, frozenset[Reference]] = {}
        self._by_reference: dict[Reference, set[Key]] = defaultdict(set)
        self._lists_awaited: set[tuple[str, str]] = set()
        self.listed = asyncio.Event()
        """Set once all lists of Secrets and ConfigMaps are there."""

    # --- Chatbots and children --------------------------------------------------------------------

    def took(self, key: Key, chatbot: Object) -> bool:
        """Note a Chatbot; tells whether it is another than before, its status aside."""
        before = self.chatbots.get(key)
        self.chatbots[key] = chatbot
        return before is None or _asked(before) != _asked(chatbot)

    def gone(self, key: Key) -> None:
        """Forget a Chatbot."""
        self.chatbots.pop(key, None)
        self.names(key, ())

    def children_of(self, key: Key) -> list[Object]:
        """Give the objects that carry the Chatbot's labels."""
        return list(self.children.get((key.namespace, key.name), ())) if self.children else []

    # --- Secrets and ConfigMaps -------------------------------------------------------------------

    def expect_lists(self, lists: Iterable[tuple[str, str]]) -> None:
        """Say which lists (kind, namespace) must come before passes judge what is missing."""
        self._lists_awaited = set(lists)

    def names(self, key: Key, references: Iterable[Reference]) -> None:
        """Note what a Chatbot refers to, to be woken when it changes."""
        for reference in self._named.pop(key, frozenset()):
            self._by_reference[reference].discard(key)
            if not self._by_reference[reference]:
                del self._by_reference[reference]
        if named := frozenset(references):
            self._named[key] = named
            for reference in named:
                self._by_reference[reference].add(key)

    def version(self, kind: Kind, namespace: str, name: str) -> str:
        """Give the version of a Secret or ConfigMap; empty when there is none."""
        return self._versions.get((kind.name, namespace, name), "")

    def all_listed(self, kind: Kind, namespace: str, items: list[Object], wake: Wake) -> None:
        """Take a whole list; what is not in it is gone."""
        now = {_reference(kind, item): item["metadata"]["resourceVersion"] for item in items}
        for reference in [
            each
            for each in self._versions
            if each[0] == kind.name and namespace in ("", each[1]) and each not in now
        ]:
            self._changed(reference, "", wake)
        for reference, version in now.items():
            self._changed(reference, version, wake)
        self._lists_awaited.discard((kind.name, namespace))
        if not self._lists_awaited:
            self.listed.set()

    def changed(self, kind: Kind, change: Mapping[str, Any], wake: Wake) -> None:
        """Take one change of a watch."""
        if change["type"] == "BOOKMARK":
            return
        version = change["object"]["metadata"]["resourceVersion"]
        gone = change["type"] == "DELETED"
        self._changed(_reference(kind, change["object"]), "" if gone else version, wake)

    def _changed(self, reference: Reference, version: str, wake: Wake) -> None:
        if self._versions.get(reference, "") == version:
            return
        if version:
            self._versions[reference] = version
        else:
            self._versions.pop(reference, None)
        for key in tuple(self._by_reference.get(reference, ())):
            wake(key)


def _reference(kind: Kind, item: Object) -> Reference:
    return kind.name, item["metadata"]["namespace"], item["metadata"]["name"]


def _asked(chatbot: Object) -> tuple[Any, ...]:
    """Give what people ask of a Chatbot: a status that we wrote ourselves must not wake us."""
    metadata = chatbot["metadata"]
    return (
        metadata["uid"],
        metadata.get("generation"),
        metadata.get("annotations"),
        metadata.get("deletionTimestamp"),
        metadata.get("finalizers"),
    )
