"""The pod of a part, as the restricted profile of Kubernetes' Pod Security Standards wants it.

A pod that is told to go sleeps first, until no Service sends to it any more; then PROSA_GRACE is
for the work in hand. What it drops is redelivered after the ack wait, which also fits in before the
kubelet kills: a second replica never begins what the first may still finish.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from prosa.contracts.topology import ACK_WAIT
from prosa_operator import names
from prosa_operator.names import CONFIG_HASH, TEMPLATE_VERSION
from prosa_operator.observed import Object
from prosa_operator.rendering import environment, references, resources, runtime, volumes
from prosa_operator.rendering.bot import Bot, Part, digest

USER = 65532
"""`nonroot` of distroless images; ours have the same."""

UNROUTE = timedelta(seconds=5)
"""Sleep before SIGTERM: kube-proxy and ingress controllers hear of an endpoint's end late."""

MARGIN = timedelta(seconds=5)
KILLED_AFTER = UNROUTE + environment.GRACE + ACK_WAIT + MARGIN

PORTS: Mapping[Part, tuple[str, int]] = {
    "ingress": ("webhook", environment.WEBHOOK_PORT),
    "handoff": ("inbox", environment.HANDOFF_PORT),
    "analytics": ("console", environment.ANALYTICS_PORT),
}
HEALTH = "health"
CAMPAIGN = f"{names.GROUP}/campaign"
"""Label of a campaign's pods."""


def service_pod(bot: Bot, part: Part) -> Object:
    """Give the pod template of a service, with the two annotations that say what made it."""
    ports = [(HEALTH, environment.HEALTH_PORT), *([PORTS[part]] if part in PORTS else [])]
    container = _container(bot, part, ("-m", f"services.{part}")) | {
        "ports": [{"name": name, "containerPort": port} for name, port in ports],
        "startupProbe": _probe("/livez", period=2, failures=90),
        "livenessProbe": _probe("/livez", period=10, failures=3),
        "readinessProbe": _probe("/readyz", period=5, failures=2),
        "lifecycle": {"preStop": {"sleep": {"seconds": _seconds(UNROUTE)}}},
    }
    labels = names.labels(bot.chatbot, part)
    spec = _pod(bot, part, container) | {
        "terminationGracePeriodSeconds": _seconds(KILLED_AFTER),
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": key,
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": dict(labels)},
            }
            for key in ("kubernetes.io/hostname", "topology.kubernetes.io/zone")
        ],
    }
    return {
        "metadata": {
            "labels": labels,
            "annotations": {
                CONFIG_HASH: config_hash(bot, part),
                TEMPLATE_VERSION: digest([labels, spec]),
            },
        },
        "spec": spec,
    }


def job_pod(bot: Bot, part: Part, arguments: Sequence[str], labels: Mapping[str, str]) -> Object:
    """Give the pod template of a job that ends by itself.

    It carries no `managed-by`: a Job belongs to its CronJob, not to the Chatbot.
    """
    container = _container(bot, part, ("-m", "services.campaigns", *arguments))
    spec = _pod(bot, part, container) | {
        "restartPolicy": "Never",
        "terminationGracePeriodSeconds": _seconds(environment.GRACE + MARGIN),
    }
    return {"metadata": {"labels": dict(labels)}, "spec": spec}


def config_hash(bot: Bot, part: Part) -> str:
    """Name what people decided for this part: its pods are rolled when it changes, and only then.

    The Chatbot as the service reads it, and all Secrets that are mounted. Services follow most of
    those by themselves within a minute or two; rolling makes a rotation quick, and shows in the
    status when no pod has the old one any more. Neither the dialogue nor the number of replicas:
    conversation takes a new dialogue over, which a restart would do worse.
    """
    mounted = [
        (reference.use, reference.name, reference.keys, seen.digest)
        for reference in references.of(bot, part)
        if (seen := reference.seen(bot)) is not None
    ]
    written = resources.of(bot, part) if resources.is_written(bot, part) else {}
    exposed = [entry for entry in environment.of(bot, part) if entry["name"].endswith("_URL")]
    return digest([runtime.resolved(bot), mounted, written, exposed])


def _container(bot: Bot, part: Part, arguments: Sequence[str]) -> Object:
    return {
        "name": part,
        "image": bot.options.image.format(component=references.identity(part)),
        "imagePullPolicy": bot.options.image_pull_policy,
        "command": ["python", *arguments],
        "env": environment.of(bot, part),
        "resources": resources.of(bot, part),
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        },
        "volumeMounts": volumes.mounts(bot, part),
    }


def _pod(bot: Bot, part: Part, container: Object) -> Object:
    """Give what all pods share.

    No links to Services: a Service called `prosa-nats` would set PROSA_NATS_PORT, a setting.
    """
    pod: Object = {
        "serviceAccountName": bot.child(references.identity(part)),
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "runAsGroup": USER,
            "fsGroup": USER,
            "fsGroupChangePolicy": "OnRootMismatch",
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [container],
        "volumes": volumes.volumes(bot, part),
    }
    if bot.options.image_pull_secrets:
        pod["imagePullSecrets"] = [{"name": name} for name in bot.options.image_pull_secrets]
    return pod


def _probe(path: str, *, period: int, failures: int) -> Object:
    return {
        "httpGet": {"path": path, "port": HEALTH},
        "periodSeconds": period,
        "timeoutSeconds": 5,
        "failureThreshold": failures,
    }


def _seconds(span: timedelta) -> int:
    return int(span.total_seconds())
