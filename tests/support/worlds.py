"""Worlds for the operator's plan: what one pass sees, and the same after its plan was applied."""

import copy
import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import yaml

from prosa.chatbots import as_chatbot
from prosa.contracts.chatbot import Chatbot
from prosa_operator import names
from prosa_operator.names import SCALER
from prosa_operator.observed import Channel, Object, Observed, Options, Plan, Seen
from prosa_operator.status import Status

EXAMPLES = Path(__file__).parents[2] / "manifests" / "examples"
NOW = "2026-11-24T12:00:00Z"
LATER = "2026-11-24T12:10:00Z"
UID = "0c0ffee0-0000-4000-8000-000000000001"
OPTIONS = Options(image="registry.example/prosa/{component}:0.1.0")
ALL_KINDS = frozenset({"ScaledObject", "ServiceMonitor", "PrometheusRule", "HTTPRoute"})
CANARY = "never-to-be-seen"
"""What every Secret of a world is made of."""

DIALOGUE = """\
dialogue: v1
flows:
  hello:
    start: {keyword: oi}
    steps:
      - say: Olá!
"""

RECORDS = {"database": {"urlSecretRef": {"name": "records", "key": "url"}}}


def a_chatbot(spec: Mapping[str, Any] | None = None, **metadata: str) -> Chatbot:
    """Make a small bot; `spec` is merged over it."""
    base = {
        "whatsapp": {
            "phoneNumberId": "1",
            "businessAccountId": "2",
            "credentialsSecretRef": {"name": "shop-whatsapp"},
        },
        "dialogue": {"inline": DIALOGUE},
    }
    return as_chatbot(
        {
            "apiVersion": "prosa.dev/v1alpha1",
            "kind": "Chatbot",
            "metadata": {"name": "shop", "namespace": "bots", **metadata},
            "spec": base | dict(spec or {}),
        },
        "test",
    )


def an_example(name: str, spec: Mapping[str, Any] | None = None) -> Observed:
    """Read an example with all that it refers to; `spec` is merged over its own."""
    folder = EXAMPLES / name
    document = yaml.safe_load((folder / "chatbot.yaml").read_text())
    document["metadata"]["namespace"] = "bots"
    document["spec"] |= spec or {}
    data = {
        f"{name}-dialogue": {"dialogue.yaml": (folder / "dialogue.yaml").read_text()},
    }
    if (folder / "catalogue.csv").exists():
        data[f"{name}-catalogue"] = {"catalogue.csv": (folder / "catalogue.csv").read_text()}
    return a_world(as_chatbot(document, name), config_maps=data)


def a_world(
    chatbot: Chatbot | None = None,
    *,
    config_maps: Mapping[str, Mapping[str, str]] | None = None,
    **more: Any,
) -> Observed:
    """See a Chatbot for the first time, with every Secret that it names."""
    chatbot = chatbot or a_chatbot()
    return Observed(
        chatbot=chatbot,
        uid=UID,
        generation=1,
        **{
            "annotations": {},
            "status": Status(),
            "now": NOW,
            "secrets": secrets_of(chatbot),
            "config_maps": {name: seen(data) for name, data in (config_maps or {}).items()},
            "kinds": ALL_KINDS,
            "channel": Channel("Connected", phone="+55 19 99999-0000"),
            **more,
        },
    )


def changed(world: Observed, **fields: Any) -> Observed:
    """See the same with something else."""
    return Observed(**{**{f: getattr(world, f) for f in world.__dataclass_fields__}, **fields})


def seen(data: Mapping[str, str]) -> Seen:
    """See a ConfigMap."""
    return Seen(frozenset(data), _digest(sorted(data.items())), dict(data))


def a_secret(*keys: str, values: str = CANARY) -> Seen:
    """See a Secret: never its values."""
    return Seen(frozenset(keys), _digest([keys, values]))


def secrets_of(chatbot: Chatbot) -> dict[str, Seen]:
    """Have every Secret that a Chatbot names."""
    spec = chatbot.spec
    found = {
        spec.whatsapp.credentials_secret_ref.name: a_secret(
            "access-token", "app-secret", "verify-token"
        )
    }
    if spec.database is not None:
        found[spec.database.url_secret_ref.name] = a_secret(spec.database.url_secret_ref.key)
    if spec.messaging.credentials_secret_ref is not None:
        found[spec.messaging.credentials_secret_ref.name] = a_secret("user", "password")
    for team in spec.handoff.teams:
        if team.notify.crm is not None:
            found[team.notify.crm.webhook_secret_ref.name] = a_secret("url", "signing-key")
    return found


def applied(world: Observed, plan: Plan, *, ready: bool = True, now: str = LATER) -> Observed:
    """See the world after a plan: objects stand, status is written, pods run if `ready`."""
    children = dict(world.children)
    for planned in plan.objects:
        key = planned["kind"], planned["metadata"]["name"]
        children[key] = _stored(planned, children.get(key), ready=ready)
    if plan.prune:
        wanted = keys(plan)
        children = {key: child for key, child in children.items() if key in wanted}
    return changed(world, children=children, status=plan.status, now=now)


def scaled(world: Observed, component: str, replicas: int) -> Observed:
    """See the world after an autoscaler wrote another number to `/scale`."""
    key = "Deployment", names.child(world.chatbot, component)
    child = copy.deepcopy(world.children[key])
    child["spec"]["replicas"] = replicas
    fields = [_without_replicas(entry) for entry in child["metadata"]["managedFields"]]
    owner = {
        "manager": SCALER,
        "operation": "Update",
        "subresource": "scale",
        "fieldsV1": {"f:spec": {"f:replicas": {}}},
    }
    child["metadata"]["managedFields"] = [*fields, owner]
    child["status"] = _running(child, ready=True)
    return changed(world, children={**world.children, key: child})


def keys(plan: Plan) -> set[tuple[str, str]]:
    """Name what a plan holds."""
    return {(each["kind"], each["metadata"]["name"]) for each in plan.objects}


def find(plan: Plan, kind: str, name: str) -> Object:
    """Give one object of a plan."""
    return next(
        each for each in plan.objects if (each["kind"], each["metadata"]["name"]) == (kind, name)
    )


def pods(plan: Plan) -> Iterable[tuple[str, Object]]:
    """Walk the pod specs of a plan."""
    for each in plan.objects:
        name, spec = f"{each['kind']} {each['metadata']['name']}", each.get("spec", {})
        if each["kind"] in ("Deployment", "StatefulSet", "Job"):
            yield name, spec["template"]["spec"]
        if each["kind"] == "CronJob":
            yield name, spec["jobTemplate"]["spec"]["template"]["spec"]


def _stored(planned: Object, before: Object | None, *, ready: bool) -> Object:
    """Store an object as server-side apply does, as far as replicas and their owners go."""
    found = copy.deepcopy(planned)
    if planned["kind"] not in ("Deployment", "StatefulSet"):
        return found
    others = [
        entry
        for entry in (before or {}).get("metadata", {}).get("managedFields", ())
        if entry["manager"] != names.MANAGER
    ]
    mine: dict[str, Any] = {"f:spec": {"f:template": {}}}
    if "replicas" in planned["spec"]:
        mine["f:spec"]["f:replicas"] = {}
        others = [_without_replicas(entry) for entry in others]
    else:
        owned = any("f:replicas" in entry["fieldsV1"]["f:spec"] for entry in others)
        found["spec"]["replicas"] = before["spec"]["replicas"] if before and owned else 1
    own = {"manager": names.MANAGER, "operation": "Apply", "fieldsV1": mine}
    found["metadata"] |= {"managedFields": [own, *others], "generation": 1}
    found["status"] = _running(found, ready=ready)
    return found


def _without_replicas(entry: Mapping[str, Any]) -> dict[str, Any]:
    spec = {k: v for k, v in entry["fieldsV1"]["f:spec"].items() if k != "f:replicas"}
    return {**entry, "fieldsV1": {"f:spec": spec}}


def _running(workload: Object, *, ready: bool) -> Object:
    count = workload["spec"]["replicas"]
    runs = count if ready else 0
    reason = "NewReplicaSetAvailable" if ready else "ReplicaSetUpdated"
    return {
        "observedGeneration": 1,
        "replicas": count,
        "updatedReplicas": count,
        "readyReplicas": runs,
        "availableReplicas": runs,
        "conditions": [
            {"type": "Progressing", "status": "True", "reason": reason},
            {
                "type": "Available",
                "status": str(bool(runs) or not count),
                "reason": "Minimum",
                "lastTransitionTime": NOW,
            },
        ],
    }


def _digest(value: object) -> str:
    return hashlib.sha256(msgspec.json.encode(value)).hexdigest()[:16]
