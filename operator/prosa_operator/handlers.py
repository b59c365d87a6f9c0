"""What Kopf watches, and whom it wakes. Handlers decide nothing and write nothing.

Only `index` and `event`: Kopf's other handlers keep annotations and finalizers on what they watch,
on children too, and a daemon would hold back the end of every Chatbot, also of those that leave
nothing outside the cluster (docs/decisions/0010). Each kind of child streams in by its label only.
"""

import asyncio
from datetime import timedelta
from typing import Any

import kopf

from prosa.clock import Clock
from prosa_operator import changes
from prosa_operator.access import Access
from prosa_operator.kinds import CHATBOT, CHILDREN
from prosa_operator.names import GROUP, MANAGER
from prosa_operator.observed import Object
from prosa_operator.waking import Keeper
from prosa_operator.watched import INSTANCE, Key, Watched

OWNED = {"app.kubernetes.io/managed-by": MANAGER}

LOGIN_LASTS = timedelta(minutes=10)
"""The kubelet rotates a token well before it ends; Kopf asks for it again this often."""


def registry(access: Access, watched: Watched, keeper: Keeper, clock: Clock) -> Any:
    """Build what Kopf is to watch."""
    built = kopf.OperatorRegistry()

    @kopf.on.login(registry=built)
    async def login(**_: object) -> kopf.ConnectionInfo:
        return _login(access, clock)

    @kopf.on.startup(registry=built)
    async def startup(**given: Any) -> None:
        watched.children = given["children"]
        watched.watching.set()

    async def index(**given: Any) -> dict[tuple[str, str], Object]:
        child = changes.slim(dict(given["body"]))
        metadata = child["metadata"]
        return {(metadata["namespace"], _instance(child)): child}

    async def child_changed(event: Any, **_: object) -> None:
        child = event["object"]
        keeper.wake(Key(child["metadata"]["namespace"], _instance(child)))

    async def chatbot_changed(event: Any, **_: object) -> None:
        chatbot = event["object"]
        key = Key(chatbot["metadata"]["namespace"], chatbot["metadata"]["name"])
        if event["type"] == "DELETED":
            watched.gone(key)
            keeper.wake(key, urgent=True)
        elif watched.took(key, dict(chatbot)):
            keeper.wake(key, urgent=True)

    for kind in CHILDREN:
        where = (kind.group, kind.version, kind.plural)
        kopf.index(*where, registry=built, id="children", labels=OWNED)(index)
        kopf.on.event(*where, registry=built, id="child_changed", labels=OWNED)(child_changed)
    chatbots = (CHATBOT.group, CHATBOT.version, CHATBOT.plural)
    kopf.on.event(*chatbots, registry=built, id="chatbot_changed")(chatbot_changed)
    return built


def settings(*, scans: bool) -> kopf.OperatorSettings:
    """Give Kopf's settings for production; each differs from its default for a reason."""
    built = kopf.OperatorSettings()
    built.peering.standalone = True  # leadership is a Lease; a foreign peering would freeze us
    built.scanning.disabled = (
        not scans
    )  # looks for kinds that come later; needs cluster-wide rights
    built.persistence.finalizer = f"{GROUP}/kopf"  # never set: no handler needs it
    built.persistence.progress_storage = kopf.AnnotationsProgressStorage(prefix=GROUP)
    built.persistence.diffbase_storage = kopf.AnnotationsDiffBaseStorage(prefix=GROUP)
    built.posting.enabled = False  # telling.py posts, on transitions only
    built.networking.request_timeout = 30  # 300 by default: a hung server would go unnoticed
    built.networking.connect_timeout = 10
    built.queueing.worker_limit = None  # a limit below the number of indexed objects deadlocks
    built.process.ultimate_exiting_timeout = 20  # below terminationGracePeriodSeconds
    owned = ",".join(f"{name}={value}" for name, value in OWNED.items())
    for kind in CHILDREN:
        built.watching.label_selectors[kind.group, kind.version, kind.plural] = owned
    built.watching.chunk_size = 500
    return built


async def watch(
    what: Any, how: kopf.OperatorSettings, namespaces: tuple[str, ...], stop: asyncio.Event
) -> None:
    """Watch until `stop` is set. Raises when a watch is dead."""
    await kopf.operator(
        registry=what,
        settings=how,
        standalone=True,
        clusterwide=not namespaces,
        namespaces=namespaces,
        stop_flag=stop,
    )


def _instance(child: Object) -> str:
    return str((child["metadata"].get("labels") or {}).get(INSTANCE, ""))


def _login(access: Access, clock: Clock) -> kopf.ConnectionInfo:
    token = access.bearer()
    return kopf.ConnectionInfo(
        server=access.server,
        ca_data=access.authority,
        scheme="Bearer" if token else None,
        token=token or None,
        certificate_data=access.certificate,
        private_key_data=access.key,
        default_namespace=access.namespace,
        expiration=clock.now() + LOGIN_LASTS,
    )
