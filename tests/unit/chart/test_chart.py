"""The chart, as far as it can be judged without helm: what is generated is current, and agrees."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from prosa.dialogue.compiler import compile_dialogue
from prosa_operator import crd, kinds
from prosa_operator.settings import OperatorSettings
from tests.support import chart

FILES = chart.files()
VALUES = chart.values(chart.VALUES.read_text())
MANIFESTS = chart.objects(chart.MANIFEST.read_text())
READ = {"get", "list", "watch"}
APPLY = {*READ, "create", "patch", "delete"}


def manifest(kind: str, name: str) -> dict[str, Any]:
    """Find one of the rendered objects."""
    (found,) = (
        each for each in MANIFESTS if (each["kind"], each["metadata"]["name"]) == (kind, name)
    )
    return found


def rights(role: dict[str, Any]) -> dict[str, set[str]]:
    """Give verbs by `resource.group`, as `kubectl auth can-i` names them."""
    return {
        f"{resource}.{group}".rstrip("."): set(rule["verbs"])
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(chart.CHART).as_posix())
def test_a_generated_file_is_current(path: Path) -> None:
    assert path.read_text() == FILES[path], "run `make manifests`"


def test_the_manifests_hold_the_definition_that_the_services_read() -> None:
    rendered = manifest("CustomResourceDefinition", "chatbots.prosa.dev")

    as_yaml = yaml.safe_load(yaml.safe_dump(crd.definition()["spec"]))
    assert rendered["spec"] == as_yaml, "run `make manifests`"
    assert rendered["metadata"]["annotations"] == {"helm.sh/resource-policy": "keep"}


@pytest.mark.parametrize("value", VALUES, ids=lambda value: ".".join(value.path))
def test_every_value_says_what_it_does(value: chart.Value) -> None:
    assert value.has_keys or value.says.endswith((".", "?"))


@pytest.mark.parametrize("file", sorted(chart.CHART.glob("ci/*.yaml")), ids=lambda file: file.stem)
def test_the_values_that_ci_tries_exist(file: Path) -> None:
    known = {value.path for value in VALUES}
    closed = {value.path for value in VALUES if value.has_keys}

    def given(tree: dict[str, Any], above: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
        paths = [(*above, key) for key in tree]
        return paths + [
            path
            for key in tree
            if (*above, key) in closed
            for path in given(tree[key], (*above, key))
        ]

    assert set(given(yaml.safe_load(file.read_text()))) <= known


def test_everything_that_can_be_turned_on_is_tried() -> None:
    tried = "".join(file.read_text() for file in chart.CHART.glob("ci/*.yaml"))
    switches = {value.path[0] for value in VALUES if value.path[-1] == "enabled"}

    assert {switch for switch in switches if switch not in tried} == {"podDisruptionBudget"}


def test_the_operator_may_do_this_and_nothing_else() -> None:
    assert rights(manifest("ClusterRole", "prosa-operator")) == {
        "chatbots.prosa.dev": {*READ, "patch"},
        "chatbots/status.prosa.dev": {"patch"},
        "chatbots/finalizers.prosa.dev": {"update"},
        "configmaps": APPLY,
        "secrets": APPLY,
        "serviceaccounts": APPLY,
        "persistentvolumeclaims": APPLY,
        "services": APPLY,
        "deployments.apps": APPLY,
        "statefulsets.apps": APPLY,
        "deployments/scale.apps": {"get", "patch"},
        "cronjobs.batch": APPLY,
        "jobs.batch": APPLY,
        "poddisruptionbudgets.policy": APPLY,
        "ingresses.networking.k8s.io": APPLY,
        "networkpolicies.networking.k8s.io": APPLY,
        "httproutes.gateway.networking.k8s.io": APPLY,
        "scaledobjects.keda.sh": APPLY,
        "servicemonitors.monitoring.coreos.com": APPLY,
        "prometheusrules.monitoring.coreos.com": APPLY,
        "events.events.k8s.io": {"create"},
    }


@pytest.mark.parametrize("kind", kinds.CHILDREN, ids=lambda kind: kind.name)
def test_the_operator_may_keep_each_kind_that_it_renders(kind: kinds.Kind) -> None:
    held = rights(manifest("ClusterRole", "prosa-operator"))

    assert held[f"{kind.plural}.{kind.group}".rstrip(".")] == APPLY


def test_what_it_no_longer_renders_it_may_no_longer_touch() -> None:
    held = rights(manifest("ClusterRole", "prosa-operator"))
    rendered = {f"{kind.plural}.{kind.group}".rstrip(".") for kind in kinds.CHILDREN}

    assert {resource for resource, verbs in held.items() if "delete" in verbs} == rendered


def test_only_its_own_lease_can_be_taken() -> None:
    _, named = manifest("Role", "prosa-operator-own")["rules"]
    (container,) = operator()["containers"]
    environment = {each["name"]: each.get("value") for each in container["env"]}

    assert named["resourceNames"] == [environment["PROSA_OPERATOR_LEASE"]]


def operator() -> dict[str, Any]:
    """Give the operator's pod."""
    pod: dict[str, Any] = manifest("Deployment", "prosa-operator")["spec"]["template"]["spec"]
    return pod


def test_the_operator_is_given_settings_that_it_knows() -> None:
    (container,) = operator()["containers"]
    given = {each["name"] for each in container["env"]} - {"POD_NAME", "POD_ID"}

    assert given <= {f"PROSA_{name.upper()}" for name in OperatorSettings.model_fields}


def test_the_operators_settings_can_be_read() -> None:
    (container,) = operator()["containers"]
    given = {each["name"]: each["value"] for each in container["env"] if "value" in each}
    fields = {name.removeprefix("PROSA_").lower(): value for name, value in given.items()}
    settings = OperatorSettings.model_validate(fields)

    assert settings.operator_image == "prosa/{component}:0.1.0"
    assert settings.grace.total_seconds() < operator()["terminationGracePeriodSeconds"]


def test_the_first_dialogue_of_the_notes_compiles() -> None:
    text = (chart.CHART / "files/hello.yaml").read_text()

    assert compile_dialogue(text).flows
