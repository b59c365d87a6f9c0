"""The operator as a process of this machine, against a real Kubernetes.

    async with operator(kubectl) as process:
        kubectl.apply(*a_shop(nats.url))
        await eventually(lambda: ready(kubectl))

It has the rights of the tests' kubeconfig, so it proves what it does and not what it may do.
"""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from tests.support.eventually import eventually
from tests.support.kubectl import Kubectl
from tests.support.nats import free_port
from tests.support.simulator import ACCESS_TOKEN, APP_SECRET, NUMBER_ID, VERIFY_TOKEN, WABA_ID

ROOT = Path(__file__).parents[2]
BAKERY = ROOT / "manifests" / "examples" / "bakery" / "dialogue.yaml"
NOWHERE = "http://127.0.0.1:9"


class OperatorProcess:
    """One replica."""

    def __init__(self, kubectl: Kubectl, identity: str, **settings: str) -> None:
        self.identity = identity
        self.port = free_port()
        self._environment = os.environ | {
            "KUBECONFIG": str(kubectl.kubeconfig),
            "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "operator"))),
            "PROSA_HEALTH_PORT": str(self.port),
            "PROSA_LOG_FORMAT": "json",
            "PROSA_OPERATOR_IDENTITY": identity,
            "PROSA_OPERATOR_NAMESPACE": kubectl.namespace,
            "PROSA_OPERATOR_NAMESPACES": kubectl.namespace,
            **settings,
        }
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start, and wait until it is ready."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "prosa_operator", env=self._environment
        )
        await eventually(self._ready, within=60)

    async def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal, and give the exit code."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.send_signal(how)
        return await self._process.wait()

    async def exited(self) -> int:
        """Wait until it ends by itself; gives the exit code."""
        assert self._process is not None
        return await self._process.wait()

    async def metric(self, name: str) -> float:
        """Read a metric without labels."""
        text = await self._get("/metrics")
        found = re.search(rf"^{name} (\S+)$", text, re.MULTILINE)
        return float(found[1]) if found else float("nan")

    async def leads(self) -> bool:
        """Tell whether this replica works."""
        return await self.metric("prosa_operator_leader") == 1

    async def _ready(self) -> bool:
        assert self._process is not None
        assert self._process.returncode is None, f"the operator ended: {self._process.returncode}"
        try:
            return '"ok": true' in await self._get("/readyz")
        except aiohttp.ClientError:
            return False

    async def _get(self, path: str) -> str:
        async with (
            aiohttp.ClientSession() as http,
            http.get(f"http://127.0.0.1:{self.port}{path}") as answer,
        ):
            return await answer.text()


@asynccontextmanager
async def operator(
    kubectl: Kubectl, identity: str = "first", **settings: str
) -> AsyncIterator[OperatorProcess]:
    """Start a replica, and end it."""
    process = OperatorProcess(kubectl, identity, **settings)
    await process.start()
    try:
        yield process
    finally:
        await process.end(signal.SIGKILL)


def a_secret(name: str = "shop-whatsapp", **more: str) -> dict[str, Any]:
    """Give the Secret of the simulator's number."""
    values = {"access-token": ACCESS_TOKEN, "app-secret": APP_SECRET, "verify-token": VERIFY_TOKEN}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name},
        "stringData": values | {key.replace("_", "-"): value for key, value in more.items()},
    }


def a_dialogue(text: str = "") -> dict[str, Any]:
    """Give the ConfigMap with the dialogue; the bakery's unless another is given."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "shop-dialogue"},
        "data": {"dialogue.yaml": text or BAKERY.read_text()},
    }


def a_shop(
    nats_url: str, *, name: str = "shop", graph_url: str = NOWHERE, **spec: Any
) -> dict[str, Any]:
    """Give a Chatbot that needs no database."""
    return {
        "apiVersion": "prosa.dev/v1alpha1",
        "kind": "Chatbot",
        "metadata": {"name": name},
        "spec": {
            "whatsapp": {
                "phoneNumberId": NUMBER_ID,
                "businessAccountId": WABA_ID,
                "credentialsSecretRef": {"name": "shop-whatsapp"},
                "graphUrl": graph_url,
            },
            "dialogue": {"configMapRef": {"name": "shop-dialogue", "key": "dialogue.yaml"}},
            "locale": "en",
            "understanding": {"provider": "tfidf"},
            "messaging": {"url": nats_url},
            **spec,
        },
    }


def condition(kubectl: Kubectl, kind: str, name: str = "shop") -> Mapping[str, Any]:
    """Give a condition of a Chatbot; empty when there is none yet."""
    conditions = kubectl.get("chatbot", name).get("status", {}).get("conditions", [])
    return next((each for each in conditions if each["type"] == kind), {})
