"""How the services run, read from the status of their workloads. Pure.

Replicas that an autoscaler adds are no roll-out and no failure: what counts is whether pods of an
old template are left, and whether anybody is there to work.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from prosa_operator.names import CONFIG_HASH, TEMPLATE_VERSION, ComponentName
from prosa_operator.observed import Object, Scaled
from prosa_operator.rendering import replicas, workloads
from prosa_operator.rendering.bot import Bot
from prosa_operator.status import ComponentStatus, ScalingStatus

STARTING = timedelta(minutes=10)
"""Time that a StatefulSet's first pod may take, as `progressDeadlineSeconds` of a Deployment: its
status knows no such thing."""

WAKING = timedelta(minutes=2)
"""Time that the first replica of a scaled component may take before it counts as unavailable."""


@dataclass(frozen=True)
class Running:
    """One service. `rolling`, `unavailable` and `short` say why, and are empty when it is not so.

    `serves` tells whether at least one pod is available, or none is wanted.
    """

    status: ComponentStatus
    serves: bool
    rolling: str = ""
    unavailable: str = ""
    short: str = ""


def look(
    bot: Bot,
    component: ComponentName,
    planned: Object | None,
    child: Object | None,
    *,
    scaled: Scaled | None,
    now: str,
) -> Running:
    """Judge one service; `planned` is what will be applied, None when it is left as it runs."""
    found = child or {}
    counts = found.get("status") or {}
    desired = int(found.get("spec", {}).get("replicas", 1)) if child else _wanted(planned)
    available = int(counts.get("availableReplicas") or 0)
    status = ComponentStatus(
        name=component,
        ready=int(counts.get("readyReplicas") or 0),
        desired=desired,
        updated=int(counts.get("updatedReplicas") or 0),
        image=_image(child or planned),
        config_hash=workloads.annotations_of(child or planned).get(CONFIG_HASH, ""),
        scaling=_scaling(bot, component, scaled),
    )
    serves = bool(child) and (available > 0 or desired == 0)
    stuck = _stuck(found)
    rolling = "" if stuck else _rolling(planned, child, desired) or _starting(found, now)
    if stuck or rolling or serves:
        short = (
            ""
            if available >= desired or rolling or status.scaling
            else _few(component, available, desired)
        )
        return Running(status, serves, _named(component, rolling), _named(component, stuck), short)
    if status.scaling is not None and _since_unavailable(found, now) < WAKING:
        return Running(status, serves=True)
    said = f"no replica of {desired} is available; look at the events of its pods"
    return Running(status, serves, unavailable=_named(component, said))


def _wanted(planned: Object | None) -> int:
    return int((planned or {}).get("spec", {}).get("replicas", 0))


def _image(workload: Object | None) -> str:
    template = (workload or {}).get("spec", {}).get("template", {})
    containers: list[Any] = template.get("spec", {}).get("containers") or [{}]
    return str(containers[0].get("image", ""))


def _rolling(planned: Object | None, child: Object | None, desired: int) -> str:
    if child is None:
        return "is being made" if planned else ""
    counts = child.get("status") or {}
    if planned is not None and _made_of(planned) != _made_of(child):
        return "rolls to a new template"
    if int(child["metadata"].get("generation", 0)) > int(counts.get("observedGeneration") or 0):
        return "waits for its controller"
    updated = int(counts.get("updatedReplicas") or 0)
    replaced = counts.get("currentRevision") == counts.get("updateRevision")  # a StatefulSet's
    if int(counts.get("replicas") or 0) > updated or not replaced:
        return f"rolls out: {updated} of {desired} replicas are new"
    progressing = _condition(child, "Progressing")
    if progressing and progressing.get("reason") != "NewReplicaSetAvailable" and desired:
        return f"rolls out: {updated} of {desired} replicas are new"
    return ""


def _starting(child: Mapping[str, Any], now: str) -> str:
    counts = child.get("status") or {}
    if child.get("kind") != "StatefulSet" or counts.get("availableReplicas"):
        return ""
    born = datetime.fromisoformat(str(child["metadata"].get("creationTimestamp", now)))
    wanted = int(child.get("spec", {}).get("replicas", 1))
    starts = wanted and datetime.fromisoformat(now) - born < STARTING
    return f"starts: 0 of {wanted} replicas are ready" if starts else ""


def _made_of(workload: Object) -> tuple[Any, Any]:
    annotations = workloads.annotations_of(workload)
    return annotations.get(CONFIG_HASH), annotations.get(TEMPLATE_VERSION)


def _stuck(child: Mapping[str, Any]) -> str:
    """Tell why a roll-out has failed (Kubernetes, "Failed Deployment")."""
    progressing = _condition(child, "Progressing")
    if progressing.get("reason") != "ProgressDeadlineExceeded":
        return ""
    return "new replicas do not become ready; look at the events and logs of its pods"


def _condition(child: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    conditions = (child.get("status") or {}).get("conditions") or ()
    return next((each for each in conditions if each.get("type") == kind), {})


def _since_unavailable(child: Mapping[str, Any], now: str) -> timedelta:
    since = _condition(child, "Available").get("lastTransitionTime", now)
    return datetime.fromisoformat(now) - datetime.fromisoformat(str(since))


def _scaling(bot: Bot, component: ComponentName, scaled: Scaled | None) -> ScalingStatus | None:
    mode = replicas.mode(bot, component)
    if mode == "none":
        return None
    if scaled is None:
        return ScalingStatus(mode=mode)
    return ScalingStatus(
        mode=mode,
        lag=scaled.lag,
        desired=scaled.replicas,
        last_active_time=scaled.last_active_time,
        last_scale_time=scaled.last_scale_time,
        failures=scaled.failures,
        reason=scaled.reason,
    )


def _few(component: ComponentName, available: int, desired: int) -> str:
    return f"{component}: {available} of {desired} replicas are available"


def _named(component: ComponentName, said: str) -> str:
    return f"{component} {said}" if said else ""
