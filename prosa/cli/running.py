"""What runs now, as `prosa up` left it for the other commands, and how to reach it.

A connection is found in this order: what the command line says, what `prosa up` left in the data
folder.
"""

import os
from pathlib import Path

import msgspec

from prosa.cli.layout import Layout, write_secret
from prosa.errors import ConfigError
from prosa.settings import NatsSettings

DATA = Path(".data")


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """Addresses and process ids; what does not run is None.

    The addresses hold no password: PostgreSQL's names the file that has it.
    """

    webhook: str | None = None
    phone: str | None = None
    inbox: str | None = None
    console: str | None = None
    nats: str | None = None
    postgres: str | None = None
    pids: dict[str, int] = {}


class _File(msgspec.Struct, frozen=True):
    up: int
    bots: tuple[str, ...]
    running: Running


class Connection(msgspec.Struct, frozen=True):
    """How a command reaches the streams, and which bots there are (none: it must be told)."""

    nats: NatsSettings
    bots: tuple[str, ...] = ()


def remember(layout: Layout, up: int, bots: tuple[str, ...], running: Running) -> None:
    """Leave word of what runs."""
    write_secret(layout.running, msgspec.json.encode(_File(up, bots, running)).decode())


def forget(layout: Layout) -> None:
    """Take the word back."""
    layout.running.unlink(missing_ok=True)


def find(data: Path, nats: str | None, credentials: Path | None) -> Connection:
    """Find a connection. Raises ConfigError that says how to give one."""
    if nats is not None:
        return Connection(NatsSettings(url=nats, credentials=credentials))
    layout = Layout(data)
    try:
        file = msgspec.json.decode(layout.running.read_bytes(), type=_File)
        os.kill(file.up, 0)  # a `prosa up` that was killed could not take its word back
    except (OSError, msgspec.MsgspecError):
        raise ConfigError(
            f"nothing runs on {data}; start it with `prosa up`,"
            " or say where NATS is: --nats URL --credentials FOLDER"
        ) from None
    settings = NatsSettings(
        url=file.running.nats or "", credentials=credentials or layout.credentials("cli")
    )
    return Connection(settings, file.bots)
