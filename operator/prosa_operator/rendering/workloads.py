"""Deployments of the services; analytics is a StatefulSet, because its volume has one writer.

A StatefulSet never runs two pods of one name, not even while a node is lost, and its claim outlives
the Chatbot or not as `deletionPolicy` says. What a claim asks for cannot be changed in its
template, so the one that stands is kept.
"""

from typing import Any

from prosa_operator import names
from prosa_operator.names import CONFIG_HASH, TEMPLATE_VERSION, ComponentName
from prosa_operator.observed import Object
from prosa_operator.rendering import pods, replicas
from prosa_operator.rendering.bot import Bot
from prosa_operator.rendering.volumes import DATA_VOLUME

KIND: dict[ComponentName, str] = dict.fromkeys(names.COMPONENTS, "Deployment") | {
    "analytics": "StatefulSet"
}
HISTORY = 3
"""Old ReplicaSets that are kept, to be looked at and rolled back to."""

DEFAULT_SIZE = "10Gi"


def is_ours_alone(bot: Bot, component: ComponentName, child: Object | None) -> bool:
    """Tell whether the pods that run differ from the wanted ones by our rendering alone.

    What people decided is the same, and the operator or its images were replaced.
    """
    running = annotations_of(child)
    wanted = annotations_of({"spec": {"template": pods.service_pod(bot, component)}})
    same = running.get(CONFIG_HASH) == wanted[CONFIG_HASH]
    return bool(same and running.get(TEMPLATE_VERSION) != wanted[TEMPLATE_VERSION])


def annotations_of(child: Object | None) -> dict[str, Any]:
    """Give the annotations of a workload's pod template."""
    template = (child or {}).get("spec", {}).get("template", {})
    return dict(template.get("metadata", {}).get("annotations") or {})


def workload(
    bot: Bot, component: ComponentName, child: Object | None, *, held_back: bool
) -> Object:
    """Give a service's workload; `held_back` keeps the pod template that runs in `child`."""
    template = pods.service_pod(bot, component)
    if held_back and child is not None:
        template = child["spec"]["template"]
    spec: Object = {
        "selector": {"matchLabels": names.selector(bot.chatbot, component)},
        "revisionHistoryLimit": HISTORY,
        "template": template,
    }
    if (count := replicas.to_apply(bot, component, child)) is not None:
        spec["replicas"] = count
    if component == "analytics":
        return bot.object("apps/v1", "StatefulSet", component, {"spec": spec | _one(bot, child)})
    spec["strategy"] = {
        "type": "RollingUpdate",
        "rollingUpdate": {
            "maxUnavailable": 0,
            "maxSurge": 1 if replicas.mode(bot, component) == "none" else "25%",
        },
    }
    return bot.object("apps/v1", "Deployment", component, {"spec": spec})


def _one(bot: Bot, child: Object | None) -> Object:
    outlives = "Retain" if bot.chatbot.spec.deletion_policy == "Retain" else "Delete"
    return {
        "serviceName": bot.child("analytics"),
        "podManagementPolicy": "Parallel",  # else a pod that never got ready blocks its own mending
        "volumeClaimTemplates": [_claim(bot, child)],
        "persistentVolumeClaimRetentionPolicy": {"whenDeleted": outlives, "whenScaled": "Retain"},
    }


def _claim(bot: Bot, child: Object | None) -> Object:
    """Give the claim; without our labels of ownership, as it is not ours to prune."""
    storage = bot.component("analytics").storage
    asked: Object = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": storage.size if storage else DEFAULT_SIZE}},
    }
    if storage is not None and storage.storage_class:
        asked["storageClassName"] = storage.storage_class
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": DATA_VOLUME},
        "spec": _standing(child) or asked,
    }


def _standing(child: Object | None) -> Object:
    templates = (child or {}).get("spec", {}).get("volumeClaimTemplates", ())
    kept = ("accessModes", "resources", "storageClassName", "volumeMode")
    for template in templates:
        if template.get("metadata", {}).get("name") == DATA_VOLUME:
            return {key: template["spec"][key] for key in kept if key in template["spec"]}
    return {}


def claimed(child: Object | None) -> str:
    """Give the size that the running claim asks for; empty: there is none."""
    return str(_standing(child).get("resources", {}).get("requests", {}).get("storage", ""))
