"""Which port each part of a laptop's stack listens on."""

import socket
from collections.abc import Iterator
from contextlib import closing

from prosa.errors import ConfigError

BASE = 8900
_HIGHEST = 65_535


def choose(names: tuple[str, ...], base: int | None) -> dict[str, int]:
    """Give each name a port: `base` and those that follow, or, without one, free ones from 8900 on.

    Raises ConfigError when a port that was asked for is taken.
    """
    if base is not None:
        ports = dict(zip(names, range(base, base + len(names)), strict=True))
        for name, port in ports.items():
            if not _free(port):
                raise ConfigError(
                    f"port {port} (for {name}) is taken; stop what uses it, or give another"
                    " --port-base"
                )
        return ports
    free = _free_ones(BASE)
    return {name: next(free) for name in names}


def _free_ones(first: int) -> Iterator[int]:
    for port in range(first, _HIGHEST):
        if _free(port):
            yield port
    raise ConfigError("no port is free on this machine")


def _free(port: int) -> bool:
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
