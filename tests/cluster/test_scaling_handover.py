"""Modes of scaling change hands on a real API server: replicas never fall to one in between."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from prosa_operator.access import from_kubeconfig
from prosa_operator.cluster import Cluster, connected
from prosa_operator.kinds import DEPLOYMENT
from prosa_operator.names import MANAGER, SCALER
from prosa_operator.scaling.by_cluster import ClusterScale
from prosa_operator.scaling.handover import to_co_own
from tests.support.eventually import eventually
from tests.support.kubectl import Kubectl
from tests.support.scaling import a_target

TOY = "toy"


def deployment(namespace: str, replicas: int | None) -> dict[str, Any]:
    """Give what the reconciler applies; its pods find no node, and cost nothing."""
    labels = {"app": TOY}
    pod = {"nodeSelector": {"no-such": "node"}, "containers": [{"name": "x", "image": "x"}]}
    spec: dict[str, Any] = {
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": pod},
    }
    if replicas is not None:
        spec["replicas"] = replicas
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"namespace": namespace, "name": TOY},
        "spec": spec,
    }


class Reconciler:
    """What the reconciler does about replicas: co-own first, then leave out."""

    def __init__(self, cluster: Cluster, namespace: str) -> None:
        self.cluster = cluster
        self.namespace = namespace

    async def applies(self, replicas: int | None) -> None:
        stands = await self.cluster.get(DEPLOYMENT, self.namespace, TOY)
        if replicas is None and stands and (co_owned := to_co_own(stands)):
            await self.cluster.apply(co_owned, manager=SCALER)
        await self.cluster.apply(deployment(self.namespace, replicas))

    async def replicas(self) -> int:
        found = await self.cluster.get(DEPLOYMENT, self.namespace, TOY)
        assert found
        count: int = found["spec"]["replicas"]
        return count

    async def owners(self) -> set[str]:
        found = await self.cluster.get(DEPLOYMENT, self.namespace, TOY)
        assert found
        return {
            entry["manager"]
            for entry in found["metadata"]["managedFields"]
            if "f:replicas" in entry["fieldsV1"].get("f:spec", {})
        }


@contextmanager
def every_change(kubectl: Kubectl, file: Path) -> Iterator[Path]:
    """Write down replicas at every change of the Deployment."""
    form = "jsonpath={.spec.replicas}{'\\n'}"
    command = ["kubectl", f"--kubeconfig={kubectl.kubeconfig}", f"-n={kubectl.namespace}"]
    with file.open("w") as out:
        watch = subprocess.Popen(  # noqa: S603 - a test's own words
            [*command, "get", "deployment", TOY, "--watch", "-o", form], stdout=out
        )
        try:
            yield file
        finally:
            watch.terminate()
            watch.wait()


def scaled_object(replicas: int) -> dict[str, Any]:
    """Scale by the time of day: always so many."""
    always = {"timezone": "UTC", "start": "0 0 * * *", "end": "59 23 * * *"}
    return {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "metadata": {"name": TOY},
        "spec": {
            "scaleTargetRef": {"name": TOY},
            "pollingInterval": 5,
            "minReplicaCount": 2,
            "maxReplicaCount": 9,
            "triggers": [
                {"type": "cron", "metadata": {**always, "desiredReplicas": str(replicas)}}
            ],
        },
    }


async def test_replicas_survive_every_change_of_the_mode(kubectl: Kubectl, tmp_path: Path) -> None:
    async with connected(from_kubeconfig(kubectl.kubeconfig)) as cluster:
        reconciler = Reconciler(cluster, kubectl.namespace)
        await reconciler.applies(4)  # none
        with every_change(kubectl, tmp_path / "replicas") as changes:
            await eventually(lambda: changes.read_text().startswith("4"))

            await reconciler.applies(None)  # builtin
            assert (await reconciler.replicas(), await reconciler.owners()) == (4, {SCALER})
            scale = ClusterScale(cluster, lambda *_: None)
            target = a_target(namespace=kubectl.namespace, deployment=TOY)
            await scale.write(target, 5)
            await reconciler.applies(None)
            assert (await scale.read(target, fresh=True)).desired == 5

            kubectl.apply(scaled_object(6))  # keda
            await eventually(lambda: _has(reconciler, 6), within=120, every=0.5)
            await reconciler.applies(None)

            kubectl.delete("scaledobject", TOY)  # external
            await reconciler.applies(None)
            await kubectl.ask("scale", "deployment", TOY, "--replicas=7")
            await reconciler.applies(None)

            await reconciler.applies(7)  # none again
            assert MANAGER in await reconciler.owners()
            await eventually(lambda: changes.read_text().split()[-1] == "7")

        seen = [int(line) for line in changes.read_text().split()]
        assert min(seen) == 4, seen
        assert seen == sorted(seen), seen


async def test_without_co_owning_replicas_would_fall_to_one(kubectl: Kubectl) -> None:
    async with connected(from_kubeconfig(kubectl.kubeconfig)) as cluster:
        await cluster.apply(deployment(kubectl.namespace, 4))
        await cluster.apply(deployment(kubectl.namespace, None))

        assert await Reconciler(cluster, kubectl.namespace).replicas() == 1


async def _has(reconciler: Reconciler, replicas: int) -> bool:
    return await reconciler.replicas() == replicas
