"""Prometheus' own checker of rules, found or fetched.

`promtool` is what runs the alerts' tests on anybody's machine; here it also parses the dashboards'
queries. No package of Python's or npm's carries it. Debian's does: its program is unpacked beside
the tests' cache, and nothing is installed or started.
"""

import fcntl
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

from tests.support.metrics import ROOT

CACHE = ROOT / ".pytest_cache" / "promtool"
_PACKAGE = "prometheus"


@cache
def promtool() -> Path:
    """Find the program, or fetch it. Raises RuntimeError that says what to do."""
    if found := shutil.which("promtool"):
        return Path(found)
    if not shutil.which("apt-get"):
        raise RuntimeError(
            "the tests of alerts need promtool on PATH; it comes with Prometheus"
            " (for example: brew install prometheus)"
        )
    CACHE.mkdir(parents=True, exist_ok=True)
    program = CACHE / "usr" / "bin" / "promtool"
    with (CACHE / "lock").open("w") as lock:  # workers that start together fetch it once
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not program.exists():
            _fetch()
    return program


def check(*arguments: str | Path) -> tuple[bool, str]:
    """Run promtool; gives whether it is content, and what it said."""
    done = subprocess.run(  # noqa: S603 - our own program
        [promtool(), *arguments], check=False, capture_output=True, text=True, timeout=120
    )
    return done.returncode == 0, done.stdout + done.stderr


def _fetch() -> None:
    apt = ["apt-get", "-qq", "-o", "APT::Sandbox::User=root"]
    if not _download(apt) and os.geteuid() == 0:
        subprocess.run([*apt, "update"], check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - constants
        _download(apt)
    packages = sorted(CACHE.glob("*.deb"))
    if not packages:
        raise RuntimeError(
            "promtool is missing and apt-get download prometheus does not bring it; run"
            " apt-get update, or put promtool on PATH"
        )
    subprocess.run(["dpkg-deb", "-x", packages[-1], CACHE], check=True)  # noqa: S603, S607 - constants
    for package in packages:
        package.unlink()


def _download(apt: list[str]) -> bool:
    done = subprocess.run(  # noqa: S603 - constants
        [*apt, "download", _PACKAGE], check=False, cwd=CACHE, capture_output=True
    )
    return done.returncode == 0
