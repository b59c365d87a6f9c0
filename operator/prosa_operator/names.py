"""Names and labels of what belongs to a Chatbot. Pure; nobody else builds one."""

from typing import Literal

from prosa.contracts.chatbot import Chatbot

ComponentName = Literal["ingress", "conversation", "sender", "handoff", "analytics"]
COMPONENTS: tuple[ComponentName, ...] = (
    "ingress",
    "conversation",
    "sender",
    "handoff",
    "analytics",
)

GROUP = "prosa.dev"
MANAGER = "prosa-operator"
"""Field manager of everything but replicas, and the value of `managed-by`."""

SCALER = "prosa-operator-autoscaler"
"""Field manager of replicas that the autoscaler owns."""

FINALIZER = f"{GROUP}/cleanup"
PAUSED = f"{GROUP}/paused"
"""Annotation: children are left as they are; any value but `false` counts."""

CONFIG_HASH = f"{GROUP}/config-hash"
"""Annotation of a pod template: what its configuration, Secrets and dialogue came to."""

TEMPLATE_VERSION = f"{GROUP}/template-version"
"""Annotation of a pod template: the operator's rendering that made it."""

SCALING_PAUSED = f"{GROUP}/autoscaling-paused"
SCALING_PAUSED_REPLICAS = f"{GROUP}/autoscaling-paused-replicas"
SCALING_PAUSED_IN = f"{GROUP}/autoscaling-paused-scale-in"
SCALING_PAUSED_OUT = f"{GROUP}/autoscaling-paused-scale-out"
FORCE_ACTIVATION = f"{GROUP}/autoscaling-force-activation"
"""KEDA's five annotations, for the builtin mode."""


def child(chatbot: Chatbot, part: str) -> str:
    """`<chatbot>-<part>`: a component, `runtime`, a campaign."""
    return f"{chatbot.metadata.name}-{part}"


def selector(chatbot: Chatbot, component: ComponentName) -> dict[str, str]:
    """Give the least labels that find a component's pods: selectors can never change."""
    return {
        "app.kubernetes.io/name": "prosa",
        "app.kubernetes.io/instance": chatbot.metadata.name,
        "app.kubernetes.io/component": component,
    }


def labels(chatbot: Chatbot, part: str) -> dict[str, str]:
    """Give the labels of any child."""
    return {
        "app.kubernetes.io/name": "prosa",
        "app.kubernetes.io/instance": chatbot.metadata.name,
        "app.kubernetes.io/component": part,
        "app.kubernetes.io/part-of": "prosa",
        "app.kubernetes.io/managed-by": MANAGER,
    }
