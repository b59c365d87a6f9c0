"""How the services of a Chatbot are deployed: replicas, scaling, volumes, the way in.

Only the operator acts on it; on a laptop one process of each service runs.
"""

from typing import Annotated, Any, Literal

import msgspec

from prosa.contracts.durations import Duration
from prosa.contracts.spec import Said, Spec, says

ScalingMode = Literal["none", "builtin", "keda", "external"]


class ScalingPolicy(Spec, frozen=True):
    """At most so many replicas more or fewer within a period, as the HPA counts them."""

    type: Annotated[Literal["Pods", "Percent"], says("What value counts.")]
    value: Annotated[int, msgspec.Meta(ge=1, description="Replicas, or percent of them.")]
    period_seconds: Annotated[
        int, msgspec.Meta(ge=1, le=1800, description="The period that value counts in.")
    ]


class ScalingRules(Spec, frozen=True):
    """One direction of scaling, as `behavior` of the HPA has it."""

    stabilization_window_seconds: Annotated[
        Annotated[int, msgspec.Meta(ge=0, le=3600)] | None,
        says("The most careful recommendation of this time counts."),
    ] = None
    select_policy: Annotated[
        Literal["Max", "Min", "Disabled"], says("Which of several policies counts.")
    ] = "Max"
    policies: Annotated[
        tuple[ScalingPolicy, ...],
        says("Empty: up the greater of 100 % and 4 replicas in 15 s, down 100 % in 15 s."),
    ] = ()


class ScalingBehavior(Spec, frozen=True):
    """How quickly replicas may become more or fewer."""

    scale_up: Annotated[ScalingRules, says("More replicas; stabilised over 0 s by default.")] = (
        ScalingRules()
    )
    scale_down: Annotated[
        ScalingRules, says("Fewer replicas; stabilised over 300 s by default.")
    ] = ScalingRules()


class Fallback(Spec, frozen=True):
    """What happens while the lag cannot be read."""

    replicas: Annotated[int, msgspec.Meta(ge=0, description="Replicas meanwhile.")]
    failure_threshold: Annotated[
        int, msgspec.Meta(ge=0, description="It counts after more failures in a row than this.")
    ] = 3
    behavior: Annotated[
        Literal["static", "currentReplicas", "currentReplicasIfHigher", "currentReplicasIfLower"],
        says("How replicas goes with those that run, as KEDA has it."),
    ] = "currentReplicasIfHigher"


class Autoscaling(Spec, frozen=True):
    """Replicas by queue depth: lag is what waits plus what is in hand."""

    mode: Annotated[
        ScalingMode,
        says(
            "none: replicas as written; builtin: the operator scales; keda: ScaledObjects;"
            " external: whoever you trust, the operator leaves replicas alone."
        ),
    ] = "none"
    min: Annotated[int, msgspec.Meta(ge=0, description="Least replicas; 0 sleeps when idle.")] = 1
    max: Annotated[int, msgspec.Meta(ge=1, le=1000, description="Most replicas.")] = 10
    lag_per_replica: Annotated[
        int, msgspec.Meta(ge=1, description="Messages that one replica may have waiting.")
    ] = 50
    activation_lag: Annotated[
        int, msgspec.Meta(ge=0, description="From 0 it wakes when more than this waits.")
    ] = 0
    tolerance: Annotated[
        float,
        msgspec.Meta(ge=0, le=1, description="Deviation from the target that changes nothing."),
    ] = 0.1
    polling_interval: Annotated[Duration, says("How often the lag is read.")] = "5s"
    cooldown: Annotated[Duration, says("Idle time before the last replica goes.")] = "5m"
    behavior: Annotated[ScalingBehavior, says("How quickly replicas change.")] = ScalingBehavior()
    fallback: Annotated[
        Fallback | None, says("While the lag cannot be read; without it replicas are held.")
    ] = None

    def __post_init__(self) -> None:
        """Refuse min above max."""
        if self.min > self.max:
            raise ValueError("autoscaling: min is at most max")


class Storage(Spec, frozen=True):
    """A volume."""

    size: Annotated[
        str,
        msgspec.Meta(pattern=r"^[0-9]+(\.[0-9]+)?(Ki|Mi|Gi|Ti)$", description="Such as 10Gi."),
    ] = "10Gi"
    storage_class: Annotated[str, says("StorageClass; empty: the cluster's default.")] = ""


class Retention(Spec, frozen=True):
    """How long records are kept."""

    messages: Annotated[Duration, says("Messages, turns and their embeddings.")] = "365d"
    export: Annotated[
        Duration, says("Parquet files of days gone by; 0s: as long as there is room.")
    ] = "0s"


class Component(Spec, frozen=True):
    """How one service is deployed."""

    replicas: Annotated[
        Annotated[int, msgspec.Meta(ge=0, le=1000)] | None,
        says("Without autoscaling; 2 of ingress, else 1."),
    ] = None
    autoscaling: Annotated[
        Autoscaling | None, says("For services that consume a queue: conversation and sender.")
    ] = None
    storage: Annotated[Storage | None, says("Analytics' volume.")] = None
    retention: Annotated[Retention | None, says("How long analytics keeps records.")] = None
    resources: Annotated[
        dict[str, Any], says("Requests and limits of the container, as a Pod has them.")
    ] = {}


class GatewayRef(Spec, frozen=True):
    """A Gateway of the Gateway API."""

    name: Annotated[Said, says("Name of the Gateway.")]
    namespace: Annotated[str, says("Its namespace; empty: the Chatbot's.")] = ""


class Exposure(Spec, frozen=True):
    """How Meta and browsers reach the services: by an Ingress, or an HTTPRoute of a Gateway."""

    host: Annotated[Said, says("Host name of the webhook and the pages.")]
    ingress_class: Annotated[str, says("IngressClass; empty: the cluster's default.")] = ""
    tls_secret: Annotated[str, says("Secret with the certificate, for an Ingress.")] = ""
    gateway: Annotated[GatewayRef | None, says("Render an HTTPRoute of this Gateway instead.")] = (
        None
    )


class Components(Spec, frozen=True):
    """The services of a Chatbot."""

    ingress: Annotated[Component, says("Meta's webhooks in.")] = Component()
    conversation: Annotated[Component, says("Answers.")] = Component()
    sender: Annotated[Component, says("What leaves for WhatsApp.")] = Component()
    handoff: Annotated[Component, says("Tickets and the inbox; needs a database.")] = Component()
    analytics: Annotated[Component, says("Records and the console; needs a database.")] = (
        Component()
    )
