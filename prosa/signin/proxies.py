"""From where a request really comes, when proxies stand in front.

Pure. Delays are counted by address and the audit names it, so a made-up one must not pass: of
`X-Forwarded-For` only what trusted proxies wrote is believed, read from the end that is nearest.
"""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from prosa.errors import ConfigError

Network = IPv4Network | IPv6Network


def read(text: str) -> tuple[Network, ...]:
    """Read networks with commas between them, such as `10.0.0.0/8`. Raises ConfigError."""
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise ConfigError(f"PROSA_SIGNIN_PROXIES: {error}") from None


def origin(peer: str, forwarded: Sequence[str], trusted: Sequence[Network]) -> str:
    """Give the nearest address that is no trusted proxy's; `forwarded` are the header's values."""
    hops = [hop.strip() for value in forwarded for hop in value.split(",")]
    here = peer
    while _is_among(here, trusted) and hops:
        before = hops.pop()
        if not _is_address(before):
            return here
        here = before
    return here


def _is_among(text: str, networks: Sequence[Network]) -> bool:
    return _is_address(text) and any(ip_address(text) in network for network in networks)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
