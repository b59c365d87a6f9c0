"""Finds a Chromium to test with, and installs Debian's where that is in our hands.

Playwright's own browsers come from a download that many networks refuse; a distribution's Chromium
is at hand almost everywhere and is what the pages are tested with.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")
PACKAGES = ("chromium", "fonts-noto-color-emoji")
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find() -> Path | None:
    """Look for an installed browser on PATH."""
    return next((Path(found) for name in NAMES if (found := shutil.which(name))), None)


def find_or_install() -> Path:
    """Find the browser, or install it where one may. Raises RuntimeError that says what to do."""
    if found := find():
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _install()
        if found := find():
            return found
    raise RuntimeError(
        f"the browser tests need one of {', '.join(NAMES)} on PATH;"
        f" on Debian or Ubuntu: apt-get install {' '.join(PACKAGES)}"
    )


def flags() -> list[str]:
    """List the command line's flags. Chromium's sandbox refuses to run as root."""
    return [*FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]


def _install() -> None:
    assert sys.__stderr__ is not None
    sys.__stderr__.write("\ninstalling chromium for the browser tests: this takes a minute\n")
    sys.__stderr__.flush()
    apt = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300"]
    for command in (["update"], ["install", "-y", "--no-install-recommends", *PACKAGES]):
        subprocess.run([*apt, *command], check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - constants
