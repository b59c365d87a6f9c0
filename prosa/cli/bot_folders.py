"""Writes bots into the folder that the services read (`prosa.chatbots`)."""

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
import yaml
from pydantic import SecretStr

from prosa.cli import layout
from prosa.cli.manifests import Bundle
from prosa.contracts.chatbot import API_VERSION, KIND, Assets, Chatbot


def resolved(
    chatbot: Chatbot, *, nats_url: str, graph_url: str | None, assets_url: str | None
) -> Chatbot:
    """Point a Chatbot at this machine's servers; what is None stays as it is."""
    spec = chatbot.spec
    messaging = msgspec.structs.replace(spec.messaging, url=nats_url, replicas=1)
    spec = msgspec.structs.replace(spec, messaging=messaging)
    if graph_url is not None:
        whatsapp = msgspec.structs.replace(spec.whatsapp, graph_url=graph_url)
        spec = msgspec.structs.replace(spec, whatsapp=whatsapp)
    if assets_url is not None:
        spec = msgspec.structs.replace(spec, assets=Assets(base_url=assets_url))
    return msgspec.structs.replace(chatbot, spec=spec)


def write(root: Path, bundles: Iterable[Bundle]) -> None:
    """Make `root` hold exactly these bots; secrets are readable by us alone."""
    layout.folder(root)
    bundles = tuple(bundles)
    for stale in {entry.name for entry in root.iterdir()} - {b.chatbot.token for b in bundles}:
        shutil.rmtree(root / stale)
    for bundle in bundles:
        _write_one(root / bundle.chatbot.token, bundle)


def _write_one(folder: Path, bundle: Bundle) -> None:
    layout.write_secret(
        folder / "chatbot.yaml",
        yaml.safe_dump(
            {"apiVersion": API_VERSION, "kind": KIND} | msgspec.to_builtins(bundle.chatbot),
            allow_unicode=True,
            sort_keys=False,
        ),
    )
    layout.write_secret(folder / "dialogue.yaml", bundle.dialogue.text)
    _write_secret(folder / "whatsapp", bundle.secrets)
    named = layout.folder(folder / "secrets")
    for stale in {entry.name for entry in named.iterdir()} - set(bundle.named):
        shutil.rmtree(named / stale)
    for name, values in bundle.named.items():
        _write_secret(named / name, values)


def _write_secret(folder: Path, values: Mapping[str, SecretStr]) -> None:
    """Make a folder hold exactly these keys."""
    layout.folder(folder)
    for stale in {file.name for file in folder.iterdir()} - set(values):
        (folder / stale).unlink()
    for key, value in values.items():
        layout.write_secret(folder / key, value.get_secret_value())
