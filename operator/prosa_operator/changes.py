"""What of a status has to be written, and what of an object's life is worth an event. Pure."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import msgspec

from prosa_operator.observed import Object
from prosa_operator.status import Condition, Status, as_dict

LONGEST = 1024
"""Characters of a message in a status or an event: events.k8s.io refuses longer notes."""


def read(raw: Mapping[str, Any] | None) -> Status:
    """Read a stored status; one that a newer operator wrote counts as none."""
    try:
        return msgspec.convert(raw or {}, Status)
    except msgspec.ValidationError:
        return Status()


def settled(before: Status, after: Status, now: str) -> Status:
    """Keep the time of each condition that did not flip, and cut what is too long."""
    held = {each.type: each for each in before.conditions}
    return msgspec.structs.replace(
        after, conditions=tuple(_timed(held.get(each.type), each, now) for each in after.conditions)
    )


def _timed(before: Condition | None, after: Condition, now: str) -> Condition:
    same = before is not None and before.status == after.status and before.last_transition_time
    return msgspec.structs.replace(
        after,
        last_transition_time=before.last_transition_time if before and same else now,
        message=shortened(after.message),
    )


def status_patch(raw: Mapping[str, Any] | None, after: Status) -> Object:
    """Give the merge patch from the stored status to `after`; empty when they mean the same.

    What the schema fills in by default is no difference.
    """
    wanted = as_dict(after)
    if raw and as_dict(read(raw)) == wanted:
        return {}
    return _merge(raw or {}, wanted)


def _merge(before: Mapping[str, Any], after: Mapping[str, Any]) -> Object:
    patch: Object = {key: None for key in before if key not in after}
    for key, value in after.items():
        held = before.get(key)
        if isinstance(value, Mapping) and isinstance(held, Mapping):
            if deeper := _merge(held, value):
                patch[key] = deeper
        elif held != value:
            patch[key] = value
    return patch


def digest(thing: Any) -> str:
    """Name a value by its contents, whatever the order of its keys."""
    text = json.dumps(thing, sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def slim(live: Object) -> Object:
    """Leave out what nobody reads, and what nobody may hold: a Secret's values.

    Of the field managers those are kept that own replicas: `rendering.replicas` asks who does.
    """
    metadata = {key: value for key, value in live["metadata"].items() if key != "managedFields"}
    if owners := _owners_of_replicas(live):
        metadata["managedFields"] = owners
    slimmed = {**live, "metadata": metadata}
    if live["kind"] == "Secret" and "data" in live:
        slimmed["data"] = {"digest": digest(live["data"])}
    return slimmed


def _owners_of_replicas(live: Object) -> list[Object]:
    return [
        {"manager": entry.get("manager"), "fieldsV1": {"f:spec": {"f:replicas": {}}}}
        for entry in live["metadata"].get("managedFields") or ()
        if "f:replicas" in entry.get("fieldsV1", {}).get("f:spec", {})
    ]


def substance(live: Object) -> str:
    """Name what an object is, without what the server counts and reports in it."""
    metadata = {
        key: value
        for key, value in live["metadata"].items()
        if key not in ("managedFields", "resourceVersion", "generation")
    }
    rest = {key: value for key, value in live.items() if key not in ("status", "metadata")}
    return digest([metadata, rest])


def covers(live: Any, desired: Any) -> bool:
    """Tell whether what is desired stands in an object; what else stands there is no matter.

    For reports only: a quantity that the server writes otherwise (1000m, 1) counts as another.
    """
    if isinstance(desired, Mapping):
        return isinstance(live, Mapping) and all(
            covers(live.get(key), value) for key, value in desired.items()
        )
    if isinstance(desired, list | tuple):
        return (
            isinstance(live, list)
            and len(live) == len(desired)
            and all(covers(a, b) for a, b in zip(live, desired, strict=True))
        )
    return bool(live == desired) or (live is None and not desired)


def owned_by(live: Object, uid: str) -> bool:
    """Tell whether an object names the Chatbot as its owner."""
    owners = live["metadata"].get("ownerReferences") or ()
    return any(owner.get("uid") == uid for owner in owners)


def is_ours(live: Object, desired: Object, uid: str) -> bool:
    """Tell whether an existing object of a planned name may be applied to.

    Ours has the Chatbot as its owner. What is planned without an owner, because it outlives the
    Chatbot (a volume), is ours by its labels.
    """
    if desired["metadata"].get("ownerReferences"):
        return owned_by(live, uid)
    wanted = desired["metadata"].get("labels") or {}
    labels = live["metadata"].get("labels") or {}
    keys = ("app.kubernetes.io/managed-by", "app.kubernetes.io/instance")
    return all(labels.get(key) == wanted.get(key) for key in keys)


def shortened(text: str) -> str:
    """Cut a message to what the API takes."""
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
