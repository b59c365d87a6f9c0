"""What one pass of the reconciler sees of the world: data only, read at edges, judged by `plan`.

Objects are plain dicts as the API gives them: a typed round trip would lose what is newer than us.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from prosa.contracts.chatbot import Chatbot
from prosa_operator.names import ComponentName
from prosa_operator.status import Status

Object = dict[str, Any]


@dataclass(frozen=True)
class Seen:
    """A Secret or ConfigMap that the Chatbot names: its keys, and a digest of its values.

    `data` is set for ConfigMaps only: a Secret's values never leave the adapter that read them.
    """

    keys: frozenset[str]
    digest: str
    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Channel:
    """What Meta said of the number when it was last asked; `reason` is of reasons.py."""

    reason: str
    message: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Scaled:
    """What the autoscaler decided for a component, to be shown in the status."""

    replicas: int
    lag: int | None
    reason: str
    message: str = ""
    last_active_time: str = ""
    last_scale_time: str = ""
    failures: int = 0


@dataclass(frozen=True)
class Options:
    """What the operator itself was started with.

    `image` holds `{component}`, such as `registry.example/prosa/{component}:0.1.0`.
    `rollouts_left` tells how many more bots may roll to a new rendering in this minute.
    `nats_monitoring` is `host:port` of NATS' monitoring for KEDA; empty: port 8222 of the server
    that the Chatbot names.
    """

    image: str
    image_pull_policy: str = "IfNotPresent"
    image_pull_secrets: tuple[str, ...] = ()
    operator_namespace: str = "prosa-system"
    rollouts_left: int = 1
    nats_monitoring: str = ""
    nats_account: str = "$G"


@dataclass(frozen=True)
class Observed:
    """The world around one Chatbot.

    `children` are the objects that carry our labels for it, by kind and name; `strangers` those
    that have a name of ours but another owner. `kinds` are optional kinds that the cluster knows
    (`ScaledObject`, `ServiceMonitor`, `PrometheusRule`, `HTTPRoute`). `phone_owner` is another
    Chatbot, older than this one, with the same phone number. `messaging` is why the streams could
    not be made, empty when they stand.
    """

    chatbot: Chatbot
    uid: str
    generation: int
    annotations: Mapping[str, str]
    status: Status
    now: str
    deleting: bool = False
    secrets: Mapping[str, Seen] = field(default_factory=dict)
    config_maps: Mapping[str, Seen] = field(default_factory=dict)
    children: Mapping[tuple[str, str], Object] = field(default_factory=dict)
    strangers: frozenset[tuple[str, str]] = frozenset()
    kinds: frozenset[str] = frozenset()
    phone_owner: str = ""
    channel: Channel = Channel("NotChecked")
    scaling: Mapping[ComponentName, Scaled] = field(default_factory=dict)
    messaging: str = ""


@dataclass(frozen=True)
class Event:
    """Something to tell in the Chatbot's events, on a transition only."""

    type: Literal["Normal", "Warning"]
    reason: str
    message: str


@dataclass(frozen=True)
class Plan:
    """What should be: objects to apply whole, and the status to show. Nothing else may exist.

    `prune` is False when something is missing that a part depends on: the old pods keep serving.
    `rolls_out` tells that pods of this bot roll to a new rendering: one of `rollouts_left` is used.
    """

    objects: tuple[Object, ...]
    status: Status
    events: tuple[Event, ...] = ()
    prune: bool = True
    rolls_out: bool = False
