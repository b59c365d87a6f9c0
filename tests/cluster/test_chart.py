"""The chart before a real API server: what it renders is accepted, and grants what is listed."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support import chart
from tests.support.eventually import eventually
from tests.support.helm import HelmError, helm, own, release, render
from tests.support.kubectl import Kubectl, KubectlError

UNKNOWN = {"ServiceMonitor", "PrometheusRule"}
"""Kinds that need the Prometheus Operator, which the test cluster lacks."""

CI = sorted(chart.CHART.glob("ci/*.yaml"))
RIGHTS = Path(__file__).parent / "rights.txt"


@pytest.fixture
def restricted(kubectl: Kubectl) -> Kubectl:
    """Give a namespace that refuses any pod but a restricted one."""
    label = "pod-security.kubernetes.io/enforce=restricted"
    warn = "pod-security.kubernetes.io/warn=restricted"
    kubectl.run("label", "namespace", kubectl.namespace, label, warn)
    return kubectl


def test_the_manifests_are_the_chart() -> None:
    assert chart.MANIFEST.read_text() == chart.manifest(), "run `make manifests`"


@pytest.mark.parametrize("file", CI, ids=lambda file: file.stem)
def test_helm_finds_no_fault(kubectl: Kubectl, file: Path) -> None:
    helm(kubectl, "lint", "--strict", "--quiet", str(chart.CHART), "-f", str(file))


@pytest.mark.parametrize("file", CI, ids=lambda file: file.stem)
def test_the_api_server_takes_all_of_it(restricted: Kubectl, file: Path) -> None:
    values = yaml.safe_load(file.read_text())
    if "watchNamespaces" in values:
        values["watchNamespaces"] = [restricted.namespace]
    rendered = [
        each for each in chart.objects(render(restricted, values)) if each["kind"] not in UNKNOWN
    ]
    done = restricted.run(
        "apply",
        "--server-side",
        "--force-conflicts",
        "--dry-run=server",
        "--warnings-as-errors",
        "--filename=-",
        stdin=yaml.safe_dump_all(rendered),
    )

    assert len(done.splitlines()) == len(rendered)


REFUSED: tuple[tuple[dict[str, Any], str], ...] = (
    ({"serviceAccount": {"create": False}}, "serviceAccount.name: name the ServiceAccount"),
    ({"image": {"tag": "1", "digest": f"sha256:{'0' * 64}"}}, "image: give either tag or digest"),
    ({"terminationGracePeriodSeconds": 5}, "terminationGracePeriodSeconds: at least 15"),
    ({"networkPolicy": {"apiServerPorts": []}}, "networkPolicy.apiServerPorts"),
    ({"namespaceOverride": "kube-system"}, "kube-system"),
    ({"replica": 3}, "'replica'"),
    ({"image": {"pullPolicy": "Sometimes"}}, "/image/pullPolicy"),
    ({"image": {"digest": "latest"}}, "/image/digest"),
    ({"replicas": -1}, "/replicas"),
    ({"watchNamespaces": "bots"}, "/watchNamespaces"),
)


@pytest.mark.parametrize(("values", "told"), REFUSED, ids=[told for _, told in REFUSED])
def test_values_that_cannot_work_are_refused_by_name(
    kubectl: Kubectl, values: dict[str, Any], told: str
) -> None:
    with pytest.raises(HelmError, match=re.escape(told)):
        render(kubectl, values)


def test_the_operator_may_do_what_is_listed_and_nothing_else(kubectl: Kubectl) -> None:
    operator = rights_of_the_operator(kubectl)
    everybody = kubectl.acting_as(f"system:serviceaccount:{kubectl.namespace}:default")
    more = listed(operator, kubectl.namespace) - listed(everybody, kubectl.namespace)

    assert sorted(more) == RIGHTS.read_text().splitlines()


def test_it_may_do_nothing_in_a_namespace_that_it_does_not_serve(kubectl: Kubectl) -> None:
    operator = rights_of_the_operator(kubectl)
    everybody = kubectl.acting_as(f"system:serviceaccount:{kubectl.namespace}:default")

    assert listed(operator, "kube-public") == listed(everybody, "kube-public")


def rights_of_the_operator(kubectl: Kubectl) -> Kubectl:
    """Apply the chart's roles, and speak with the rights of its ServiceAccount."""
    templates = ("rbac", "serviceaccount")
    shown = [f"--show-only=templates/{each}.yaml" for each in templates]
    kubectl.apply(*chart.objects(render(kubectl, own(kubectl), *shown)))
    account = f"system:serviceaccount:{kubectl.namespace}:{kubectl.namespace}-operator"
    return kubectl.acting_as(account)


def listed(who: Kubectl, namespace: str) -> set[str]:
    """List what somebody may do, a line each, the test's own name as `operator`."""
    lines = who.inside(namespace).run("auth", "can-i", "--list", "--no-headers").splitlines()
    named = (re.sub(r"\[[^\]]*-operator\]", "[operator]", line) for line in lines)
    return {" ".join(line.split()) for line in named}


@pytest.mark.parametrize(
    ("role", "may", "may_not"),
    [
        ("view", "get chatbots", "create chatbots"),
        ("edit", "create chatbots", "patch chatbots --subresource=status"),
        ("admin", "delete chatbots", "patch chatbots --subresource=status"),
    ],
)
async def test_people_get_their_rights_from_kubernetes_own_roles(
    kubectl: Kubectl, role: str, may: str, may_not: str
) -> None:
    values = {"fullnameOverride": kubectl.namespace}
    people = chart.objects(render(kubectl, values, "--show-only=templates/rbac-people.yaml"))
    kubectl.run("create", "rolebinding", "ana", f"--clusterrole={role}", "--user=ana")
    ana = kubectl.acting_as("ana")
    try:
        kubectl.apply(*people)

        await eventually(lambda: allowed(ana, may), every=0.5)  # Kubernetes gathers roles by itself
        assert not allowed(ana, may_not)
    finally:
        for each in people:
            kubectl.delete("clusterrole", each["metadata"]["name"])


def allowed(who: Kubectl, what: str) -> bool:
    """Ask the API server; `no` is an exit code of one."""
    try:
        return who.run("auth", "can-i", *what.split()).strip() == "yes"
    except KubectlError:
        return False


def a_chatbot(**whatsapp: str) -> dict[str, Any]:
    """Build the least Chatbot."""
    return {
        "apiVersion": "prosa.dev/v1alpha1",
        "kind": "Chatbot",
        "metadata": {"name": "hello"},
        "spec": {
            "whatsapp": {
                "phoneNumberId": "1",
                "businessAccountId": "2",
                "credentialsSecretRef": {"name": "hello"},
                **whatsapp,
            },
            "dialogue": {"inline": "dialogue: v1"},
        },
    }


def test_the_trial_brings_nats_and_postgresql(
    restricted: Kubectl, trial_images: dict[str, Any]
) -> None:
    values = {"replicas": 0, "trial": {"enabled": True, **trial_images}}
    with release(restricted, values) as notes:
        for part in ("nats", "postgres"):
            restricted.rolled_out(f"statefulset/{restricted.namespace}-{part}")

        assert f"nats://{restricted.namespace}-nats.{restricted.namespace}:4222" in notes


async def test_a_chatbot_that_would_send_its_token_elsewhere_is_refused(kubectl: Kubectl) -> None:
    elsewhere = yaml.safe_dump(a_chatbot(graphUrl="https://graph.example"))

    def refused() -> bool:
        try:
            kubectl.run("apply", "--server-side", "--dry-run=server", "-f-", stdin=elsewhere)
        except KubectlError as error:
            return "whatsapp.graphUrl: the access token would be sent there" in str(error)
        return False

    with release(kubectl, {"replicas": 0, "admissionPolicy": {"enabled": True}}):
        await eventually(refused, every=0.5)  # a policy takes the API server a moment

        kubectl.apply(a_chatbot(graphUrl="https://graph.facebook.com"))
