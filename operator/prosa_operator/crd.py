"""The CustomResourceDefinition, generated from the structs that services read as configuration.

    python -m prosa_operator.crd > charts/prosa/crds/…

A structural schema has no references and no `additionalProperties: false`: what it does not know
the API server prunes, or refuses with a strict field validation, which is kubectl's default. What a
struct checks in `__post_init__` stands here as a CEL rule; a test holds the two together.
"""

import sys
from collections.abc import Mapping
from typing import Any

import msgspec
import yaml

from prosa.contracts.chatbot import API_VERSION, KIND, ChatbotSpec
from prosa_operator.status import Status

GROUP, VERSION = API_VERSION.split("/")
PLURAL = "chatbots"

MAP_LISTS = {
    ("Handoff", "teams"): "name",
    ("Handoff", "cannedReplies"): "name",
    ("ChatbotSpec", "campaigns"): "name",
    ("Status", "conditions"): "type",
    ("Status", "components"): "name",
    ("Status", "campaigns"): "name",
}
"""Lists whose items are known by a key: appliers may own one item each."""

MOST_ITEMS = {"campaigns": 50, "teams": 50}
LONGEST = {"name": 63}
"""Bounds that the API server needs to see what a rule costs."""

Rule = Mapping[str, str]


def _rule(rule: str, message: str, **more: str) -> Rule:
    return {"rule": rule, "message": message, **more}


RULES: Mapping[str, tuple[Rule, ...]] = {
    "Dialogue": (
        _rule(
            "has(self.configMapRef) != has(self.inline)",
            "dialogue: give either configMapRef or inline",
        ),
    ),
    "CatalogueSource": (
        _rule(
            "has(self.configMapRef) != has(self.http)",
            "catalogue.source: give either configMapRef or http",
        ),
    ),
    "Trigger": (
        _rule(
            "[has(self.inactive), has(self.catalogue), has(self.audience)].exists_one(g, g)",
            "trigger: give exactly one of inactive, catalogue, audience",
        ),
        _rule("!has(self.match) || has(self.catalogue)", "trigger: match belongs to catalogue"),
    ),
    "Autoscaling": (_rule("self.min <= self.max", "autoscaling: min is at most max"),),
    "Components": (
        _rule(
            "(!has(self.ingress) || !has(self.ingress.autoscaling))"
            " && (!has(self.handoff) || !has(self.handoff.autoscaling))"
            " && (!has(self.analytics) || !has(self.analytics.autoscaling))",
            "components: only conversation and sender have a queue to scale by;"
            " set replicas for the others",
        ),
        _rule(
            "!has(self.analytics) || !has(self.analytics.replicas) || self.analytics.replicas <= 1",
            "components.analytics: DuckDB has one writer; replicas is 0 or 1",
        ),
    ),
    "ChatbotSpec": (
        _rule(
            "self.whatsapp.phoneNumberId == oldSelf.whatsapp.phoneNumberId",
            "whatsapp.phoneNumberId cannot change: contacts, windows and limits belong to the"
            " number; make another Chatbot",
        ),
        _rule(
            "size(self.campaigns) == 0 || has(self.database)",
            "campaigns: they need spec.database for the ledger of what was sent",
        ),
        _rule(
            "self.campaigns.all(c, !has(c.trigger.catalogue)) || has(self.catalogue)",
            "campaigns: a trigger on the catalogue needs spec.catalogue",
        ),
    ),
    "Chatbot": (
        _rule(
            "size(self.metadata.name) <= 40",
            "metadata.name: at most 40 characters, so that the names of its parts fit into 63",
        ),
        _rule(
            "self.spec.campaigns.all(c, size(self.metadata.name) + size(c.name) <= 51)",
            "campaigns: the names of Chatbot and campaign make at most 51 characters together,"
            " so that a CronJob's name fits into 52",
        ),
    ),
}

COLUMNS: tuple[Mapping[str, Any], ...] = (
    {
        "name": "Ready",
        "type": "string",
        "jsonPath": ".status.conditions[?(@.type=='Ready')].status",
    },
    {
        "name": "Reason",
        "type": "string",
        "jsonPath": ".status.conditions[?(@.type=='Ready')].reason",
    },
    {"name": "Phone", "type": "string", "jsonPath": ".status.phone"},
    {"name": "Replicas", "type": "integer", "jsonPath": ".status.replicas"},
    {"name": "Lag", "type": "integer", "jsonPath": ".status.lag"},
    {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
    {"name": "Phase", "type": "string", "jsonPath": ".status.phase", "priority": 1},
    {"name": "Dialogue", "type": "string", "jsonPath": ".status.dialogue.hash", "priority": 1},
    {
        "name": "Message",
        "type": "string",
        "jsonPath": ".status.conditions[?(@.type=='Ready')].message",
        "priority": 1,
    },
)


def definition() -> dict[str, Any]:
    """Give the CustomResourceDefinition."""
    schema = {
        "type": "object",
        "description": "One bot on one business number.",
        "required": ["spec"],
        "properties": {
            "apiVersion": {"type": "string", "description": "prosa.dev/v1alpha1."},
            "kind": {"type": "string", "description": "Chatbot."},
            "metadata": {"type": "object"},
            "spec": _schema(ChatbotSpec),
            "status": _schema(Status),
        },
        "x-kubernetes-validations": list(RULES[KIND]),
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{PLURAL}.{GROUP}"},
        "spec": {
            "group": GROUP,
            "names": {
                "kind": KIND,
                "plural": PLURAL,
                "singular": "chatbot",
                "listKind": "ChatbotList",
                "shortNames": ["cb"],
                "categories": ["all", "chat"],
            },
            "scope": "Namespaced",
            "versions": [
                {
                    "name": VERSION,
                    "served": True,
                    "storage": True,
                    "subresources": {"status": {}},
                    "additionalPrinterColumns": list(COLUMNS),
                    "schema": {"openAPIV3Schema": schema},
                }
            ],
        },
    }


def _schema(struct: type) -> dict[str, Any]:
    _, components = msgspec.json.schema_components((struct,))
    return _object(struct.__name__, components)


def _object(name: str, components: Mapping[str, Any]) -> dict[str, Any]:
    described = components[name]
    properties = {
        field: _field(name, field, dict(schema), components)
        for field, schema in described["properties"].items()
    }
    built: dict[str, Any] = {
        "type": "object",
        "description": described["description"],
        "properties": properties,
    }
    if required := described.get("required"):
        built["required"] = list(required)
    if rules := RULES.get(name):
        built["x-kubernetes-validations"] = list(rules)
    return built


def _field(
    owner: str, field: str, schema: dict[str, Any], components: Mapping[str, Any]
) -> dict[str, Any]:
    built = _resolved(schema, components)
    if key := MAP_LISTS.get((owner, field)):
        built |= {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": [key]}
    elif built.get("type") == "array":
        built["x-kubernetes-list-type"] = "atomic"
    if built.get("type") == "array" and field in MOST_ITEMS:
        built["maxItems"] = MOST_ITEMS[field]
    if built.get("type") == "string" and field in LONGEST and "enum" not in built:
        built["maxLength"] = LONGEST[field]
    return built


def _resolved(schema: dict[str, Any], components: Mapping[str, Any]) -> dict[str, Any]:
    """Inline what a reference names; an absent value is left out, never null."""
    own = {key: schema[key] for key in ("description", "default") if schema.get(key) is not None}
    if "anyOf" in schema:
        (only,) = (each for each in schema["anyOf"] if each != {"type": "null"})
        return _resolved(only, components) | own
    if "$ref" in schema:
        return _object(schema["$ref"].rpartition("/")[2], components) | own
    if isinstance(kinds := schema.get("type"), list):
        schema = schema | {"type": next(kind for kind in kinds if kind != "null")}
    built = {key: value for key, value in schema.items() if key not in ("title", "default")} | own
    if "enum" in built:
        built["type"] = "string"
    if built.get("type") == "array":
        built["items"] = _resolved(dict(built["items"]), components)
    if built.get("type") == "object":
        values = built.pop("additionalProperties", None)
        if values:
            built["additionalProperties"] = _resolved(dict(values), components)
        else:
            built["x-kubernetes-preserve-unknown-fields"] = True
    return built


def main() -> None:
    """Write the definition as YAML."""
    yaml.safe_dump(definition(), sys.stdout, sort_keys=False, allow_unicode=True, width=100)


if __name__ == "__main__":
    main()
