"""What holds for every Chatbot: applied plans rest, pods are restricted, secrets stay away."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prosa.contracts.chatbot import Chatbot
from prosa_operator import names
from prosa_operator.observed import Channel, Object, Observed
from prosa_operator.plan import plan
from prosa_operator.status import as_dict
from tests.support.worlds import (
    ALL_KINDS,
    CANARY,
    OPTIONS,
    RECORDS,
    a_chatbot,
    a_world,
    applied,
    changed,
    keys,
    pods,
    scaled,
    seen,
)

LABEL = re.compile(r"[a-z]([a-z0-9-]*[a-z0-9])?")
LONGEST_NAME = 63
LONGEST_CRON_JOB = 52
MODES = ("none", "builtin", "keda", "external")

FEW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A plan takes some 10 ms, and the machine may be busy."""


@st.composite
def components(draw: st.DrawFn) -> dict[str, Any]:
    """Give components of any mode and number."""
    found: dict[str, Any] = {"ingress": {"replicas": draw(st.integers(0, 4))}}
    for name in ("conversation", "sender"):
        least = draw(st.integers(0, 3))
        found[name] = {
            "replicas": draw(st.integers(0, 5)),
            "autoscaling": {
                "mode": draw(st.sampled_from(MODES)),
                "min": least,
                "max": draw(st.integers(max(least, 1), 30)),
                "fallback": {"replicas": 2},
            },
        }
    return found


CATALOGUE_FILE = {"source": {"configMapRef": {"name": "stock", "key": "stock.csv"}}}
CATALOGUE_FEED = {"source": {"http": {"url": "https://stock.example/cars.csv", "every": "10m"}}}
CAMPAIGN = {
    "name": "c" * 20,
    "trigger": {"inactive": "48h"},
    "schedule": "*/15 9-17 * * *",
    "template": {"name": "volta", "language": "pt_BR"},
}
CRM_TEAM = {"name": "sales", "notify": {"crm": {"webhookSecretRef": {"name": "crm"}}}}


@st.composite
def chatbots(draw: st.DrawFn) -> Chatbot:
    """Give Chatbots with and without each part."""
    spec: dict[str, Any] = {"components": draw(components())}
    if draw(st.booleans()):
        spec |= RECORDS | {"campaigns": [CAMPAIGN], "handoff": {"teams": [CRM_TEAM]}}
    if draw(st.booleans()):
        spec["catalogue"] = draw(st.sampled_from([CATALOGUE_FILE, CATALOGUE_FEED]))
    if draw(st.booleans()):
        spec["exposure"] = {"host": "bot.example"} | draw(
            st.sampled_from([{}, {"gateway": {"name": "public"}}, {"tlsSecret": "tls"}])
        )
    if draw(st.booleans()):
        spec["messaging"] = {"credentialsSecretRef": {"name": "nats"}}
    return a_chatbot(spec, name=draw(st.sampled_from(["shop", "a" * 30])))


@st.composite
def worlds(draw: st.DrawFn) -> Observed:
    """Give first sights of Chatbots, with a Secret missing now and then."""
    world = a_world(draw(chatbots()), config_maps={"stock": {"stock.csv": "id\n1\n"}})
    kinds = draw(st.sets(st.sampled_from(sorted(ALL_KINDS))))
    missing = draw(st.sampled_from(["", "", *world.secrets]))
    return changed(
        world,
        kinds=frozenset(kinds),
        secrets={name: s for name, s in world.secrets.items() if name != missing},
        channel=draw(st.sampled_from([Channel("Connected"), Channel("TokenRefused", "Renew it.")])),
    )


@FEW
@given(worlds())
def test_a_plan_that_was_applied_plans_nothing_new_and_tells_nothing(world: Observed) -> None:
    once = applied(world, plan(world, OPTIONS))
    second = plan(once, OPTIONS)
    twice = applied(once, second)
    third = plan(twice, OPTIONS)

    assert third.objects == second.objects
    assert third.events == ()
    assert (third.status, third.prune) == (second.status, second.prune)


@FEW
@given(worlds(), st.integers(0, 9))
def test_replicas_have_one_owner_and_never_jump(world: Observed, replicas: int) -> None:
    world = applied(world, plan(world, OPTIONS))
    for name in ("conversation", "sender"):
        key = ("Deployment", names.child(world.chatbot, name))
        autoscaling = getattr(world.chatbot.spec.components, name).autoscaling
        if key not in world.children or autoscaling.mode == "none":
            continue
        world = scaled(world, name, replicas)
        found = plan(world, OPTIONS)
        after = applied(world, found)

        assert all("replicas" not in each["spec"] for each in _of(found.objects, key))
        assert after.children[key]["spec"]["replicas"] == replicas


@FEW
@given(worlds(), st.sampled_from(MODES), st.integers(1, 9))
def test_a_change_of_mode_keeps_the_replicas_that_run(
    world: Observed, mode: str, replicas: int
) -> None:
    fixed = a_chatbot({"components": {"sender": {"replicas": replicas}}})
    world = a_world(fixed)
    world = applied(world, plan(world, OPTIONS))
    other = a_chatbot(
        {"components": {"sender": {"replicas": replicas, "autoscaling": {"mode": mode}}}}
    )
    world = changed(world, chatbot=other)
    for _ in range(2):
        world = applied(world, plan(world, OPTIONS))

    assert world.children[("Deployment", "shop-sender")]["spec"]["replicas"] == replicas


@FEW
@given(worlds())
def test_names_fit_and_are_unique(world: Observed) -> None:
    found = plan(world, OPTIONS)

    assert len(keys(found)) == len(found.objects)
    for kind, name in keys(found):
        assert LABEL.fullmatch(name)
        assert len(name) <= (LONGEST_CRON_JOB if kind == "CronJob" else LONGEST_NAME)


@FEW
@given(worlds())
def test_every_object_is_the_chatbots_and_says_so(world: Observed) -> None:
    for each in plan(world, OPTIONS).objects:
        metadata = each["metadata"]
        (owner,) = metadata["ownerReferences"]

        assert (owner["uid"], owner["controller"], owner["blockOwnerDeletion"]) == (
            world.uid,
            True,
            True,
        )
        assert metadata["labels"]["app.kubernetes.io/managed-by"] == names.MANAGER
        assert metadata["labels"]["app.kubernetes.io/instance"] == world.chatbot.metadata.name
        assert metadata["namespace"] == "bots"


@FEW
@given(worlds())
def test_every_pod_is_restricted(world: Observed) -> None:
    for name, pod in pods(plan(world, OPTIONS)):
        assert not list(_violations(pod)), name


@FEW
@given(worlds())
def test_no_secret_is_written_anywhere(world: Observed) -> None:
    found = plan(world, OPTIONS)

    assert CANARY not in json.dumps([*found.objects, as_dict(found.status), str(found.events)])


@FEW
@given(worlds())
def test_every_volume_is_there_that_is_mounted(world: Observed) -> None:
    for each in plan(world, OPTIONS).objects:
        claims = {
            c["metadata"]["name"] for c in each.get("spec", {}).get("volumeClaimTemplates", ())
        }
        for pod in _pods_of(each):
            there = {volume["name"] for volume in pod["volumes"]} | claims
            mounted = {m["name"] for c in pod["containers"] for m in c["volumeMounts"]}
            assert mounted == there


@FEW
@given(worlds())
def test_what_a_pod_needs_is_planned_before_it(world: Observed) -> None:
    found = plan(world, OPTIONS)
    order = [(each["kind"], each["metadata"]["name"]) for each in found.objects]
    runtime = order.index(("ConfigMap", names.child(world.chatbot, "runtime")))
    for place, each in enumerate(found.objects):
        for pod in _pods_of(each):
            assert runtime < place
            assert order.index(("ServiceAccount", pod["serviceAccountName"])) < place


@FEW
@given(st.text(max_size=200))
def test_no_dialogue_breaks_a_plan(text: str) -> None:
    chatbot = a_chatbot({"dialogue": {"configMapRef": {"name": "words", "key": "d.yaml"}}})
    found = plan(a_world(chatbot, config_maps={"words": {"d.yaml": text}}), OPTIONS)

    assert ("Deployment", "shop-ingress") in keys(found)
    assert seen({"d.yaml": text}).digest


def _of(objects: tuple[Object, ...], key: tuple[str, str]) -> list[Object]:
    return [each for each in objects if (each["kind"], each["metadata"]["name"]) == key]


def _pods_of(each: Object) -> Iterator[Object]:
    spec = each.get("spec", {})
    template = spec.get("jobTemplate", {}).get("spec", spec).get("template")
    if template:
        yield template["spec"]


def _violations(pod: Mapping[str, Any]) -> Iterator[str]:
    """Check a pod by the restricted profile (Kubernetes, "Pod Security Standards"), and by ours."""
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.get(field):
            yield field
    security = pod["securityContext"]
    if security["runAsNonRoot"] is not True or security["runAsUser"] == 0:
        yield "runs as root"
    if security["seccompProfile"]["type"] != "RuntimeDefault":
        yield "seccomp"
    if pod["automountServiceAccountToken"] is not False or pod["enableServiceLinks"] is not False:
        yield "token or Service links"
    allowed = {"projected", "emptyDir", "configMap", "secret", "persistentVolumeClaim"}
    if any(not set(volume) - {"name"} <= allowed for volume in pod["volumes"]):
        yield "volume"
    for container in pod["containers"]:
        yield from _violations_of(container)


def _violations_of(container: Mapping[str, Any]) -> Iterator[str]:
    own = container["securityContext"]
    if own["allowPrivilegeEscalation"] is not False or own.get("privileged"):
        yield "privileges"
    if own["capabilities"] != {"drop": ["ALL"]} or own["readOnlyRootFilesystem"] is not True:
        yield "capabilities or root"
    if not {"requests", "limits"} <= set(container["resources"]):
        yield "resources"
