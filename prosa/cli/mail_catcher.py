"""Takes the e-mails of a laptop's bots and keeps each as a file, so that nobody is written to.

Any mail program opens a `.eml`. Who names a server of his own (PROSA_SMTP_HOST) gets no catcher.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from prosa.cli import layout
from prosa.clock import Clock, SystemClock

SENDER = "Prosa <prosa@localhost>"
_UNSAFE = re.compile(r"[^A-Za-z0-9@._-]+")


class Catcher:
    """Writes what it is handed into a folder."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd asks for this name
        """Keep one e-mail."""
        del server, session
        moment = self._clock.now().strftime("%Y%m%dT%H%M%S.%f")
        to = _UNSAFE.sub("_", envelope.rcpt_tos[0]) if envelope.rcpt_tos else "nobody"
        content = envelope.content or b""
        data = content if isinstance(content, bytes) else content.encode()
        layout.write_secret(self._folder / f"{moment}-{to}.eml", data.decode("utf-8", "replace"))
        return "250 Kept"


@contextmanager
def serve(folder: Path, port: int) -> Iterator[None]:
    """Take e-mails on the loopback address until the block ends."""
    layout.folder(folder)
    controller = Controller(Catcher(folder, SystemClock()), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield
    finally:
        controller.stop()


def settings(port: int) -> dict[str, str]:
    """Point a service here, unless the person named a mail server of his own."""
    if os.environ.get("PROSA_SMTP_HOST"):
        return {}
    return {
        "PROSA_SMTP_HOST": "127.0.0.1",
        "PROSA_SMTP_PORT": str(port),
        "PROSA_SMTP_TLS": "none",
        "PROSA_SMTP_SENDER": SENDER,
    }
