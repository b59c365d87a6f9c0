"""Record what a real KEDA and a real HPA make of a real JetStream lag: `recordings/*.json`.

    KUBECONFIG=… python -m tests.unit.operator.recordings.record NATS_IMAGE [FILE]

It needs a cluster with KEDA whose HPA syncs every 5 s, and the NATS image on its nodes; it works in
a namespace of its own, which it deletes. Two Deployments are scaled at the same time: `one` by one
consumer, `three` by the sum of three, through scalingModifiers. Their pods never find a node: an
HPA on an external metric counts pods, whether or not they run, so that only the arithmetic is
measured. It takes some nine minutes.

    polled-every-5s.json   one consumer
    polled-every-3s.json   both, on a machine with twelve times the work that it can do

KEDA 2.21 had many readings of NATS 2.15's monitoring endpoint end in `EOF`, whichever way it
polled; we do not know why. Each such reading is a failure like another: when enough come in a row
the fallback begins, and with three triggers that are added up one failure is enough for a reading
to fail. The samples hold the lag that JetStream told us meanwhile, and not these failures.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from prosa.jetstream.connection import JetStream, connect
from prosa.settings import NatsSettings
from tests.support.nats import free_port

NAMESPACE = "scaling-recording"
CONSUMERS = {"one": ("work",), "three": ("high", "default", "low")}
SETTLE = timedelta(seconds=30)

AUTOSCALING: dict[str, Any] = {
    "mode": "builtin",
    "min": 0,
    "max": 8,
    "lagPerReplica": 10,
    "pollingInterval": "3s",
    "cooldown": "60s",
    "behavior": {
        "scaleUp": {"policies": [{"type": "Pods", "value": 2, "periodSeconds": 10}]},
        "scaleDown": {
            "stabilizationWindowSeconds": 15,
            "policies": [{"type": "Pods", "value": 2, "periodSeconds": 10}],
        },
    },
    "fallback": {"replicas": 6, "failureThreshold": 2, "behavior": "currentReplicasIfHigher"},
}

STEPS: tuple[tuple[int | None, int, str], ...] = (
    (0, 15, "asleep"),
    (35, 45, "woken, and up by policy to ceil(35 / 10)"),
    (43, 20, "7.5 % above four replicas: within the tolerance"),
    (45, 25, "12.5 % above: five"),
    (200, 45, "up by policy to max"),
    (75, 35, "6.25 % below eight: within the tolerance"),
    (55, 45, "six, once the window has passed"),
    (30, 45, "three, two in ten seconds"),
    (None, 75, "the consumer is gone: held, then the fallback"),
    (30, 45, "it is back: three again"),
    (0, 140, "down by policy to one, and after the cooldown to none"),
)
"""Messages that lag (None: no consumer), for how many seconds, and what should be seen."""


async def kubectl(*words: str, stdin: str = "") -> str:
    process = await asyncio.create_subprocess_exec(
        "kubectl",
        *words,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, error = await process.communicate(stdin.encode())
    if process.returncode:
        raise RuntimeError(f"kubectl {' '.join(words)}: {error.decode()}")
    return out.decode()


def stream(target: str) -> str:
    return f"LAG_{target}"


def nats(image: str) -> list[dict[str, Any]]:
    labels = {"app": "nats"}
    container = {
        "name": "nats",
        "image": image,
        "args": ["-js", "-sd", "/data", "-m", "8222"],
        "volumeMounts": [{"name": "data", "mountPath": "/data"}],
    }
    pod = {"containers": [container], "volumes": [{"name": "data", "emptyDir": {}}]}
    ports = [{"name": "client", "port": 4222}, {"name": "monitor", "port": 8222}]
    return [
        deployment("nats", 1, labels, pod),
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "nats"},
            "spec": {"selector": labels, "ports": ports},
        },
    ]


def deployment(
    name: str, replicas: int, labels: dict[str, str], pod: dict[str, Any]
) -> dict[str, Any]:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": pod},
        },
    }


def target(name: str, image: str) -> list[dict[str, Any]]:
    nowhere = {"nodeSelector": {"no-such": "node"}, "containers": [{"name": "x", "image": image}]}
    triggers: list[dict[str, Any]] = [
        {
            "type": "nats-jetstream",
            "name": f"lag_{consumer}",
            "metadata": {
                "natsServerMonitoringEndpoint": f"nats.{NAMESPACE}.svc.cluster.local:8222",
                "account": "$G",
                "stream": stream(name),
                "consumer": consumer,
                "lagThreshold": str(AUTOSCALING["lagPerReplica"]),
            },
        }
        for consumer in CONSUMERS[name]
    ]
    behavior = AUTOSCALING["behavior"]
    advanced: dict[str, Any] = {"horizontalPodAutoscalerConfig": {"behavior": behavior}}
    if len(triggers) > 1:
        advanced["scalingModifiers"] = {
            "formula": " + ".join(each["name"] for each in triggers),
            "target": str(AUTOSCALING["lagPerReplica"]),
            "activationTarget": "0",
        }
    scaled = {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "metadata": {"name": name},
        "spec": {
            "scaleTargetRef": {"name": name},
            "pollingInterval": 3,
            "cooldownPeriod": 60,
            "minReplicaCount": AUTOSCALING["min"],
            "maxReplicaCount": AUTOSCALING["max"],
            "fallback": AUTOSCALING["fallback"],
            "advanced": advanced,
            "triggers": triggers,
        },
    }
    return [deployment(name, 0, {"app": name}, nowhere), scaled]


@asynccontextmanager
async def nats_forwarded() -> AsyncIterator[JetStream]:
    port = free_port()
    forward = await asyncio.create_subprocess_exec(
        "kubectl", "-n", NAMESPACE, "port-forward", "service/nats", f"{port}:4222",
        stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with connect(NatsSettings(url=f"nats://127.0.0.1:{port}"), "provision") as jetstream:
            yield jetstream
    finally:
        forward.terminate()
        await forward.wait()


async def make_consumers(jetstream: JetStream, name: str) -> None:
    for consumer in CONSUMERS[name]:
        config = {
            "durable_name": consumer,
            "ack_policy": "explicit",
            "filter_subject": f"{stream(name)}.{consumer}",
        }
        body = {"stream_name": stream(name), "config": config}
        await jetstream.api(f"CONSUMER.DURABLE.CREATE.{stream(name)}.{consumer}", body)


async def set_lag(jetstream: JetStream, name: str, lag: int | None) -> None:
    """Spread `lag` over the target's consumers, unevenly; None takes the last consumer away."""
    consumers = CONSUMERS[name]
    if lag is None:
        await jetstream.api(f"CONSUMER.DELETE.{stream(name)}.{consumers[-1]}")
        return
    await make_consumers(jetstream, name)
    shares = [lag] if len(consumers) == 1 else [lag // 6, lag // 3, lag - lag // 6 - lag // 3]
    for consumer, share in zip(consumers, shares, strict=True):
        subject = f"{stream(name)}.{consumer}"
        await jetstream.api(f"STREAM.PURGE.{stream(name)}", {"filter": subject})
        for _ in range(share):
            await jetstream.publish(subject, b"x")


async def seen(jetstream: JetStream, name: str) -> dict[str, Any]:
    lags: list[int | None] = []
    for consumer in CONSUMERS[name]:
        try:
            info = await jetstream.api(f"CONSUMER.INFO.{stream(name)}.{consumer}")
        except Exception:  # noqa: BLE001 - whatever it is, the lag is not known
            lags.append(None)
        else:
            lags.append(info["num_pending"] + info["num_ack_pending"])
    found = json.loads(await kubectl("-n", NAMESPACE, "get", "deployment", name, "-o", "json"))
    known = [lag for lag in lags if lag is not None]
    return {
        "lag": sum(known) if len(known) == len(lags) else None,
        "lags": lags,
        "replicas": found["spec"]["replicas"],
        "running": found["status"].get("replicas", 0),
    }


async def record(jetstream: JetStream, series: dict[str, list[dict[str, Any]]]) -> None:
    begin = time.monotonic()
    for lag, seconds, meaning in STEPS:
        sys.stderr.write(f"{time.monotonic() - begin:5.0f} s  lag {lag}: {meaning}\n")
        for name in CONSUMERS:
            await set_lag(jetstream, name, lag)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for name, samples in series.items():
                at = round(time.monotonic() - begin, 1)
                sample = {"step": meaning, **await seen(jetstream, name)}
                if not samples or samples[-1] != {"at": samples[-1]["at"], **sample}:
                    samples.append({"at": at, **sample})
            await asyncio.sleep(0.8)


async def main(image: str, file: Path) -> None:
    await kubectl("create", "namespace", NAMESPACE)
    try:
        objects = [*nats(image), *target("one", image), *target("three", image)]
        listed = {"apiVersion": "v1", "kind": "List", "items": objects}
        await kubectl("-n", NAMESPACE, "apply", "-f", "-", stdin=json.dumps(listed))
        await kubectl("-n", NAMESPACE, "rollout", "status", "deployment/nats", "--timeout=120s")
        series: dict[str, list[dict[str, Any]]] = {name: [] for name in CONSUMERS}
        async with nats_forwarded() as jetstream:
            for name in CONSUMERS:
                config = {"name": stream(name), "subjects": [f"{stream(name)}.*"]}
                await jetstream.api(f"STREAM.CREATE.{stream(name)}", config)
                await make_consumers(jetstream, name)
            await asyncio.sleep(SETTLE.total_seconds())  # KEDA's back-off of the missing streams
            await record(jetstream, series)
        version = json.loads(await kubectl("version", "-o", "json"))
        operator = await kubectl(
            "-n", "keda", "get", "deployment", "keda-operator",
            "-o", "jsonpath={.spec.template.spec.containers[0].image}",
        )  # fmt: skip
        events = json.loads(await kubectl("-n", NAMESPACE, "get", "events", "-o", "json"))
        told = Counter(
            f"{each['involvedObject']['kind']}: {each['reason']}"
            + (": EOF" if each["message"] == "EOF" else "")
            for each in events["items"]
            if each["involvedObject"]["kind"] in {"ScaledObject", "HorizontalPodAutoscaler"}
        )
        recording = {
            "kubernetes": version["serverVersion"]["gitVersion"],
            "keda": operator.rpartition(":")[2],
            "hpaSync": "5s",
            "seconds": sum(seconds for _, seconds, _ in STEPS),
            "how": "tests/unit/operator/recordings/record.py",
            "autoscaling": AUTOSCALING,
            "events": told,
            "series": series,
        }
        await asyncio.to_thread(file.write_text, json.dumps(recording, indent=1) + "\n")
    finally:
        await kubectl("delete", "namespace", NAMESPACE, "--wait=false")


if __name__ == "__main__":
    default = Path(__file__).with_name("polled-every-3s.json")
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]) if sys.argv[2:] else default))
