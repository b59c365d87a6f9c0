"""Finds a Chatbot's manifests and joins them to what one bot needs to run.

The same files that `kubectl apply -k` takes: Chatbots, ConfigMaps and Secrets as YAML documents in
one file or in the files of a folder; ConfigMaps may also be made by a `kustomization.yaml` beside,
or be a file that is called like the key. Nothing here is written, and a Secret's value is only
carried.
"""

import base64
import binascii
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import SecretStr

from prosa.chatbots import REQUIRED, SECRET_KEYS, SHORTEST_SECRET, as_chatbot
from prosa.contracts.chatbot import KIND, Chatbot
from prosa.contracts.spec import KeyRef
from prosa.errors import ConfigError
from prosa.telemetry.logs import redact

CRM_KEYS: Mapping[str, frozenset[str]] = {
    "webhook": frozenset({"url", "signing-key"}),
    "chatwoot": frozenset({"url", "account-id", "inbox-id", "access-token"}),
}
"""What the Secret of a CRM holds, by its kind."""

_MANIFEST = re.compile(r"^kind:\s*[\"']?(Chatbot|ConfigMap|Secret)\b", re.MULTILINE)
_ENDINGS = (".yaml", ".yml")
_KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml")


@dataclass(frozen=True)
class Document:
    """One YAML document of a manifest, and the file that holds it."""

    file: Path
    body: Mapping[str, Any] = field(repr=False)  # a Secret's holds its values

    @property
    def kind(self) -> str:
        """What it declares."""
        return str(self.body.get("kind", ""))

    @property
    def name(self) -> str:
        """Its name, empty when it has none."""
        return str(_mapping(self.body.get("metadata")).get("name", ""))

    @property
    def namespace(self) -> str:
        """Its namespace, empty when it takes the one it is applied to."""
        return str(_mapping(self.body.get("metadata")).get("namespace", ""))


@dataclass(frozen=True)
class Source:
    """A text and the name to call it by in messages."""

    name: str
    text: str


@dataclass(frozen=True)
class Bundle:
    """One bot with all that its references lead to. `folder` is where its files stand.

    `secrets` are the keys of its number's Secret, `named` those of other Secrets by their names.
    """

    chatbot: Chatbot
    folder: Path
    dialogue: Source
    secrets: dict[str, SecretStr]
    catalogue: Source | None = None
    named: dict[str, dict[str, SecretStr]] = field(default_factory=dict)


def read(path: Path, app_secret: SecretStr | None = None) -> tuple[Bundle, ...]:
    """Read the bots of a file, of a folder, or of a folder's folders.

    `app_secret` stands in for the bots' own, so that a measuring program can sign webhooks. Raises
    ConfigError with file, field and remedy.
    """
    chatbots = list(_chatbots(path))
    if not chatbots:
        raise ConfigError(f"{path} holds no manifest with `kind: {KIND}`; give its file or folder")
    bundles = tuple(_bundle(document, app_secret) for document in chatbots)
    _refuse_twins(bundles)
    return bundles


def _chatbots(path: Path) -> Iterator[Document]:
    if not path.exists():
        raise ConfigError(f"{path} does not exist; give a Chatbot's file or its folder")
    if path.is_file():
        yield from (d for d in documents([path]) if d.kind == KIND)
        return
    here = [d for d in documents(_files(path)) if d.kind == KIND]
    if here:
        yield from here
        return
    for folder in sorted(f for f in path.iterdir() if f.is_dir()):
        yield from (d for d in documents(_files(folder)) if d.kind == KIND)


def documents(files: Iterable[Path]) -> Iterator[Document]:
    """Read the Chatbots, ConfigMaps and Secrets of YAML files; others are passed over unread."""
    for file in files:
        try:
            text = file.read_text()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"{file} cannot be read; it must be UTF-8 text") from error
        if not _MANIFEST.search(text):
            continue
        try:
            bodies = list(yaml.safe_load_all(text))
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            at = f"{file}:{mark.line + 1}:{mark.column + 1}" if mark else str(file)
            # from None: the cause prints the lines around, which may be a Secret's
            raise ConfigError(f"{at}: this is no YAML: {error.problem}") from None
        yield from (Document(file, body) for body in bodies if isinstance(body, dict))


def _files(folder: Path) -> list[Path]:
    return sorted(f for f in folder.iterdir() if f.suffix in _ENDINGS and f.is_file())


@dataclass(frozen=True)
class Script:
    """A dialogue to compile, and what its Chatbot says of it, where there is one.

    `manifest` is the file that holds the Chatbot.
    """

    dialogue: Source
    chatbot: Chatbot | None = None
    catalogue: Source | None = None
    manifest: Source | None = None


def scripts(path: Path) -> tuple[Script, ...]:
    """Read the dialogues of a path: of its Chatbots, or the file itself when it is no manifest.

    No Secret is needed. Raises ConfigError.
    """
    found = []
    for document in _chatbots(path):
        chatbot = as_chatbot(document.body, str(document.file))
        near, folder = _near(document, chatbot), document.file.parent
        dialogue = _dialogue(chatbot, document.file, near)
        manifest = Source(str(document.file), document.file.read_text())
        found.append(Script(dialogue, chatbot, _catalogue(chatbot, near, folder), manifest))
    if found:
        return tuple(found)
    if path.is_dir():
        raise ConfigError(f"{path} holds no Chatbot; give a dialogue's file")
    try:
        return (Script(Source(str(path), path.read_text())),)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read; it must be UTF-8 text") from error


def _near(document: Document, chatbot: Chatbot) -> list[Document]:
    """Read the manifests that stand beside a Chatbot and belong into its namespace."""
    files = _files(document.file.parent)
    return [d for d in documents(files) if d.namespace in ("", chatbot.metadata.namespace)]


def _dialogue(chatbot: Chatbot, file: Path, near: Iterable[Document]) -> Source:
    dialogue = chatbot.spec.dialogue
    if dialogue.config_map_ref is not None:
        return _config_map(dialogue.config_map_ref, near, file.parent)
    return Source(str(file), dialogue.inline or "")


def _bundle(document: Document, app_secret: SecretStr | None) -> Bundle:
    chatbot = as_chatbot(document.body, str(document.file))
    folder = document.file.parent
    near = _near(document, chatbot)
    dialogue = _dialogue(chatbot, document.file, near)
    secret = chatbot.spec.whatsapp.credentials_secret_ref.name
    secrets = _whatsapp(secret, near, folder, app_secret)
    named = {name: _secret(name, keys, near, folder) for name, keys in _named(chatbot)}
    return Bundle(chatbot, folder, dialogue, secrets, _catalogue(chatbot, near, folder), named)


def _named(chatbot: Chatbot) -> Iterator[tuple[str, frozenset[str]]]:
    """Name the other Secrets of a Chatbot, and the keys that each must have."""
    for team in chatbot.spec.handoff.teams:
        if (crm := team.notify.crm) is not None:
            yield crm.webhook_secret_ref.name, CRM_KEYS[crm.kind]


def _catalogue(chatbot: Chatbot, near: Iterable[Document], folder: Path) -> Source | None:
    spec = chatbot.spec.catalogue
    if spec is None or spec.source.config_map_ref is None:
        return None
    return _config_map(spec.source.config_map_ref, near, folder)


def _config_map(ref: KeyRef, near: Iterable[Document], folder: Path) -> Source:
    for document in near:
        if document.kind == "ConfigMap" and document.name == ref.name:
            text = _mapping(document.body.get("data")).get(ref.key)
            if text is None:
                raise ConfigError(f"{document.file}: ConfigMap {ref.name} has no key {ref.key}")
            return Source(ref.key, str(text))
    file = _generated(ref, folder) or folder / ref.key
    try:
        return Source(str(file), file.read_text())
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"ConfigMap {ref.name} is in no manifest in {folder}, and {file} cannot be read;"
            f" put the file {ref.key} there"
        ) from error


def _generated(ref: KeyRef, folder: Path) -> Path | None:
    """Find the file that a kustomization would put under this key."""
    for name in _KUSTOMIZATIONS:
        if not (folder / name).exists():
            continue
        body = _mapping(yaml.safe_load((folder / name).read_text()))
        for generator in body.get("configMapGenerator") or ():
            for entry in generator.get("files") or () if generator.get("name") == ref.name else ():
                key, equals, file = str(entry).rpartition("=")
                if (key if equals else Path(file).name) == ref.key:
                    return folder / file
    return None


def _whatsapp(
    name: str, near: Iterable[Document], folder: Path, app_secret: SecretStr | None
) -> dict[str, SecretStr]:
    given = {} if app_secret is None else {"app-secret": app_secret}
    values = _secret(name, REQUIRED - set(given), near, folder) | given
    return {key: value for key, value in values.items() if key in SECRET_KEYS}


def _secret(
    name: str, keys: Collection[str], near: Iterable[Document], folder: Path
) -> dict[str, SecretStr]:
    """Read a Secret; it must have `keys`. Raises ConfigError."""
    values: dict[str, SecretStr] = {}
    found = [d for d in near if d.kind == "Secret" and d.name == name]
    for document in found:
        encoded = _mapping(document.body.get("data"))
        plain = {key: _decoded(value, document.file, key) for key, value in encoded.items()}
        for key, value in (plain | dict(_mapping(document.body.get("stringData")))).items():
            if value:
                values[str(key)] = SecretStr(str(value))
    for key, secret in values.items():
        if key in SECRET_KEYS or len(secret.get_secret_value()) >= SHORTEST_SECRET:
            redact(secret)
    for key in sorted(set(keys) - set(values)):
        if not found:
            raise ConfigError(
                f"Secret {name} is in no manifest in {folder}; write it into secrets.yaml there,"
                f" with stringData: {', '.join(sorted(keys))}"
            )
        raise ConfigError(f"{found[0].file}: Secret {name} has no key {key}")
    return values


def _decoded(value: object, file: Path, key: str) -> str:
    try:
        return base64.b64decode(str(value), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise ConfigError(
            f"{file}: data.{key} is not base64; write it under stringData as it is"
        ) from None  # the cause may hold the secret


def _refuse_twins(bundles: Iterable[Bundle]) -> None:
    numbers: dict[str, str] = {}
    tokens: set[str] = set()
    for bundle in bundles:
        token, number = bundle.chatbot.token, bundle.chatbot.spec.whatsapp.phone_number_id
        if token in tokens:
            raise ConfigError(f"two Chatbots are called {token}; rename one")
        if number in numbers:
            raise ConfigError(
                f"{numbers[number]} and {token} both have phoneNumberId {number};"
                " a number belongs to one Chatbot"
            )
        tokens.add(token)
        numbers[number] = token


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
