"""The operator's work on a real Kubernetes: what appears, is repaired, refused, and goes."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from prosa.contracts import subjects
from prosa.contracts.identity import bot_token
from prosa.contracts.topology import topology
from prosa.jetstream.connection import JetStream, connect
from tests.support.eventually import eventually
from tests.support.kubectl import Kubectl, KubectlError
from tests.support.nats import NatsServer, nats_server
from tests.support.operator import (
    OperatorProcess,
    a_dialogue,
    a_secret,
    a_shop,
    condition,
    operator,
)
from tests.support.simulator import NUMBER, simulator

KINDS = (
    "configmap",
    "deployment",
    "networkpolicy",
    "poddisruptionbudget",
    "service",
    "serviceaccount",
)
OURS = "app.kubernetes.io/instance=shop,app.kubernetes.io/managed-by=prosa-operator"
REPAIRED = 5.0
"""Seconds: what the operator promises for drift."""

BUSY = 15.0
"""Seconds that a repair may take here in the worst case: the machine is shared."""


@pytest.fixture
async def nats(tmp_path: Path) -> AsyncIterator[NatsServer]:
    async with nats_server(tmp_path) as server:
        yield server


@pytest.fixture
async def running(kubectl: Kubectl) -> AsyncIterator[OperatorProcess]:
    async with operator(kubectl) as process:
        yield process


async def applied(kubectl: Kubectl, nats: NatsServer, **spec: Any) -> None:
    """Apply a shop, and wait until its workloads stand and its status speaks of it."""
    kubectl.apply(a_secret(), a_dialogue(), a_shop(nats.url, **spec))
    await eventually(lambda: len(kubectl.list("deployment", OURS)) == 3, within=60)


def children(kubectl: Kubectl) -> dict[tuple[str, str], dict[str, Any]]:
    found = json.loads(kubectl.run("get", ",".join(KINDS), f"--selector={OURS}", "--output=json"))
    return {(each["kind"], each["metadata"]["name"]): each for each in found["items"]}


@pytest.mark.usefixtures("running")
async def test_a_chatbot_becomes_its_workloads_and_its_streams(
    kubectl: Kubectl, nats: NatsServer
) -> None:
    await applied(kubectl, nats)

    stands = children(kubectl)
    assert ("ConfigMap", "shop-runtime") in stands
    assert {kind for kind, _ in stands} >= {"Deployment", "Service", "ServiceAccount"}
    status = kubectl.get("chatbot", "shop")["status"]
    assert status["observedGeneration"] == 1
    assert condition(kubectl, "DialogueValid")["status"] == "True"
    async with connected(nats) as jetstream:
        for stream in topology(token(kubectl)).streams:
            assert await jetstream.stream_state(stream.name)


@pytest.mark.usefixtures("running")
async def test_each_child_that_is_deleted_comes_back(kubectl: Kubectl, nats: NatsServer) -> None:
    await applied(kubectl, nats)
    before = children(kubectl)
    assert {kind.lower() for kind, _ in before} == set(KINDS)

    took = {}
    for (kind, name), child in before.items():
        kubectl.run("delete", kind, name, "--wait=false")
        began, uid = time.monotonic(), child["metadata"]["uid"]
        await eventually(partial(anew, kubectl, kind, name, uid), within=BUSY)
        took[kind, name] = time.monotonic() - began

    assert sorted(took.values())[len(took) // 2] < REPAIRED, took


@pytest.mark.usefixtures("running")
async def test_each_child_that_is_edited_is_as_before(kubectl: Kubectl, nats: NatsServer) -> None:
    await applied(kubectl, nats)

    took = {}
    for kind, name in children(kubectl):
        kubectl.run("label", kind, name, "app.kubernetes.io/part-of=mine", "--overwrite")
        began = time.monotonic()
        await eventually(partial(is_ours_again, kubectl, kind, name), within=BUSY)
        took[kind, name] = time.monotonic() - began

    assert sorted(took.values())[len(took) // 2] < REPAIRED, took
    reasons = {each["reason"] for each in kubectl.list("events.events.k8s.io")}
    assert "DriftRepaired" in reasons


async def test_an_object_of_our_name_that_is_not_ours_is_left_alone_and_told(
    kubectl: Kubectl, nats: NatsServer
) -> None:
    kubectl.run("create", "service", "clusterip", "shop-ingress", "--tcp=9999:9999")
    async with operator(kubectl):
        kubectl.apply(a_secret(), a_dialogue(), a_shop(nats.url))

        await eventually(lambda: condition(kubectl, "Ready").get("reason") == "NotOwned", within=60)

    assert "shop-ingress" in condition(kubectl, "Ready")["message"]
    service = kubectl.get("service", "shop-ingress")
    assert service["spec"]["ports"][0]["port"] == 9999
    assert "ownerReferences" not in service["metadata"]


@pytest.mark.usefixtures("running")
async def test_a_paused_chatbot_is_left_as_it_is_until_it_goes_on(
    kubectl: Kubectl, nats: NatsServer
) -> None:
    await applied(kubectl, nats)
    kubectl.run("annotate", "chatbot", "shop", "prosa.dev/paused=")
    await eventually(lambda: condition(kubectl, "Paused").get("status") == "True")

    kubectl.delete("deployment", "shop-sender")
    patch = '{"spec": {"components": {"ingress": {"replicas": 3}}}}'
    kubectl.run("patch", "chatbot", "shop", "--type=merge", f"--patch={patch}")
    kubectl.run("annotate", "chatbot", "shop", "seen=1")
    await asyncio.sleep(3)  # what must not happen needs time not to happen

    assert len(kubectl.list("deployment", OURS)) == 2
    assert kubectl.get("chatbot", "shop")["status"]["observedGeneration"] == 1
    kubectl.run("annotate", "chatbot", "shop", "prosa.dev/paused-")
    await eventually(lambda: len(kubectl.list("deployment", OURS)) == 3)
    await eventually(lambda: kubectl.get("deployment", "shop-ingress")["spec"]["replicas"] == 3)


@pytest.mark.usefixtures("running")
async def test_a_deleted_chatbot_leaves_nothing_in_the_cluster(
    kubectl: Kubectl, nats: NatsServer
) -> None:
    await applied(kubectl, nats)

    kubectl.run("delete", "chatbot", "shop", "--timeout=30s")

    await eventually(lambda: not children(kubectl), within=60)
    async with connected(nats) as jetstream:  # deletionPolicy is Retain
        assert await jetstream.stream_state(topology(token(kubectl)).streams[0].name)


@pytest.mark.usefixtures("running")
async def test_with_deletion_policy_delete_its_streams_and_buckets_go_too(
    kubectl: Kubectl, nats: NatsServer
) -> None:
    await applied(kubectl, nats, deletionPolicy="Delete")
    async with connected(nats) as jetstream:
        await eventually(lambda: streams(jetstream))

        kubectl.run("delete", "chatbot", "shop", "--timeout=60s")

        assert await streams(jetstream) == {subjects.UNROUTED_STREAM}
    await eventually(lambda: not children(kubectl), within=60)


async def test_when_the_leader_is_killed_the_other_replica_takes_over(
    kubectl: Kubectl, nats: NatsServer
) -> None:
    async with operator(kubectl, "first") as first, operator(kubectl, "second") as second:
        await eventually(first.leads, within=30)
        await applied(kubectl, nats)
        assert not await second.leads()

        await first.end(how=9)  # type: ignore[arg-type]  # SIGKILL by its number
        await eventually(second.leads, within=60)
        kubectl.run("delete", "deployment", "shop-sender", "--wait=false")

        await eventually(lambda: len(kubectl.list("deployment", OURS)) == 3, within=BUSY)
        lease = kubectl.get("lease", "prosa-operator")["spec"]
        assert (lease["holderIdentity"], lease["leaseTransitions"]) == ("second", 1)


async def test_a_leader_that_is_stopped_leaves_the_lease_at_once(kubectl: Kubectl) -> None:
    async with operator(kubectl, "first") as first:
        await eventually(first.leads, within=30)

        assert await first.end() == 0

    assert not kubectl.get("lease", "prosa-operator")["spec"].get("holderIdentity")


async def test_an_idle_operator_writes_little(kubectl: Kubectl, nats: NatsServer) -> None:
    async with simulator(webhook=None) as meta, operator(kubectl) as running:
        await applied(kubectl, nats, whatsapp=a_number(meta.graph))
        await settled(running)

        before = await running.metric("prosa_operator_api_writes")
        began = time.monotonic()
        await asyncio.sleep(60)  # a minute of idleness is what is measured
        writes = await running.metric("prosa_operator_api_writes") - before

        assert writes / (time.monotonic() - began) * 60 < 20


@pytest.mark.usefixtures("running")
async def test_a_secret_that_comes_later_is_noticed(kubectl: Kubectl, nats: NatsServer) -> None:
    kubectl.apply(a_dialogue(), a_shop(nats.url))
    await eventually(
        lambda: condition(kubectl, "Ready").get("reason") == "SecretMissing", within=60
    )

    kubectl.apply(a_secret())

    await eventually(lambda: len(kubectl.list("deployment", OURS)) == 3, within=BUSY)


@pytest.mark.usefixtures("running")
async def test_a_rotated_secret_rolls_the_pods_that_hold_it(
    kubectl: Kubectl, nats: NatsServer
) -> None:
    await applied(kubectl, nats)
    before = config_hash(kubectl, "shop-sender")

    kubectl.apply(a_secret(access_token="another-access-token"))

    await eventually(lambda: config_hash(kubectl, "shop-sender") != before, within=BUSY)


@pytest.mark.usefixtures("running")
async def test_the_second_chatbot_with_a_number_is_refused(
    kubectl: Kubectl, nats: NatsServer
) -> None:
    await applied(kubectl, nats)

    kubectl.apply(a_shop(nats.url, name="twin"))

    await eventually(
        lambda: condition(kubectl, "Ready", "twin").get("reason") == "PhoneNumberTaken", within=60
    )
    assert "shop" in condition(kubectl, "Ready", "twin")["message"]


@pytest.mark.usefixtures("running")
async def test_meta_is_asked_about_the_number(kubectl: Kubectl, nats: NatsServer) -> None:
    async with simulator(webhook="http://127.0.0.1:9/webhook") as meta:
        await applied(kubectl, nats, whatsapp=a_number(meta.graph))

        await eventually(
            lambda: condition(kubectl, "ChannelConnected").get("status") == "True", within=60
        )

        assert kubectl.get("chatbot", "shop")["status"]["phone"] == NUMBER


# --- what the tests say above ---------------------------------------------------------------------


def a_number(graph_url: str) -> dict[str, Any]:
    found: dict[str, Any] = a_shop("", graph_url=graph_url)["spec"]["whatsapp"]
    return found


def token(kubectl: Kubectl) -> Any:
    return bot_token(kubectl.namespace, "shop")


def anew(kubectl: Kubectl, kind: str, name: str, uid: str) -> bool:
    try:
        return bool(kubectl.get(kind, name)["metadata"]["uid"] != uid)
    except KubectlError:
        return False


def is_ours_again(kubectl: Kubectl, kind: str, name: str) -> bool:
    labels = kubectl.get(kind, name)["metadata"]["labels"]
    return bool(labels["app.kubernetes.io/part-of"] == "prosa")


def config_hash(kubectl: Kubectl, deployment: str) -> str:
    template = kubectl.get("deployment", deployment)["spec"]["template"]
    return str(template["metadata"]["annotations"]["prosa.dev/config-hash"])


def connected(nats: NatsServer) -> Any:
    return connect(nats.settings, "cli")


async def streams(jetstream: JetStream) -> set[str]:
    return set((await jetstream.api("STREAM.NAMES"))["streams"] or ())


async def settled(running: OperatorProcess) -> None:
    """Wait until the operator has written nothing but its Lease for a few seconds."""

    async def quiet() -> bool:
        before = await running.metric("prosa_operator_api_writes")
        await asyncio.sleep(6)
        return await running.metric("prosa_operator_api_writes") - before <= 2

    await eventually(quiet, within=120)
