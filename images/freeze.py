# ruff: noqa: INP001 - a program of the Dockerfile, in no package
"""Make a folder the same bytes whenever its files are: `freeze.py FOLDER [BYTECODE]`.

Bytecode is compiled here, so that a start compiles nothing, and marked by the hash of its source
instead of its time ("Cached bytecode invalidation", PEP 552), unchecked, because an image does not
change. Then everything gets one time and rights that any user can read by.

Base images often leave the standard library's bytecode out to be small; a container that cannot
write would compile it at every start, which is a third of the start of ingress. What the base
lacks is laid out below BYTECODE, to be copied over its root.
"""

import compileall
import os
import py_compile
import sys
import sysconfig
from importlib.util import cache_from_source
from pathlib import Path

EPOCH = int(os.environ.get("SOURCE_DATE_EPOCH", "0"))
HASHED = py_compile.PycInvalidationMode.UNCHECKED_HASH
NOT_SERVED = frozenset(
    {"ensurepip", "idlelib", "lib2to3", "pydoc_data", "site-packages", "test", "tkinter"}
)
"""Parts of the standard library that no service imports."""


def main(folder: Path, bytecode: Path | None) -> None:
    """Compile, and set times and rights."""
    for cached in folder.rglob("*.pyc"):
        cached.unlink()
    compileall.compile_dir(folder, quiet=2, workers=1, invalidation_mode=HASHED)
    for left in (folder / ".lock", folder / "CACHEDIR.TAG"):
        left.unlink(missing_ok=True)
    settle(folder)
    if bytecode is not None:
        bytecode.mkdir()
        compile_standard_library(Path(sysconfig.get_path("stdlib")), bytecode)
        settle(bytecode)


def compile_standard_library(library: Path, bytecode: Path) -> None:
    """Lay out the bytecode that the base lacks, as the interpreter looks for it."""
    for source in library.rglob("*.py"):
        cached = Path(cache_from_source(str(source)))
        if cached.exists() or not NOT_SERVED.isdisjoint(source.relative_to(library).parts):
            continue
        target = bytecode / cached.relative_to("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        py_compile.compile(
            str(source), cfile=str(target), dfile=str(source), invalidation_mode=HASHED, quiet=2
        )


def settle(folder: Path) -> None:
    """Give all one time and plain rights, deepest first: a folder's time moves with its files."""
    for path in sorted((folder, *folder.rglob("*")), reverse=True):
        if not path.is_symlink():
            runs = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if runs else 0o644)
        os.utime(path, (EPOCH, EPOCH), follow_symlinks=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if sys.argv[2:] else None)
