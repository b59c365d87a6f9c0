"""What an image installs is enough: the wheel with one extra, in an environment of its own.

The checkout's environment holds everything, so that an import too many would not be noticed there.
Packages come from uv's cache, which `make install` has filled; without it, from the index.
"""

import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from zipfile import ZipFile

import pytest

from prosa.web import build

LOCK = build.ROOT / "requirements.lock"
ASSETS = "prosa/web/assets/"
NOT_INSTALLED = "import importlib.util as u; assert not u.find_spec({!r}), 'it is there'"
LOADS = "from prosa.understanding.embedder import build_embedder as b; b('embedded')"

Environment = Callable[[str], Path]


def run(*command: str | Path, cwd: Path | None = None) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)  # noqa: S603 - our own programs
    assert done.returncode == 0, done.stderr


def uv(*words: str | Path) -> None:
    """Run uv on its cache alone; ask the index only for what that lacks."""
    try:
        run(sys.executable, "-m", "uv", "--quiet", "--offline", *words)
    except AssertionError:
        run(sys.executable, "-m", "uv", "--quiet", *words)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=build.ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """Make an environment that holds the wheel and one extra; gives its interpreter."""

    def install(extra: str) -> Path:
        folder = tmp_path_factory.mktemp(extra)
        python = folder / "bin" / "python"
        uv("venv", "--clear", "--python", sys.executable, folder)
        what = f"prosa[{extra}] @ {wheel.as_uri()}"
        uv("pip", "install", "--python", python, "--constraint", LOCK, what)
        return python

    return install


def runs(python: Path, *lines: str) -> None:
    """Run a program that sees nothing but its environment."""
    run(python, "-I", "-c", "\n".join(lines), cwd=python.parent)


@pytest.mark.parametrize(
    ("extra", "lines", "foreign"),
    [
        ("ingress", ["import services.ingress.__main__"], ("aiohttp", "numpy", "typer")),
        ("conversation", ["import services.conversation.__main__", LOADS], ("fastapi", "uvicorn")),
        ("sender", ["import services.sender.__main__"], ("fastapi", "numpy", "typer")),
        ("simulator", ["import simulator.__main__"], ("numpy", "rapidfuzz", "typer")),
        ("cli", ["import prosa.cli.app", LOADS], ("fastapi", "uvicorn", "asyncpg")),
    ],
)
def test_an_extra_is_all_that_its_component_needs(
    environment: Environment, extra: str, lines: Iterable[str], foreign: Iterable[str]
) -> None:
    python = environment(extra)

    runs(python, *lines, *(NOT_INSTALLED.format(package) for package in foreign))


def test_the_installed_command_line_says_what_it_can(environment: Environment) -> None:
    python = environment("cli")

    run(python.with_name("prosa"), "--help", cwd=python.parent)


def test_a_wheel_holds_the_built_pages(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        packed = {name.removeprefix(ASSETS) for name in archive.namelist() if ASSETS in name}

    built = {path.name for path in (build.ROOT / ASSETS).iterdir()}
    assert "manifest.json" in built, "`make assets` builds the pages"
    assert packed == built


def test_a_wheel_holds_code_alone(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        tops = {name.split("/")[0] for name in archive.namelist()}

    assert {top for top in tops if not top.endswith(".dist-info")} == {
        "prosa",
        "prosa_operator",
        "services",
        "simulator",
    }
