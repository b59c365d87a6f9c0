"""The way in: an Ingress, or an HTTPRoute, for each of three doors.

The webhook stands at `https://<host>/webhook`, the inbox at `https://inbox.<host>`, the console at
`https://console.<host>`. Each door has a host of its own because the pages are rooted at `/`, and
because a browser then never sends an agent's session to the webhook. Ingress pods answer for their
own Chatbot, so two Chatbots cannot share a host.
"""

from typing import Literal

from prosa_operator.names import ComponentName
from prosa_operator.observed import Object
from prosa_operator.rendering.bot import Bot

WEBHOOK_PATH = "/webhook"
SERVICE_PORT = 80

Door = Literal["webhook", "inbox", "console"]
DOORS: dict[Door, ComponentName] = {
    "webhook": "ingress",
    "inbox": "handoff",
    "console": "analytics",
}


def host(bot: Bot, door: Door) -> str:
    """Name the host of a door; empty when the Chatbot is not exposed."""
    exposure = bot.chatbot.spec.exposure
    if exposure is None:
        return ""
    return exposure.host if door == "webhook" else f"{door}.{exposure.host}"


def url(bot: Bot, door: Door) -> str:
    """Give the address of a door as people see it; empty when there is none."""
    name = host(bot, door)
    return f"https://{name}" if name else ""


def objects(bot: Bot, kinds: frozenset[str]) -> list[Object]:
    """Give the Ingresses, or the HTTPRoutes where a Gateway is named and the kind is known."""
    exposure = bot.chatbot.spec.exposure
    if exposure is None:
        return []
    doors = [door for door, component in DOORS.items() if bot.has(component)]
    if exposure.gateway is None:
        return [_ingress(bot, door) for door in doors]
    return [_route(bot, door) for door in doors] if "HTTPRoute" in kinds else []


def _ingress(bot: Bot, door: Door) -> Object:
    exposure = bot.chatbot.spec.exposure
    assert exposure is not None  # noqa: S101 - the caller looked
    backend = {"service": {"name": bot.child(DOORS[door]), "port": {"number": SERVICE_PORT}}}
    path = (WEBHOOK_PATH, "Exact") if door == "webhook" else ("/", "Prefix")
    spec: Object = {
        "rules": [
            {
                "host": host(bot, door),
                "http": {"paths": [{"path": path[0], "pathType": path[1], "backend": backend}]},
            }
        ]
    }
    if exposure.ingress_class:
        spec["ingressClassName"] = exposure.ingress_class
    if exposure.tls_secret:
        spec["tls"] = [{"hosts": [host(bot, door)], "secretName": exposure.tls_secret}]
    return bot.object(
        "networking.k8s.io/v1", "Ingress", DOORS[door], {"spec": spec}, name=bot.child(door)
    )


def _route(bot: Bot, door: Door) -> Object:
    exposure = bot.chatbot.spec.exposure
    assert exposure is not None  # noqa: S101 - the caller looked
    assert exposure.gateway is not None  # noqa: S101 - the caller looked
    parent = {"name": exposure.gateway.name}
    if exposure.gateway.namespace:
        parent["namespace"] = exposure.gateway.namespace
    path = (
        {"type": "Exact", "value": WEBHOOK_PATH}
        if door == "webhook"
        else {"type": "PathPrefix", "value": "/"}
    )
    spec = {
        "parentRefs": [parent],
        "hostnames": [host(bot, door)],
        "rules": [
            {
                "matches": [{"path": path}],
                "backendRefs": [{"name": bot.child(DOORS[door]), "port": SERVICE_PORT}],
            }
        ],
    }
    return bot.object(
        "gateway.networking.k8s.io/v1",
        "HTTPRoute",
        DOORS[door],
        {"spec": spec},
        name=bot.child(door),
    )
