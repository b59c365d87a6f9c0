"""What a component is told by its environment: `PROSA_<FIELD>`, a sentence under each setting.

Settings are where and how a process runs; what a bot says and does stands in its Chatbot
(`prosa.chatbots`). Nothing here opens a file or a socket. A component adds its own settings by
inheriting from `ComponentSettings` and reads them once, with `load`.
"""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from prosa.contracts.durations import duration
from prosa.errors import ConfigError

PREFIX = "PROSA_"


def _span(value: object) -> object:
    return duration(value) if isinstance(value, str) else value


Span = Annotated[timedelta, BeforeValidator(_span)]
"""A duration as people write it, such as `500ms`, `20s` or `1h30m`."""

Port = Annotated[int, Field(ge=0, le=65_535)]
"""A TCP port; 0 lets the system choose a free one."""


class NatsSettings(BaseSettings):
    """How to reach the NATS server."""

    model_config = SettingsConfigDict(
        env_prefix=f"{PREFIX}NATS_",
        hide_input_in_errors=True,
        frozen=True,
        use_attribute_docstrings=True,
    )

    url: str = "nats://127.0.0.1:4222"
    """Addresses of the servers, with commas between them. Never a password: see `credentials`."""

    credentials: Path | None = None
    """A folder with the files `user` and `password`, or a `.creds` file. Without it a server that
    asks who we are refuses us."""

    ca: Path | None = None
    """Certificates of a private authority that signed the server's, for `tls://`."""


class ComponentSettings(BaseSettings):
    """What all components share."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        hide_input_in_errors=True,  # else one wrong field prints the secrets of all the others
        frozen=True,
        use_attribute_docstrings=True,
    )

    nats: NatsSettings = Field(default_factory=NatsSettings)
    """`PROSA_NATS_URL`, `PROSA_NATS_CREDENTIALS`, `PROSA_NATS_CA`."""

    chatbots: Path = Path(".data/chatbots")
    """Folder of the Chatbots that are served, filled by `prosa up` or the operator."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Events below this are not written. `debug` costs a noticeable part of the throughput."""

    log_format: Literal["auto", "json", "pretty"] = "auto"
    """`json` is an object a line, `pretty` is for people; `auto` looks whether a terminal reads."""

    health_host: str = "127.0.0.1"
    """Where /livez, /readyz and /metrics are served. In a pod 0.0.0.0, for the kubelet to ask."""

    health_port: Port = 8081
    """Port of the same; components on one machine need one each."""

    grace: Span = timedelta(seconds=20)
    """Time to finish the work in hand after SIGTERM. Longer than the pod's own grace period (30 s
    unless set): the rest is killed, and repeated by another replica."""

    tracing_endpoint: str = ""
    """Address of an OpenTelemetry collector (OTLP over HTTP), such as http://collector:4318. Empty:
    no traces, at no cost. Needs the extra `tracing`."""


class RecordsSettings(ComponentSettings):
    """What components with records in PostgreSQL share."""

    database: Path = Path(".data/postgres/url")
    """File that holds `postgresql://user:password@host:5432/database`, as a Secret is mounted."""

    def database_url(self) -> SecretStr:
        """Read the file. Raises ConfigError that names it."""
        try:
            text = self.database.read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                f"PROSA_DATABASE: {self.database} cannot be read ({type(error).__name__});"
                " write PostgreSQL's URL into it"
            ) from None  # a UnicodeDecodeError holds the secret's bytes
        if not text:
            raise ConfigError(f"PROSA_DATABASE: {self.database} is empty")
        return SecretStr(text)


SettingsT = TypeVar("SettingsT", bound=BaseSettings)


def load(kind: type[SettingsT]) -> SettingsT:
    """Read settings from the environment.

    Raises ConfigError that names each wrong variable and what is wrong with it, never a secret.
    """
    try:
        return kind()
    except ValidationError as error:
        owner = NatsSettings if error.title == NatsSettings.__name__ else kind
        prefix = owner.model_config["env_prefix"]
        problems = (
            f"{prefix}{'_'.join(map(str, e['loc'])).upper()}: {_said(e['msg'])}"
            for e in error.errors(include_input=False, include_url=False)
        )
        raise ConfigError("; ".join(problems)) from None  # the cause would print the values


def _said(message: str) -> str:
    return message.removeprefix("Value error, ")
