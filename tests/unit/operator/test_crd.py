"""The CustomResourceDefinition: what `kubectl explain` and the API server get to read."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from prosa.contracts import chatbot, components
from prosa.contracts.chatbot import Chatbot, ChatbotSpec
from prosa_operator import crd
from prosa_operator.status import Status

DEFINITION = crd.definition()
(VERSION,) = DEFINITION["spec"]["versions"]
SCHEMA = VERSION["schema"]["openAPIV3Schema"]


def fields(schema: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Walk all fields of a schema, items and values included."""
    for name, field in schema.get("properties", {}).items():
        yield f"{path}.{name}", field
        yield from fields(field, f"{path}.{name}")
    for inner in ("items", "additionalProperties"):
        if isinstance(schema.get(inner), dict):
            yield from fields(schema[inner], f"{path}[]")


FIELDS = dict(fields(SCHEMA))


@pytest.mark.parametrize("path", [path for path in FIELDS if path != ".metadata"])
def test_every_field_is_described(path: str) -> None:
    assert FIELDS[path]["description"].endswith((".", ")"))


def test_the_schema_is_structural() -> None:
    for path, field in FIELDS.items():
        if path == ".metadata":
            continue
        assert "type" in field, path
        assert not {"$ref", "anyOf", "title", "nullable"} & set(field), path
        assert field.get("default", "") is not None, path
        assert field.get("additionalProperties") is not False, path


def test_every_struct_that_checks_itself_has_a_rule() -> None:
    _, structs = msgspec.json.schema_components((ChatbotSpec, Status))
    checking = {
        name
        for name in structs
        for module in (chatbot, components)
        if "__post_init__" in vars(getattr(module, name, object))
    }

    assert checking <= set(crd.RULES)


def test_lists_of_named_things_are_maps() -> None:
    for path in (".spec.campaigns", ".spec.handoff.teams", ".status.conditions"):
        assert FIELDS[path]["x-kubernetes-list-type"] == "map", path


def test_defaults_are_those_that_services_read() -> None:
    spec = {
        "whatsapp": {
            "phoneNumberId": "1",
            "businessAccountId": "2",
            "credentialsSecretRef": {"name": "loja-whatsapp"},
        },
        "dialogue": {"inline": "dialogue: v1"},
    }
    smallest = msgspec.convert({"metadata": {"name": "loja"}, "spec": spec}, Chatbot)

    filled = {**spec, **defaults(SCHEMA["properties"]["spec"])}

    assert msgspec.convert({"metadata": {"name": "loja"}, "spec": filled}, Chatbot) == smallest


def defaults(schema: dict[str, Any]) -> dict[str, Any]:
    """Fill in what the API server would."""
    return {
        name: field["default"] for name, field in schema["properties"].items() if "default" in field
    }
