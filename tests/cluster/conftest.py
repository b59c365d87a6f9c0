"""A real Kubernetes: the kit's, or the one that PROSA_KUBECONFIG names. A namespace for each test.

Without a cluster the tests fail and say what is missing; none is skipped. A failed test tells what
stood in its namespace: objects, events, logs.
"""

import os
import re
import secrets
import subprocess
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from tests.support.kubectl import Kubectl, KubectlError

FAILED = pytest.StashKey[bool]()
KIT = Path(__file__).parent / "kind/cluster"
MISSING = "no cluster answers: run `make kind-up`, or name a test cluster in PROSA_KUBECONFIG"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember a failure, so that the namespace's fixture can tell what stood in it."""
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@pytest.fixture(scope="session")
def cluster() -> Kubectl:
    """Give the test cluster, once it is sure that it is one."""
    named = os.environ.get("PROSA_KUBECONFIG")
    kubectl = Kubectl(Path(named or os.environ.get("KUBECONFIG") or Path.home() / ".kube/config"))
    try:
        context = kubectl.run("config", "current-context").strip()
        kubectl.run("version", "--request-timeout=20s")
    except FileNotFoundError:
        pytest.fail("kubectl is not in PATH: run the tests by `make test-cluster`")
    except (KubectlError, subprocess.TimeoutExpired) as error:
        pytest.fail(f"{MISSING}\n{error}")
    if not named and not context.startswith("kind-"):
        pytest.fail(f"{context} is no kind cluster; name it in PROSA_KUBECONFIG if it is for tests")
    return kubectl


@pytest.fixture
def kubectl(cluster: Kubectl, request: pytest.FixtureRequest) -> Iterator[Kubectl]:
    """Give the cluster with a namespace of the test's own, gone after it."""
    words = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower())[:30].strip("-")
    namespace = f"{words}-{secrets.token_hex(3)}"
    cluster.run("create", "namespace", namespace)
    inside = cluster.inside(namespace)
    yield inside
    if request.node.stash.get(FAILED, False):
        request.node.add_report_section("teardown", f"namespace {namespace}", inside.told())
    cluster.run("delete", "namespace", namespace, "--wait=false")


@pytest.fixture(scope="session")
def trial_images() -> dict[str, dict[str, str]]:
    """Give the images of NATS and PostgreSQL that the trial can use: the kit's, on its own cluster.

    A cluster that somebody named pulls the chart's own.
    """
    if os.environ.get("PROSA_KUBECONFIG"):
        return {}
    made = {name: _kit("image", name) for name in ("nats", "postgres")}
    _kit("load", *made.values())
    return {name: {"image": image} for name, image in made.items()}


def _kit(*words: str) -> str:
    done = subprocess.run([KIT, *words], capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
