"""Serves the bots' `assets/` folders on the loopback address."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


@contextmanager
def serve(folders: Mapping[str, Path], port: int) -> Iterator[dict[str, str]]:
    """Serve each folder below `/<name>/` until the block ends; gives their addresses."""
    server = ThreadingHTTPServer(("127.0.0.1", port), partial(_Handler, folders=folders))
    thread = threading.Thread(target=server.serve_forever, name="assets", daemon=True)
    thread.start()
    try:
        yield {name: f"http://127.0.0.1:{server.server_port}/{name}/" for name in folders}
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(SimpleHTTPRequestHandler):
    """Files only: no listings, no log, and nothing outside the folders."""

    def __init__(self, *args: Any, folders: Mapping[str, Path], **kwargs: Any) -> None:
        self._folders = folders
        super().__init__(*args, **kwargs)

    def translate_path(self, path: str) -> str:
        """Find the file below its bot's folder; the parent class drops `..` and the query."""
        name, _, rest = path.lstrip("/").partition("/")
        folder = self._folders.get(name)
        if folder is None:
            return "/nonexistent"
        self.directory = str(folder)
        return super().translate_path(f"/{rest}")

    def list_directory(self, path: Any) -> None:
        """Refuse: what is not named is not shown."""
        del path
        self.send_error(HTTPStatus.NOT_FOUND)

    def log_message(self, *args: Any) -> None:
        """Say nothing: the simulator's journal has every request."""
