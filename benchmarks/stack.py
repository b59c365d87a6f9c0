"""Prosa as `prosa up` runs it, with the load generator in Meta's place."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import yaml

BOT = Path(__file__).with_name("bot")
SERVICES = ("nats", "ingress", "conversation", "sender")
"""What a message passes through; PostgreSQL runs beside and has no part in it."""


class StackFailed(Exception):
    """Prosa did not start; the message says where its log is."""


@dataclass(frozen=True)
class Running:
    """A started stack."""

    webhook: str
    pids: dict[str, int]
    log: Path

    def cpu_seconds(self) -> dict[str, float]:
        """Give the seconds of CPU that each service has used, children included."""
        return {name: _cpu(psutil.Process(self.pids[name])) for name in SERVICES}

    def rss_mib(self) -> dict[str, float]:
        """Give the memory that each service holds, in MiB."""
        return {
            name: psutil.Process(self.pids[name]).memory_info().rss / 2**20 for name in SERVICES
        }


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system + times.children_user + times.children_system)


def app_secret() -> str:
    """Give the invented secret that the measured bot's webhooks are signed with."""
    document: dict[str, Any] = yaml.safe_load((BOT / "secrets.yaml").read_text())
    return str(document["stringData"]["app-secret"])


@contextmanager
def prosa(send_port: int) -> Iterator[Running]:
    """Start Prosa with its sends going to `send_port`; end it afterwards. Raises StackFailed."""
    with tempfile.TemporaryDirectory(prefix="prosa-bench-") as folder:
        log = Path(folder) / "prosa.log"
        command = [sys.executable, "-m", "prosa.cli", "up", "--json", "--no-simulator"]
        command += ["-f", str(BOT), "--data", f"{folder}/data"]
        command += ["--graph-url", f"http://127.0.0.1:{send_port}"]
        with log.open("wb") as errors:
            process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=errors, env={**os.environ}
            )
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line:
                raise StackFailed(f"prosa up ended: {log.read_text()[-2000:]}")
            ready = json.loads(line)
            yield Running(ready["webhook"], ready["pids"], log)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
