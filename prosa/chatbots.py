"""The Chatbots that a process serves, as a folder holds them; the same on a laptop and in a pod.

    <folder>/<namespace>_<name>/chatbot.yaml             the resource, ConfigMaps resolved
                                dialogue.yaml            unless the Chatbot has it inline
                                whatsapp/access-token    the Secret of the number, a file a key
                                        /app-secret      and app-secret-previous while it rotates
                                        /verify-token
                                nats/user, nats/password only where a bot has its own NATS identity
                                secrets/<name>/<key>     other Secrets that the Chatbot names
                catalogue/<key>          the catalogue's ConfigMap, for the job that loads it

`prosa up` writes it; in a cluster the operator mounts it. Secrets are read again when their files
change, so that a rotation needs no restart.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import msgspec
import yaml
from pydantic import SecretStr

from prosa.contracts.chatbot import Chatbot
from prosa.contracts.identity import BotToken
from prosa.errors import ConfigError
from prosa.telemetry.logs import redact

SecretKey = Literal["access-token", "app-secret", "app-secret-previous", "verify-token"]
SECRET_KEYS: tuple[SecretKey, ...] = (
    "access-token",
    "app-secret",
    "app-secret-previous",
    "verify-token",
)
_SECRET_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
"""Kubernetes, "DNS Subdomain Names"; none of them leaves the folder."""

SHORTEST_SECRET = 8
"""Of other Secrets, shorter values are no secrets but numbers and names, such as a CRM's account:
taken out of the logs they would leave holes in every line."""

REQUIRED: frozenset[SecretKey] = frozenset({"access-token", "app-secret", "verify-token"})


@dataclass(frozen=True)
class WhatsAppSecrets:
    """What a number's Secret held when it was read; asking for a missing key is a ConfigError."""

    secret: str
    values: dict[SecretKey, SecretStr] = field(repr=False)

    @property
    def access_token(self) -> SecretStr:
        """Bearer of every request to the Graph API."""
        return self._need("access-token")

    @property
    def app_secrets(self) -> tuple[SecretStr, ...]:
        """Keys of the webhooks' signatures: the current one, then the previous while it rotates."""
        previous = self.values.get("app-secret-previous")
        return (self._need("app-secret"), *((previous,) if previous else ()))

    @property
    def verify_token(self) -> SecretStr:
        """What Meta repeats when it verifies the webhook's address."""
        return self._need("verify-token")

    def _need(self, key: SecretKey) -> SecretStr:
        if value := self.values.get(key):
            return value
        raise ConfigError(f"Secret {self.secret} has no key {key}")


class Credentials:
    """The Secret of one number, read again when one of its files has changed."""

    def __init__(self, folder: Path, secret: str) -> None:
        self._folder = folder
        self._secret = secret
        self._seen: tuple[tuple[int, int, int] | None, ...] = ()
        self._read: WhatsAppSecrets | None = None

    def read(self) -> WhatsAppSecrets:
        """Give the current values; costs four `stat` when nothing changed (about 10 µs).

        Raises ConfigError when a file cannot be read. What is read is kept out of the logs.
        """
        seen = tuple(_stamp(self._folder / key) for key in SECRET_KEYS)
        if self._read is None or seen != self._seen:
            self._read = self._read_files()
            self._seen = seen
        return self._read

    def _read_files(self) -> WhatsAppSecrets:
        values: dict[SecretKey, SecretStr] = {}
        for key in SECRET_KEYS:
            try:
                text = (self._folder / key).read_text().strip()
            except FileNotFoundError:
                continue
            except (OSError, UnicodeDecodeError) as error:
                raise ConfigError(
                    f"Secret {self._secret}: key {key} cannot be read ({type(error).__name__});"
                    f" look at {self._folder / key}"
                ) from None  # a UnicodeDecodeError holds the secret's bytes
            if text:
                values[key] = SecretStr(text)
                redact(values[key])
        return WhatsAppSecrets(self._secret, values)


@dataclass(frozen=True)
class NamedSecret:
    """What another Secret of the bot held when it was read, such as a CRM's."""

    name: str
    values: dict[str, SecretStr] = field(repr=False)

    def need(self, key: str) -> SecretStr:
        """Give a key's value. Raises ConfigError when it is missing or empty."""
        if value := self.values.get(key):
            return value
        raise ConfigError(f"Secret {self.name} has no key {key}")


@dataclass(frozen=True)
class RunningBot:
    """One Chatbot that this process serves."""

    chatbot: Chatbot
    token: BotToken
    folder: Path
    credentials: Credentials

    @property
    def dialogue_file(self) -> Path:
        """Where the dialogue stands: also the name that the compiler's problems carry."""
        inline = self.chatbot.spec.dialogue.inline is not None
        return self.folder / ("chatbot.yaml" if inline else "dialogue.yaml")

    def read_dialogue(self) -> str:
        """Give the dialogue's YAML text. Raises ConfigError."""
        inline = self.chatbot.spec.dialogue.inline
        return _text(self.dialogue_file) if inline is None else inline

    def read_catalogue(self, key: str) -> str:
        """Give the catalogue's text as its ConfigMap has it. Raises ConfigError."""
        return _text(self.folder / "catalogue" / key)

    def read_secret(self, name: str) -> NamedSecret:
        """Read a Secret that the Chatbot names, as it is now; values are kept out of the logs.

        Raises ConfigError when there is none, or a key cannot be read.
        """
        if not _SECRET_NAME.fullmatch(name):
            raise ConfigError(f"a Secret cannot be called {name!r}; use a-z, 0-9, - and .")
        folder = self.folder / "secrets" / name
        try:
            files = [file for file in folder.iterdir() if not file.name.startswith("..")]
        except OSError:
            raise ConfigError(f"Secret {name} is missing; looked for {folder}") from None
        values = {file.name: _secret_text(file, name) for file in files}
        return NamedSecret(name, {key: value for key, value in values.items() if value})


def load(folder: Path, needs: Iterable[SecretKey] = REQUIRED) -> tuple[RunningBot, ...]:
    """Read all Chatbots below a folder, in the order of their tokens.

    `needs` are the keys of a number's Secret that the component uses: it may be given those alone,
    and one that is missing ends the start. Raises ConfigError with file, key and remedy.
    """
    try:
        folders = sorted(entry for entry in folder.iterdir() if (entry / "chatbot.yaml").exists())
    except OSError as error:
        raise ConfigError(
            f"PROSA_CHATBOTS: {folder} cannot be read ({error.strerror});"
            " `prosa up -f FILE` fills it"
        ) from error
    if not folders:
        raise ConfigError(
            f"PROSA_CHATBOTS: {folder} holds no <namespace>_<name>/chatbot.yaml;"
            " `prosa up -f FILE` fills it"
        )
    return tuple(_load_one(entry, tuple(needs)) for entry in folders)


def _load_one(folder: Path, needs: tuple[SecretKey, ...]) -> RunningBot:
    file = folder / "chatbot.yaml"
    chatbot = read_chatbot(_text(file), str(file))
    if folder.name != chatbot.token:
        raise ConfigError(f"{file}: this Chatbot belongs into a folder {chatbot.token}")
    secret = chatbot.spec.whatsapp.credentials_secret_ref.name
    credentials = Credentials(folder / "whatsapp", secret)
    values = credentials.read().values
    for key in needs:
        if key not in values:
            raise ConfigError(
                f"Secret {secret} has no key {key}"
                f" (Chatbot {chatbot.metadata.namespace}/{chatbot.metadata.name},"
                f" looked for {folder / 'whatsapp' / key})"
            )
    return RunningBot(chatbot, chatbot.token, folder, credentials)


def read_chatbot(text: str, source: str) -> Chatbot:
    """Read a Chatbot from YAML text. Raises ConfigError that begins with `source` and the field."""
    try:
        document = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        at = f"{source}:{mark.line + 1}:{mark.column + 1}" if mark else source
        raise ConfigError(f"{at}: this is no YAML: {error.problem}") from error
    return as_chatbot(document, source)


def as_chatbot(document: object, source: str) -> Chatbot:
    """Make a Chatbot of a document. Raises ConfigError that begins with `source` and the field."""
    try:
        return msgspec.convert(document, Chatbot)
    except msgspec.ValidationError as error:
        what, _, path = str(error).partition(" - at `$")
        where = path.rstrip("`").lstrip(".")
        raise ConfigError(f"{source}: {where + ': ' if where else ''}{what}") from error


def _secret_text(file: Path, secret: str) -> SecretStr | None:
    try:
        text = file.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"Secret {secret}: key {file.name} cannot be read ({type(error).__name__})"
        ) from None  # a UnicodeDecodeError holds the secret's bytes
    value = SecretStr(text)
    if len(text) >= SHORTEST_SECRET:
        redact(value)
    return value if text else None


def _text(file: Path) -> str:
    try:
        return file.read_text()
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file} is not UTF-8 text; save it as UTF-8") from error


def _stamp(file: Path) -> tuple[int, int, int] | None:
    """Tell a file's contents apart: Kubernetes swaps a link, an editor changes the time."""
    try:
        stat = file.stat()
    except OSError:
        return None
    return stat.st_ino, stat.st_mtime_ns, stat.st_size
