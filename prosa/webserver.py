"""A component's web server as a part of its process: it starts, serves, and drains when told to.

The port is opened when the server is made, so that a taken one is told as a setting to change.
Signals are `prosa.service`'s, which stops the parts in order.
"""

import contextlib
import socket
from collections.abc import Iterator
from datetime import timedelta

import uvicorn
from starlette.types import ASGIApp

from prosa.errors import ConfigError

_BACKLOG = 1024


class _Uvicorn(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave SIGTERM to `prosa.service`."""
        yield


class WebServer:
    """Serves one ASGI application on `host`:`port`; `setting` is what a taken port is told as.

    Beyond `concurrency` requests at a time it answers 503. Raises ConfigError.
    """

    def __init__(
        self,
        app: ASGIApp,
        host: str,
        port: int,
        *,
        setting: str,
        grace: timedelta,
        concurrency: int | None = None,
    ) -> None:
        self._socket = _open(host, port, setting)
        self._server = _Uvicorn(
            uvicorn.Config(
                app,
                http="httptools",
                ws="none",
                lifespan="off",
                access_log=False,
                log_config=None,
                server_header=False,
                proxy_headers=False,
                limit_concurrency=concurrency,
                timeout_graceful_shutdown=int(grace.total_seconds()),
            )
        )

    @property
    def port(self) -> int:
        """Where it listens."""
        port: int = self._socket.getsockname()[1]
        return port

    @property
    def ready(self) -> bool:
        """Whether requests are answered."""
        return self._server.started and not self._server.should_exit

    async def run(self) -> None:
        """Serve until `stop`; answers what is in hand before it returns."""
        await self._server.serve(sockets=[self._socket])

    def stop(self) -> None:
        """Take no more requests."""
        self._server.should_exit = True


def _open(host: str, port: int, setting: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((host, port))
    except OSError as error:
        opened.close()
        raise ConfigError(
            f"{setting}: {host}:{port} cannot be opened ({error.strerror});"
            " choose another, or 0 for any"
        ) from error
    opened.listen(_BACKLOG)
    return opened
