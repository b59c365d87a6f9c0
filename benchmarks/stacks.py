"""What is measured: Prosa as `prosa up` runs it, and the rival, each with the generator as Meta."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from benchmarks import loadgen

BOT = Path(__file__).with_name("bot")
RIVAL = Path(__file__).with_name("celery_rival")
RIVAL_ENVIRONMENT = Path(".bench/celery")
DATA_PATH = ("nats", "ingress", "conversation", "sender")
"""What a message passes through."""

_READY_SECONDS = 60.0


class StackFailed(Exception):
    """A stack did not start; the message says why."""


@dataclass(frozen=True)
class Running:
    """A started stack: its webhook, its processes by name, and how webhooks are signed."""

    webhook: str
    pids: dict[str, int]
    send_port: int
    app_secret: str


Stack = Callable[[], AbstractContextManager[Running]]


def app_secret() -> str:
    """Give the invented secret that the measured bot's webhooks are signed with."""
    document: dict[str, Any] = yaml.safe_load((BOT / "secrets.yaml").read_text())
    return str(document["stringData"]["app-secret"])


@contextmanager
def prosa(spec: Mapping[str, Any] | None = None) -> Iterator[Running]:
    """Start Prosa's message path; `spec` replaces parts of the bot's. Raises StackFailed."""
    send_port = loadgen.free_port()
    with tempfile.TemporaryDirectory(prefix="prosa-bench-") as folder:
        bot = _bot(Path(folder) / "bot", spec or {})
        log = Path(folder) / "prosa.log"
        command = [sys.executable, "-m", "prosa.cli", "up", "--json", "--no-simulator"]
        command += ["--messages-only", "-f", str(bot), "--data", f"{folder}/data"]
        command += ["--graph-url", f"http://127.0.0.1:{send_port}"]
        with log.open("wb") as errors:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors)
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line:
                raise StackFailed(f"prosa up ended: {log.read_text()[-2000:]}")
            ready = json.loads(line)
            pids = {name: ready["pids"][name] for name in DATA_PATH}
            yield Running(ready["webhook"], pids, send_port, app_secret())
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def _bot(folder: Path, spec: Mapping[str, Any]) -> Path:
    shutil.copytree(BOT, folder)
    file = folder / "chatbot.yaml"
    document = yaml.safe_load(file.read_text())
    document["spec"] |= spec
    file.write_text(yaml.safe_dump(document))
    return folder


# --- the rival ------------------------------------------------------------------------------------


def prepare_rival() -> None:
    """Make the rival's environment, and look for Redis. Raises StackFailed with what is missing."""
    if shutil.which("redis-server") is None:
        raise StackFailed("the rival needs Redis: apt-get install redis-server")
    done = RIVAL_ENVIRONMENT / "installed"
    wanted = RIVAL / "requirements.txt"
    if done.exists() and done.stat().st_mtime > wanted.stat().st_mtime:
        return
    uv = (sys.executable, "-m", "uv")
    python = str(RIVAL_ENVIRONMENT / "bin" / "python")
    for command in (
        (*uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(RIVAL_ENVIRONMENT)),
        (*uv, "pip", "install", "--quiet", "--python", python, "-r", str(wanted)),
    ):
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        if result.returncode:
            raise StackFailed(f"the rival's environment cannot be made: {result.stderr.strip()}")
    done.touch()


@contextmanager
def celery(*, tuned: bool = False) -> Iterator[Running]:
    """Start the rival: Redis, a worker with four children, the webhook. Raises StackFailed."""
    send_port, redis_port, web_port = (loadgen.free_port() for _ in range(3))
    python = str((RIVAL_ENVIRONMENT / "bin" / "python").absolute())
    environment = os.environ | {
        "REDIS_PORT": str(redis_port),
        "GRAPH_URL": f"http://127.0.0.1:{send_port}",
        "APP_SECRET": app_secret(),
        "TUNED": "1" if tuned else "0",
    }
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="celery-bench-"))

        def start(name: str, *command: str) -> subprocess.Popen[bytes]:
            log = stack.enter_context((Path(folder) / f"{name}.log").open("wb"))
            process = subprocess.Popen(
                command,
                cwd=RIVAL,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            stack.callback(_end, process)
            return process

        redis = start(
            *("redis", "redis-server", "--port", str(redis_port), "--bind", "127.0.0.1"),
            *("--dir", folder, "--save", "", "--appendonly", "no"),
        )
        _wait_for_port(redis_port, redis)
        worker = start(
            *("worker", python, "-m", "celery", "-A", "worker", "worker", "--pool", "prefork"),
            *("--concurrency", "4", "-Q", "default,high_priority,low_priority", "-l", "WARNING"),
        )
        web = start(
            *("web", python, "-m", "uvicorn", "webhook:app", "--host", "127.0.0.1"),
            *("--port", str(web_port), "--loop", "uvloop", "--http", "httptools"),
            *("--no-access-log", "--log-level", "warning"),
        )
        _wait_for_port(web_port, web)
        _wait_for_worker(python, environment)
        pids = {"redis": redis.pid, "worker": worker.pid, "web": web.pid}
        yield Running(f"http://127.0.0.1:{web_port}/webhook", pids, send_port, app_secret())


def _wait_for_port(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise StackFailed(f"nothing listens on port {port}: {process.args!r} is not ready")


def _wait_for_worker(python: str, environment: Mapping[str, str]) -> None:
    ask = "import sys, worker; sys.exit(not worker.app.control.ping(timeout=1))"
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline:
        if not _status([python, "-c", ask], environment):
            return
    raise StackFailed("the rival's worker does not answer")


def _status(command: Sequence[str], environment: Mapping[str, str]) -> int:
    return subprocess.run(
        command, cwd=RIVAL, env=dict(environment), capture_output=True, check=False
    ).returncode


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
