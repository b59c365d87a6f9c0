"""The file of one bot's records: opened, brought to this version's schema, rewritten without holes.

DuckDB lets one process write, or many read; so one process holds the file and everybody else asks
it. The streams are the truth: whatever breaks here is put aside, never repaired, and the rest is
read from the streams again, from the sequence that the file itself names.

    locked by another process   tried again for 30 s; then the start ends and names the process
    a log (WAL) that breaks     renamed to *.wal.bad-<time>, and the file opened without it
    a file that breaks          renamed to *.bad-<time>, and a new one begun: loud, because what is
                                older than the streams' retention is gone but for its Parquet files
    an older schema             migrated, then a checkpoint: DDL left in the log has broken replays

Synchronous: it runs in the writer's thread. Facts: DuckDB 2.0 "Concurrency", and what was measured
(docs/reference/records.md).
"""

import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import duckdb
import structlog

from prosa.errors import ConfigError

log = structlog.get_logger(__name__)

LOCK_PATIENCE = timedelta(seconds=30)
"""A pod that ends may hold the volume's file for as long as its grace period."""

SCHEMA = Path(__file__).with_name("schema")

_LOCKED = re.compile(r"Could not set lock|Conflicting lock", re.IGNORECASE)
_HOLDER = re.compile(r"Conflicting lock is held in (.*?)\s*\(PID (\d+)\)")
_NO_SPACE = re.compile(r"No space left|disk is full|File too large", re.IGNORECASE)
_FORBIDDEN = re.compile(r"Permission denied|Read-only file system", re.IGNORECASE)
_LOCK_PAUSE = 0.5


@dataclass
class Opened:
    """A file that is open: `root` makes cursors, one a thread; `recovered` names what went aside.

    Nobody executes on `root` itself: readers' cursors are made of it while the writer works.
    """

    file: Path
    root: duckdb.DuckDBPyConnection
    recovered: list[str] = field(default_factory=list)

    def close(self) -> None:
        """Checkpoint and close, so that no log is left to replay."""
        with suppress(duckdb.Error):
            self.root.execute("checkpoint")
        self.root.close()


def open_file(
    file: Path,
    *,
    memory: str,
    stamp: Callable[[], str],
    patience: timedelta = LOCK_PATIENCE,
) -> Opened:
    """Open a bot's records, recover what is broken, migrate. `stamp` names what is put aside.

    Raises ConfigError when another process holds the file, the disk is full, or the folder is not
    ours: nothing is put aside then.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        _forget_halves(file)
    except OSError as error:
        raise ConfigError(f"PROSA_ANALYTICS_DATA: {file.parent}: {error.strerror}") from error
    recovered: list[str] = []
    ends = time.monotonic() + patience.total_seconds()
    while True:
        try:
            root = _connect(file, memory)
            break
        except duckdb.Error as error:
            text = str(error)
            if _LOCKED.search(text):
                if time.monotonic() >= ends:
                    raise ConfigError(_who_holds(file, text)) from None
                time.sleep(_LOCK_PAUSE)
                continue
            _refuse_what_a_person_mends(file, text)
            recovered.append(_put_aside(file, stamp(), text))
    opened = Opened(file, root, recovered)
    try:
        _migrate(root)
    except duckdb.Error as error:
        root.close()
        _refuse_what_a_person_mends(file, str(error))
        raise
    return opened


def rewrite(opened: Opened, *, memory: str) -> Opened:
    """Copy the file without what was deleted from it, and put the copy in its place.

    A deleted row stays readable in the file's blocks until they are used again; after an erasure
    that is not good enough. Nobody may read or write meanwhile. A crash leaves the old file or the
    new one, never a half: the copy has another name until it is whole.
    """
    fresh = opened.file.with_suffix(".new")
    _remove(fresh)
    opened.root.execute("checkpoint")
    opened.root.execute(f"attach '{_quoted(fresh)}' as fresh")
    try:
        (name,) = opened.root.execute("select current_database()").fetchall()[0]
        opened.root.execute(f'copy from database "{name}" to fresh')
        opened.root.execute("checkpoint fresh")
    finally:
        opened.root.execute("detach fresh")
    opened.close()
    fresh.replace(opened.file)
    _remove(_wal(opened.file))
    return Opened(opened.file, _connect(opened.file, memory), opened.recovered)


def size(file: Path) -> int:
    """Give the bytes of the file and its log."""
    return sum(each.stat().st_size for each in (file, _wal(file)) if each.exists())


def breakage(error: duckdb.Error) -> str:
    """Say why nothing can be written any more; empty for an error of one statement.

    After a FatalException the database refuses everything, reads too, until a process opens it
    anew. Without memory or room, the same statement would fail again.
    """
    text = str(error)
    if _NO_SPACE.search(text):
        return "the disk is full; make room or a larger volume"
    if isinstance(error, duckdb.FatalException | duckdb.InternalException):
        return f"the records are broken: {text.splitlines()[0]}"
    if isinstance(error, duckdb.OutOfMemoryException):
        return "PROSA_ANALYTICS_MEMORY is used up; give more"
    if isinstance(error, duckdb.IOException):
        return f"the records cannot be written: {text.splitlines()[0]}"
    return ""


def _connect(file: Path, memory: str) -> duckdb.DuckDBPyConnection:
    root = duckdb.connect(
        str(file),
        config={
            "memory_limit": memory,  # else 80 % of the host's, whatever the container may have
            "temp_directory": str(file.with_suffix(".tmp")),
            "autoinstall_known_extensions": "false",  # would ask the internet, and fail
            "autoload_known_extensions": "false",
            "threads": "2",
            "preserve_insertion_order": "true",
        },
    )
    try:
        root.execute("set global timezone = 'UTC'")
        root.execute("select count(*) from duckdb_tables()").fetchall()
    except BaseException:
        root.close()
        raise
    return root


def _migrate(root: duckdb.DuckDBPyConnection) -> None:
    """Apply the numbered files that the file has not seen, each in a transaction of its own."""
    root.execute("create table if not exists migrations (number integer primary key, name text)")
    done = {number for (number,) in root.execute("select number from migrations").fetchall()}
    applied = False
    for script in sorted(SCHEMA.glob("*.sql")):
        number = int(script.name.partition("_")[0])
        if number in done:
            continue
        root.begin()
        try:
            root.execute(script.read_text(encoding="utf-8"))
            root.execute("insert into migrations values (?, ?)", [number, script.name])
            root.commit()
        except BaseException:
            with suppress(duckdb.Error):
                root.rollback()
            raise
        applied = True
        log.info("records_migrated", script=script.name)
    if applied:
        root.execute("checkpoint")


# --- what is broken -------------------------------------------------------------------------------


def _put_aside(file: Path, stamp: str, why: str) -> str:
    """Rename the log if there is one, else the file. Raises ConfigError when there is neither."""
    wal = _wal(file)
    broken = wal if wal.exists() else file
    if not broken.exists():
        raise ConfigError(f"{file} cannot be made: {why}")
    aside = broken.with_name(f"{broken.name}.bad-{stamp}")
    broken.rename(aside)
    log.error("records_put_aside", file=broken.name, aside=aside.name, reason=why)
    return aside.name


def _refuse_what_a_person_mends(file: Path, text: str) -> None:
    if _NO_SPACE.search(text):
        raise ConfigError(f"{file.parent}: the disk is full; make room or a larger volume")
    if _FORBIDDEN.search(text):
        raise ConfigError(f"{file} may not be written ({text}); give it to our user")


def _who_holds(file: Path, text: str) -> str:
    holder = _HOLDER.search(text)
    who = f"{holder[1]} (PID {holder[2]})" if holder else "another process"
    return f"{file} is held by {who}; one process writes the records of a bot: stop it, or this one"


def _forget_halves(file: Path) -> None:
    """Remove a copy that a crash left unfinished."""
    _remove(file.with_suffix(".new"))


def _remove(file: Path) -> None:
    file.unlink(missing_ok=True)
    _wal(file).unlink(missing_ok=True)


def _wal(file: Path) -> Path:
    return file.with_name(f"{file.name}.wal")


def _quoted(file: Path) -> str:
    return str(file).replace("'", "''")
