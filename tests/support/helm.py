"""Releases of charts/prosa in a test's namespace, named after it so that two never meet."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tests.support.chart import CHART
from tests.support.kubectl import MINUTE, Kubectl

Values = Mapping[str, Any]


class HelmError(AssertionError):
    """What helm said when it refused."""


def helm(kubectl: Kubectl, *words: str, values: Values | None = None) -> str:
    """Run helm in the namespace; values are given as JSON, which is YAML."""
    given = json.dumps(values or {})
    done = subprocess.run(  # noqa: S603 - a test's own words
        ["helm", f"--namespace={kubectl.namespace}", *words],  # noqa: S607 - of the kit's PATH
        env=os.environ | {"KUBECONFIG": str(kubectl.kubeconfig)},
        input=given,
        capture_output=True,
        text=True,
        timeout=6 * MINUTE,
        check=False,
    )
    if done.returncode:
        raise HelmError(f"helm {' '.join(words)}: {done.stderr}")
    return done.stdout


def own(kubectl: Kubectl, values: Values | None = None) -> dict[str, Any]:
    """Add to values what keeps a release to the test's namespace.

    The definition of Chatbot is left to whoever made it: it belongs to the whole cluster.
    """
    return {
        "fullnameOverride": kubectl.namespace,
        "watchNamespaces": [kubectl.namespace],
        "crds": {"enabled": False},
        "rbac": {"peopleRoles": False},
        **(values or {}),
    }


def render(kubectl: Kubectl, values: Values | None = None, *words: str) -> str:
    """Render the chart as it would be installed into the test's namespace."""
    return helm(kubectl, "template", kubectl.namespace, str(CHART), "-f-", *words, values=values)


@contextmanager
def release(kubectl: Kubectl, values: Values | None = None) -> Iterator[str]:
    """Install the chart, wait until it is ready, give its notes; remove it at the end."""
    name = kubectl.namespace
    install = ("install", name, str(CHART), "-f-", "--wait", "--timeout=4m")
    try:
        yield helm(kubectl, *install, values=own(kubectl, values))
    finally:
        helm(kubectl, "uninstall", name, "--ignore-not-found")
