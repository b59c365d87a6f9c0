"""What stands beside the pods: who they are, how many may go at once, who counts what they did."""

from prosa_operator import names
from prosa_operator.observed import Object
from prosa_operator.rendering import network, pods, references, replicas
from prosa_operator.rendering.bot import PARTS, Bot

SCRAPED_EVERY = "15s"


def accounts(bot: Bot) -> list[Object]:
    """Give each part a ServiceAccount of its own, without a token and without any right."""
    parts = dict.fromkeys(references.identity(part) for part in PARTS if bot.has(part))
    return [
        bot.object("v1", "ServiceAccount", part, {"automountServiceAccountToken": False})
        for part in parts
    ]


def disruption_budgets(bot: Bot) -> list[Object]:
    """Let a drain take one pod at a time, of components that may have several.

    Of one that has a single pod a budget would either be of no use or hold up the drain.
    """
    return [
        bot.object(
            "policy/v1",
            "PodDisruptionBudget",
            name,
            {
                "spec": {
                    "maxUnavailable": 1,
                    "selector": {"matchLabels": names.selector(bot.chatbot, name)},
                    "unhealthyPodEvictionPolicy": "AlwaysAllow",
                }
            },
        )
        for name in names.COMPONENTS
        if bot.has(name) and replicas.most(bot, name) > 1
    ]


def monitors(bot: Bot, kinds: frozenset[str]) -> list[Object]:
    """Have Prometheus read all pods, where its operator is installed.

    The job is called `prosa-<component>`, as the alerts expect.
    """
    if "ServiceMonitor" not in kinds:
        return []
    service = names.labels(bot.chatbot, network.METRICS)
    spec = {
        "selector": {
            "matchLabels": {
                key: service[key]
                for key in ("app.kubernetes.io/instance", "app.kubernetes.io/component")
            }
        },
        "endpoints": [
            {
                "port": pods.HEALTH,
                "interval": SCRAPED_EVERY,
                "relabelings": [
                    {
                        "sourceLabels": ["__meta_kubernetes_pod_label_app_kubernetes_io_component"],
                        "targetLabel": "job",
                        "replacement": "prosa-$1",
                    },
                    {"targetLabel": "chatbot", "replacement": bot.chatbot.metadata.name},
                ],
            }
        ],
    }
    return [
        bot.object("monitoring.coreos.com/v1", "ServiceMonitor", network.METRICS, {"spec": spec})
    ]
