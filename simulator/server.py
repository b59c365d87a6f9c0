"""The HTTP server: uvicorn, a connection that can be cut, and an end that waits for nobody.

uvicorn gives an application no way to reset a connection, which one of the faults needs; here the
protocol puts it into the ASGI scope.
"""

import asyncio
import signal
import socket
import struct
from collections.abc import Callable, Generator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from simulator.graph import CUT

KEEP_ALIVE_SECONDS = 120  # longer than clients keep theirs: ours must not close one in use
GRACE_SECONDS = 2  # for answers in the making; nothing here is worth waiting for
BACKLOG = 2048


class CuttableProtocol(HttpToolsProtocol):
    """HTTP/1.1, whose scope can cut the connection: the client sees a reset."""

    def on_message_begin(self) -> None:
        """Put the knife into the request's scope."""
        super().on_message_begin()
        self.scope["extensions"] = {CUT: {"cut": self._cut}}

    def _cut(self) -> None:
        connection = self.transport.get_extra_info("socket")
        # Closing with linger 0 sends RST instead of FIN.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()


class Server(uvicorn.Server):
    """Serves until SIGTERM or SIGINT, then ends with exit code 0."""

    def __init__(
        self, app: ASGIApp, *, started: Callable[[], None], ended: Callable[[], None]
    ) -> None:
        """Take `started`, called when connections are accepted, and `ended`, at a signal."""
        super().__init__(
            uvicorn.Config(
                app,
                http=CuttableProtocol,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
        )
        self._on_started = started
        self._on_ended = ended

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        self._on_started()

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Take signals as the wish to end; uvicorn itself would raise them again at the end."""
        loop = asyncio.get_running_loop()
        for each in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(each, self._end)
        try:
            yield
        finally:
            for each in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(each)
                signal.signal(each, signal.SIG_IGN)  # we are ending: a second one adds nothing

    def _end(self) -> None:
        self._on_ended()
        self.should_exit = True


def listen(host: str, port: int) -> socket.socket:
    """Open the listening socket; port 0 takes a free one. Raises OSError."""
    return socket.create_server((host, port), backlog=BACKLOG)
