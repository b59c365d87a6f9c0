"""The builtin mode on a real Deployment: a backlog brings replicas, a hand-over keeps them."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from prosa.contracts import subjects
from prosa.contracts.identity import bot_token
from prosa.jetstream.connection import connect
from tests.support.eventually import eventually
from tests.support.kubectl import Kubectl
from tests.support.nats import NatsServer, nats_server
from tests.support.operator import a_dialogue, a_secret, a_shop, operator

BUILTIN = {
    "mode": "builtin",
    "min": 0,
    "max": 5,
    "lagPerReplica": 50,
    "pollingInterval": "1s",
}


@pytest.fixture
async def nats(tmp_path: Path) -> AsyncIterator[NatsServer]:
    async with nats_server(tmp_path) as server:
        yield server


def replicas(kubectl: Kubectl) -> int:
    found = kubectl.list("deployment", "app.kubernetes.io/component=conversation")
    return int(found[0]["spec"]["replicas"]) if found else -1


async def test_a_backlog_brings_as_many_replicas_as_it_needs(
    kubectl: Kubectl, nats: NatsServer
) -> None:
    shop = a_shop(nats.url, components={"conversation": {"autoscaling": BUILTIN}})
    async with operator(kubectl):
        kubectl.apply(a_secret(), a_dialogue(), shop)
        await eventually(lambda: replicas(kubectl) >= 0, within=60)
        async with connect(nats.settings, "cli") as jetstream:
            for number in range(120):
                inbound = subjects.inbound(bot_token(kubectl.namespace, "shop"), f"u{number}")
                await jetstream.publish(inbound, b"{}", message_id=str(number))

        await eventually(lambda: replicas(kubectl) == 3, within=60)
        await eventually(lambda: kubectl.get("chatbot", "shop")["status"].get("lag") == 120)

    managers = kubectl.run(
        "get", "deployment", "shop-conversation", "--output=json", "--show-managed-fields"
    )
    assert "prosa-operator-autoscaler" in managers


async def test_a_change_to_builtin_keeps_the_replicas_that_run(
    kubectl: Kubectl, nats: NatsServer
) -> None:
    async with operator(kubectl):
        shop = a_shop(nats.url, components={"conversation": {"replicas": 4}})
        kubectl.apply(a_secret(), a_dialogue(), shop)
        await eventually(lambda: replicas(kubectl) == 4, within=60)

        patch: dict[str, Any] = {
            "spec": {"components": {"conversation": {"autoscaling": BUILTIN | {"min": 1}}}}
        }
        kubectl.run("patch", "chatbot", "shop", "--type=merge", f"--patch={json.dumps(patch)}")
        await eventually(
            lambda: kubectl.get("chatbot", "shop")["status"].get("observedGeneration") == 2
        )

        seen = await eventually(lambda: replicas(kubectl), within=10)
        assert seen == 4  # the window of five minutes holds it there
