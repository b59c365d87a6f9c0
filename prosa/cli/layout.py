"""Where `prosa up` keeps what it makes: the names of files below the data folder, and their modes.

chatbots/<token>/    what the services read (prosa.chatbots)
credentials/<who>/   a NATS identity: user, password
nats/  postgres/     the servers' data
records/<token>/     DuckDB and Parquet files
accounts/            the first account's password
mail/                e-mails that were caught
logs/<name>.log      what each process said
running.json         addresses and process ids, for the other commands
"""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from prosa.telemetry.logs import redact

_PASSWORD_BYTES = 24


@dataclass(frozen=True)
class Layout:
    """Paths below one data folder."""

    data: Path

    @property
    def chatbots(self) -> Path:
        """The runtime folders of the bots."""
        return self.data / "chatbots"

    @property
    def logs(self) -> Path:
        """One file a process."""
        return self.data / "logs"

    @property
    def nats_config(self) -> Path:
        """What nats-server is started with; holds the passwords."""
        return self.data / "nats" / "nats.conf"

    @property
    def nats_store(self) -> Path:
        """The streams."""
        return self.data / "nats" / "jetstream"

    @property
    def postgres(self) -> Path:
        """PostgreSQL's data folder."""
        return self.data / "postgres" / "data"

    @property
    def postgres_passfile(self) -> Path:
        """PostgreSQL's password in the form that its clients read (`passfile=` in the URL)."""
        return self.data / "postgres" / "pgpass"

    @property
    def postgres_url(self) -> Path:
        """PostgreSQL's whole URL, as services read it; holds the password."""
        return self.data / "postgres" / "url"

    @property
    def records(self) -> Path:
        """What analytics keeps: a folder a bot."""
        return self.data / "records"

    @property
    def mail(self) -> Path:
        """E-mails that were caught, a file each."""
        return self.data / "mail"

    @property
    def admin_password(self) -> Path:
        """The password of the account that the first start makes."""
        return self.data / "accounts" / "admin-password"

    @property
    def simulator_config(self) -> Path:
        """The simulated world; holds the bots' secrets."""
        return self.data / "simulator.yaml"

    @property
    def running(self) -> Path:
        """What runs now; absent when nothing does."""
        return self.data / "running.json"

    @property
    def lock(self) -> Path:
        """Held by the one `prosa up` that uses this folder."""
        return self.data / "lock"

    def credentials(self, identity: str) -> Path:
        """Give the folder of a NATS identity."""
        return self.data / "credentials" / identity


def folder(path: Path) -> Path:
    """Make a folder that only we may enter."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def write_secret(path: Path, text: str) -> None:
    """Write a file that only we may read, whole or not at all."""
    folder(path.parent)
    draft = path.with_name(f".{path.name}.new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)


def password(path: Path) -> SecretStr:
    """Read a password that we once made, or make it. It is kept out of the logs."""
    if not path.exists():
        write_secret(path, secrets.token_urlsafe(_PASSWORD_BYTES))
    value = SecretStr(path.read_text().strip())
    redact(value)
    return value
