"""The load generator: built from its C source when needed, run once a measurement."""

import json
import socket
import subprocess
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("loadgen")
PROGRAM = FOLDER / "loadgen"


class LoadgenFailed(Exception):
    """What went wrong, in a sentence for the person who measures."""


def build() -> None:
    """Compile the generator. Raises LoadgenFailed with what is missing."""
    done = subprocess.run(["make", "-C", str(FOLDER)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise LoadgenFailed(
            f"the load generator does not build:\n{done.stderr.strip()}\n"
            "It needs a C compiler and OpenSSL's headers: apt-get install gcc make libssl-dev"
        )


def free_port() -> int:
    """Give a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def run(webhook: str, send_port: int, app_secret: str, *options: str) -> dict[str, Any]:
    """Run the generator; gives its record, also when messages were lost. Raises LoadgenFailed."""
    command = [str(PROGRAM), "--webhook", webhook, "--send-port", str(send_port)]
    command += ["--app-secret", app_secret, *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):  # 1: the record says what was lost, doubled or out of order
        raise LoadgenFailed(f"the load generator failed: {done.stderr.strip()}")
    record: dict[str, Any] = json.loads(done.stdout)
    return record
