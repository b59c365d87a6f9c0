"""What is mounted into a part's pod: the folder that `prosa.chatbots` documents, and its ways out.

Each Secret comes as the few keys that the part reads, in files that the kubelet renews.
"""

from collections.abc import Iterator

from prosa_operator.observed import Object
from prosa_operator.rendering import references, runtime
from prosa_operator.rendering.bot import Bot, Part
from prosa_operator.rendering.references import Reference

CHATBOTS = "/etc/prosa/chatbots"
NATS = "/etc/prosa/nats"
DATABASE = "/etc/prosa/database"
DATABASE_FILE = "url"
DATA = "/var/lib/prosa"
TMP = "/tmp"  # noqa: S108 - an emptyDir of the pod's own

TMP_SIZE = "256Mi"
DATA_VOLUME = "data"
_READABLE = 0o440
"""By owner and group: the group is the pod's fsGroup."""

_FOLDERS = {"whatsapp": "whatsapp", "catalogue": "catalogue"}


def mounts(bot: Bot, part: Part) -> list[Object]:
    """Say where each volume stands in the container."""
    found: list[Object] = [
        {"name": "chatbot", "mountPath": f"{CHATBOTS}/{bot.chatbot.token}", "readOnly": True},
        {"name": "tmp", "mountPath": TMP},
    ]
    uses = {reference.use for reference in references.of(bot, part)}
    for use, path in (("nats", NATS), ("database", DATABASE)):
        if use in uses:
            found.append({"name": use, "mountPath": path, "readOnly": True})
    if part == "analytics":
        found.append({"name": DATA_VOLUME, "mountPath": DATA})
    return found


def volumes(bot: Bot, part: Part) -> list[Object]:
    """Give the pod's volumes, but for the claim of analytics: its StatefulSet makes that."""
    needed = references.of(bot, part)
    found = [
        _projected(
            "chatbot", [_runtime(bot, part), *_sources(needed, "whatsapp", "crm", "catalogue")]
        ),
        {"name": "tmp", "emptyDir": {"sizeLimit": TMP_SIZE}},
    ]
    found += [
        _projected(use, sources)
        for use in ("nats", "database")
        if (sources := list(_sources(needed, use)))
    ]
    return found


def _runtime(bot: Bot, part: Part) -> Object:
    keys = [runtime.CHATBOT, *([runtime.DIALOGUE] if part == "conversation" else [])]
    return {"configMap": {"name": bot.child(runtime.NAME), "items": [_item(key) for key in keys]}}


def _sources(needed: tuple[Reference, ...], *uses: str) -> Iterator[Object]:
    for reference in needed:
        if reference.use not in uses:
            continue
        source = "secret" if reference.kind == "Secret" else "configMap"
        items = [_item(key, _path(reference, key)) for key in reference.keys]
        yield {source: {"name": reference.name, "items": items}}
        if reference.optional:
            items = [_item(key, _path(reference, key)) for key in reference.optional]
            yield {source: {"name": reference.name, "items": items, "optional": True}}


def _path(reference: Reference, key: str) -> str:
    match reference.use:
        case "database":
            return DATABASE_FILE
        case "crm":
            return f"secrets/{reference.name}/{key}"
        case "nats":
            return key
        case _:
            return f"{_FOLDERS[reference.use]}/{key}"


def _item(key: str, path: str = "") -> Object:
    return {"key": key, "path": path or key}


def _projected(name: str, sources: list[Object]) -> Object:
    return {"name": name, "projected": {"defaultMode": _READABLE, "sources": sources}}
