"""Where foreign servers stand, as far as their addresses tell: for NetworkPolicies and monitoring.

A name of one label is a Service beside us, `service.namespace` and what ends in `.svc…` one of that
namespace; everything else lies outside the cluster. Pure.
"""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from prosa_operator.rendering.bot import Bot

NATS_PORT = 4222
POSTGRES_PORT = 5432
_PORTS = {"http": 80, "https": 443, "nats": NATS_PORT, "tls": NATS_PORT}
_TLS = frozenset(("https", "tls"))
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?")


@dataclass(frozen=True, order=True)
class Address:
    """A server: its host, its port, and the namespace of its pods; empty: outside."""

    host: str
    port: int
    namespace: str = ""
    secure: bool = False


def address(url: str, own_namespace: str) -> Address:
    """Read a URL. Raises ValueError when it has no host, no known scheme or no port to go to."""
    parts = urlsplit(url if "://" in url else f"nats://{url}")
    if not parts.hostname or parts.scheme not in _PORTS:
        raise ValueError(f"{url!r} is no address")
    port = parts.port or _PORTS[parts.scheme]
    namespace = _namespace(parts.hostname, own_namespace)
    return Address(parts.hostname, port, namespace, parts.scheme in _TLS)


def nats_servers(bot: Bot) -> tuple[Address, ...]:
    """Give all NATS servers that the Chatbot names."""
    own = bot.chatbot.metadata.namespace
    urls = bot.chatbot.spec.messaging.url.split(",")
    return tuple(address(url.strip(), own) for url in urls if url.strip())


def nats(bot: Bot) -> Address:
    """Give the first NATS server."""
    return nats_servers(bot)[0]


def named_in(text: str, own_namespace: str) -> frozenset[Address]:
    """Find the HTTP servers whose addresses stand in a dialogue, for its tools."""
    found = (_address_or_none(url, own_namespace) for url in _ADDRESS.findall(text))
    return frozenset(each for each in found if each is not None)


def _address_or_none(url: str, own_namespace: str) -> Address | None:
    try:
        return address(url, own_namespace)
    except ValueError:  # a port beyond the last one: an example in a text, no tool
        return None


def _namespace(host: str, own: str) -> str:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        labels = host.rstrip(".").split(".")
        if len(labels) == 1:
            return own
        if len(labels) == 2 or labels[2] == "svc":  # noqa: PLR2004 - service.namespace
            return labels[1]
    return ""
