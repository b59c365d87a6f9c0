"""The simulated world for some bots: their numbers at a Meta that runs on this machine.

Files beside a Chatbot shape it, and none of them is needed: `templates.yaml` (or `.json`) is the
list of approved templates, `simulator.yaml` gives customers, limits, timing and the numbers' looks.
"""

import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from prosa.cli.manifests import Bundle
from prosa.errors import ConfigError

_OWN = ("customers", "limits", "timing", "batch", "allowUnreachableLinks", "inOrder")


def world(bundles: Iterable[Bundle], webhook: str) -> dict[str, Any]:
    """Describe the world in the simulator's format; bots with the same app secret share an app."""
    apps: dict[str, dict[str, Any]] = {}
    merged: dict[str, Any] = {}
    for bundle in bundles:
        own = _beside(bundle.folder, "simulator")
        for key in _OWN:
            if key in own:
                merged[key] = (
                    [*merged.get(key, ()), *own[key]] if isinstance(own[key], list) else own[key]
                )
        merged.setdefault(
            "limits",
            {"messagesPerSecond": bundle.chatbot.spec.whatsapp.limits.messages_per_second},
        )
        secret = bundle.secrets["app-secret"].get_secret_value()
        app = apps.setdefault(secret, _app(bundle, secret, webhook))
        token = bundle.secrets["access-token"].get_secret_value()
        if token not in app["accessTokens"]:
            app["accessTokens"].append(token)
        _add_number(app, bundle, own.get("number") or {})
    return {"apps": list(apps.values()), **merged}


def _app(bundle: Bundle, secret: str, webhook: str) -> dict[str, Any]:
    return {
        "id": str(10**14 + zlib.crc32(bundle.chatbot.token.encode())),
        "name": bundle.chatbot.metadata.name,
        "appSecret": secret,
        "verifyToken": bundle.secrets["verify-token"].get_secret_value(),
        "accessTokens": [],
        "webhook": webhook,
        "wabas": [],
    }


def _add_number(app: dict[str, Any], bundle: Bundle, looks: dict[str, Any]) -> None:
    spec = bundle.chatbot.spec
    account = spec.whatsapp.business_account_id
    waba = next((w for w in app["wabas"] if w["id"] == account), None)
    name = str(looks.get("name") or bundle.chatbot.metadata.name.replace("-", " ").title())
    if waba is None:
        waba = {"id": account, "name": name, "timeZone": spec.time_zone, "templates": []}
        waba["phoneNumbers"] = []
        app["wabas"].append(waba)
    templates = _beside(bundle.folder, "templates")
    waba["templates"] += (
        templates.get("templates", []) if isinstance(templates, dict) else templates
    )
    digits = spec.whatsapp.phone_number_id[-7:].rjust(7, "0")
    waba["phoneNumbers"].append(
        {
            "id": spec.whatsapp.phone_number_id,
            "display": str(looks.get("display") or f"+1 555 {digits[:3]} {digits[3:]}"),
            "name": name,
        }
    )


def _beside(folder: Path, name: str) -> Any:
    for ending in ("yaml", "yml", "json"):
        file = folder / f"{name}.{ending}"
        if not file.exists():
            continue
        try:
            return yaml.safe_load(file.read_text()) or {}
        except yaml.YAMLError as error:
            raise ConfigError(f"{file}: this is no YAML: {error}") from error
    return {}
