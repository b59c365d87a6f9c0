"""ScaledObjects of KEDA for the mode `keda`, with its `nats-jetstream` trigger.

Conversation waits on one consumer. The sender has three, one a class of priority: KEDA takes the
highest of several triggers, not their sum, which is what architecture.md measures it by. Sources:
KEDA 2.21, "NATS JetStream" and "ScaledObject specification".
"""

import math
from collections.abc import Mapping

from prosa.contracts import subjects
from prosa.contracts.components import Autoscaling, ScalingRules
from prosa.contracts.durations import duration
from prosa_operator import names
from prosa_operator.names import ComponentName
from prosa_operator.observed import Object
from prosa_operator.rendering import addresses, replicas
from prosa_operator.rendering.bot import Bot

SCALED: tuple[ComponentName, ...] = ("conversation", "sender")
MONITORING_PORT = 8222
HPA_TOLERANCE = 0.1
"""What the HPA has unless told."""

ANNOTATIONS: Mapping[str, str] = {
    names.SCALING_PAUSED: "autoscaling.keda.sh/paused",
    names.SCALING_PAUSED_REPLICAS: "autoscaling.keda.sh/paused-replicas",
    names.SCALING_PAUSED_IN: "autoscaling.keda.sh/paused-scale-in",
    names.SCALING_PAUSED_OUT: "autoscaling.keda.sh/paused-scale-out",
    names.FORCE_ACTIVATION: "autoscaling.keda.sh/force-activation",
}
"""Ours on the Chatbot, and KEDA's on the ScaledObject: the same words in both modes."""


def wanted(bot: Bot) -> tuple[ComponentName, ...]:
    """Name the components that KEDA is to scale."""
    return tuple(name for name in SCALED if replicas.mode(bot, name) == "keda")


def objects(bot: Bot, annotations: Mapping[str, str]) -> list[Object]:
    """Give the ScaledObjects; `annotations` are the Chatbot's."""
    passed = {
        ANNOTATIONS[key]: annotations[key] for key in sorted(annotations) if key in ANNOTATIONS
    }
    return [_scaled_object(bot, name, passed) for name in wanted(bot)]


def _scaled_object(bot: Bot, component: ComponentName, annotations: Mapping[str, str]) -> Object:
    autoscaling = bot.component(component).autoscaling
    assert autoscaling is not None  # noqa: S101 - its mode was looked at
    spec: Object = {
        "scaleTargetRef": {"name": bot.child(component)},
        "pollingInterval": _seconds(autoscaling.polling_interval),
        "cooldownPeriod": _seconds(autoscaling.cooldown),
        "minReplicaCount": autoscaling.min,
        "maxReplicaCount": autoscaling.max,
        "advanced": {
            "restoreToOriginalReplicaCount": False,
            "horizontalPodAutoscalerConfig": {"behavior": _behavior(autoscaling)},
        },
        "triggers": [_trigger(bot, autoscaling, *waits) for waits in _consumers(bot, component)],
    }
    if autoscaling.fallback is not None:
        spec["fallback"] = {
            "replicas": autoscaling.fallback.replicas,
            "failureThreshold": autoscaling.fallback.failure_threshold,
            "behavior": autoscaling.fallback.behavior,
        }
    found = bot.object("keda.sh/v1alpha1", "ScaledObject", component, {"spec": spec})
    if annotations:
        found["metadata"]["annotations"] = dict(annotations)
    return found


def _consumers(bot: Bot, component: ComponentName) -> list[tuple[str, str]]:
    token = bot.chatbot.token
    if component == "conversation":
        return [(subjects.in_stream(token), subjects.CONVERSATION_CONSUMER)]
    stream = subjects.out_stream(token)
    return [(stream, subjects.sender_consumer(priority)) for priority in subjects.PRIORITIES]


def _trigger(bot: Bot, autoscaling: Autoscaling, stream: str, consumer: str) -> Object:
    server = addresses.nats(bot)
    return {
        "type": "nats-jetstream",
        "metadata": {
            "natsServerMonitoringEndpoint": bot.options.nats_monitoring
            or f"{_absolute(server.host, bot)}:{MONITORING_PORT}",
            "account": bot.options.nats_account,
            "stream": stream,
            "consumer": consumer,
            "lagThreshold": str(autoscaling.lag_per_replica),
            "activationLagThreshold": str(autoscaling.activation_lag),
        },
    }


def _absolute(host: str, bot: Bot) -> str:
    """Name a Service so that KEDA finds it from its own namespace."""
    return host if "." in host else f"{host}.{bot.chatbot.metadata.namespace}"


def _behavior(autoscaling: Autoscaling) -> Object:
    behavior = autoscaling.behavior
    found = {"scaleUp": _rules(behavior.scale_up, 0), "scaleDown": _rules(behavior.scale_down, 300)}
    if autoscaling.tolerance != HPA_TOLERANCE:
        for rules in found.values():
            rules["tolerance"] = f"{autoscaling.tolerance:g}"
    return found


def _rules(rules: ScalingRules, window: int) -> Object:
    given = rules.stabilization_window_seconds
    found: Object = {
        "stabilizationWindowSeconds": window if given is None else given,
        "selectPolicy": rules.select_policy,
    }
    if rules.policies:
        found["policies"] = [
            {"type": policy.type, "value": policy.value, "periodSeconds": policy.period_seconds}
            for policy in rules.policies
        ]
    return found


def _seconds(text: str) -> int:
    return max(1, math.ceil(duration(text).total_seconds()))
