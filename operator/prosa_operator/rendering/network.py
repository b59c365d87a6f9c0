"""Services, and NetworkPolicies that allow what a part does and nothing else.

Policies add up: where a server stands that no rule here foresees (a PostgreSQL at another port, a
mail server), a policy of one's own opens the way, and the operator leaves it alone.
"""

from collections.abc import Iterator

from prosa_operator import names
from prosa_operator.names import ComponentName
from prosa_operator.observed import Object
from prosa_operator.rendering import addresses, environment, pods, references
from prosa_operator.rendering.addresses import Address
from prosa_operator.rendering.bot import PARTS, Bot, Part
from prosa_operator.rendering.exposure import SERVICE_PORT

METRICS = "metrics"
DNS_PORT = 53
HTTPS_PORT = 443
MAIL_PORTS = (465, 587)


def services(bot: Bot) -> list[Object]:
    """Give a Service for each part with pages or webhooks, and a headless one for all metrics."""
    found = [
        _service(bot, name) for name in names.COMPONENTS if name in pods.PORTS and bot.has(name)
    ]
    selector = names.selector(bot.chatbot, "ingress")
    del selector["app.kubernetes.io/component"]
    spec = {
        "clusterIP": "None",
        "publishNotReadyAddresses": True,
        "selector": selector,
        "ports": [_port(pods.HEALTH, environment.HEALTH_PORT, pods.HEALTH)],
    }
    return [*found, bot.object("v1", "Service", METRICS, {"spec": spec})]


def _service(bot: Bot, component: ComponentName) -> Object:
    spec = {
        "type": "ClusterIP",
        "selector": names.selector(bot.chatbot, component),
        "ports": [_port("http", SERVICE_PORT, pods.PORTS[component][0])],
    }
    return bot.object("v1", "Service", component, {"spec": spec})


def _port(name: str, port: int, target: str) -> Object:
    return {"name": name, "port": port, "targetPort": target, "protocol": "TCP"}


def policies(bot: Bot, dialogue: str) -> list[Object]:
    """Give a policy for each part; `dialogue` is the text that serves, for the tools it calls."""
    return [_policy(bot, part, dialogue) for part in PARTS if bot.has(part)]


def _policy(bot: Bot, part: Part, dialogue: str) -> Object:
    labels = names.labels(bot.chatbot, part)
    del labels["app.kubernetes.io/managed-by"], labels["app.kubernetes.io/part-of"]
    spec = {
        "podSelector": {"matchLabels": labels},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": _ingress(part),
        "egress": [
            {"ports": [{"port": DNS_PORT, "protocol": name} for name in ("UDP", "TCP")]},
            *(_to(*way) for way in sorted(_ways_out(bot, part, dialogue))),
        ],
    }
    return bot.object("networking.k8s.io/v1", "NetworkPolicy", part, {"spec": spec})


def _ingress(part: Part) -> list[Object]:
    """Let anybody in to pages and webhooks, which ask who it is, and the cluster to metrics."""
    if part not in names.COMPONENTS:
        return []
    metrics = {
        "from": [{"namespaceSelector": {}}],
        "ports": [{"port": environment.HEALTH_PORT, "protocol": "TCP"}],
    }
    if part not in pods.PORTS:
        return [metrics]
    return [{"ports": [{"port": pods.PORTS[part][1], "protocol": "TCP"}]}, metrics]


def _ways_out(bot: Bot, part: Part, dialogue: str) -> set[tuple[int, str]]:
    """Give ports and the namespaces that they are in; no namespace: anywhere."""
    servers = (
        *addresses.nats_servers(bot),
        *_stores(bot, part),
        *_web(bot, part),
        *(addresses.named_in(dialogue, _own(bot)) if part == "conversation" else ()),
    )
    return {(server.port, server.namespace) for server in servers}


def _stores(bot: Bot, part: Part) -> Iterator[Address]:
    """Give what only a Secret knows the address of: of those the usual port is foreseen."""
    for reference in references.of(bot, part):
        if reference.use == "database":
            yield Address("", addresses.POSTGRES_PORT)
        if reference.use == "crm":
            yield Address("", HTTPS_PORT)


def _web(bot: Bot, part: Part) -> Iterator[Address]:
    spec = bot.chatbot.spec
    if part in ("handoff", "analytics", "sender"):
        yield Address("", HTTPS_PORT)  # an identity provider; files that a dialogue links to
    if part in ("handoff", "sender"):
        yield addresses.address(spec.whatsapp.graph_url, _own(bot))
    if part == "sender" and spec.assets is not None:
        yield addresses.address(spec.assets.base_url, _own(bot))
    if part == "handoff" and any(team.notify.email for team in spec.handoff.teams):
        yield from (Address("", port) for port in MAIL_PORTS)
    if part == "catalogue" and spec.catalogue and spec.catalogue.source.http:
        yield addresses.address(spec.catalogue.source.http.url, _own(bot))


def _own(bot: Bot) -> str:
    return bot.chatbot.metadata.namespace


def _to(port: int, namespace: str) -> Object:
    """Allow a server's port: in its namespace, or anywhere when it lies outside the cluster."""
    rule: Object = {"ports": [{"port": port, "protocol": "TCP"}]}
    if namespace:
        match = {"kubernetes.io/metadata.name": namespace}
        rule["to"] = [{"namespaceSelector": {"matchLabels": match}}]
    return rule
