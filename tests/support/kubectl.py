"""kubectl as the tests speak it: a context that is known to be a test one, and dicts.

Nothing here waits by sleeping: `kubectl wait` and `rollout status` have deadlines of their own.
"""

import asyncio
import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

Object = Mapping[str, Any]

DUMPED = "pods,deployments,statefulsets,jobs,cronjobs,services,chatbots,scaledobjects,events"
MINUTE = 60.0


class KubectlError(AssertionError):
    """What kubectl said when it refused."""


@dataclass(frozen=True)
class Kubectl:
    """One cluster, one namespace; `as_user` speaks with another's rights."""

    kubeconfig: Path
    namespace: str = "default"
    as_user: str = ""

    def run(self, *words: str, stdin: str = "", within: float = 2 * MINUTE) -> str:
        """Run kubectl and give what it printed. Raises KubectlError with what it complained of."""
        command = ["kubectl", f"--namespace={self.namespace}"]
        if self.as_user:
            command.append(f"--as={self.as_user}")
        done = subprocess.run(  # noqa: S603 - a test's own words
            [*command, *words],
            env=os.environ | {"KUBECONFIG": str(self.kubeconfig)},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=within,
            check=False,
        )
        if done.returncode:
            raise KubectlError(f"kubectl {' '.join(words)}: {done.stderr or done.stdout}")
        return done.stdout

    async def ask(self, *words: str, stdin: str = "", within: float = 2 * MINUTE) -> str:
        """Run kubectl beside what else the test does."""
        return await asyncio.to_thread(self.run, *words, stdin=stdin, within=within)

    def get(self, kind: str, name: str) -> dict[str, Any]:
        """Read an object. Raises KubectlError when there is none."""
        found: dict[str, Any] = json.loads(self.run("get", kind, name, "--output=json"))
        return found

    def list(self, kind: str, selector: str = "") -> list[dict[str, Any]]:
        """Read all objects of a kind, or those that the labels select."""
        found = json.loads(self.run("get", kind, f"--selector={selector}", "--output=json"))
        items: list[dict[str, Any]] = found["items"]
        return items

    def apply(self, *objects: Object) -> None:
        """Apply objects on the server's side, as a person would."""
        self.run("apply", "--server-side", "--filename=-", stdin=yaml.safe_dump_all(objects))

    def delete(self, kind: str, name: str) -> None:
        """Delete an object and wait until it is gone; one that is gone already is well."""
        self.run("delete", kind, name, "--ignore-not-found")

    def rolled_out(self, workload: str, within: float = 3 * MINUTE) -> None:
        """Wait until a workload, such as `deployment/prosa`, has its pods ready."""
        self.run("rollout", "status", workload, f"--timeout={within:.0f}s", within=within + MINUTE)

    def inside(self, namespace: str) -> "Kubectl":
        """Speak of another namespace."""
        return replace(self, namespace=namespace)

    def acting_as(self, user: str) -> "Kubectl":
        """Speak with somebody's rights, such as `system:serviceaccount:bots:prosa`."""
        return replace(self, as_user=user)

    def told(self) -> str:
        """Tell all that is in the namespace, for a report of what went wrong. Never of Secrets."""
        parts = [self._tried("get", DUMPED, "--output=wide"), self._tried("describe", "pods")]
        for pod in self._tried("get", "pods", "--output=name").split():
            logs = self._tried("logs", pod, "--all-containers", "--prefix", "--tail=80")
            parts.append(f"--- {pod}\n{logs}")
        return "\n\n".join(parts)

    def _tried(self, *words: str) -> str:
        try:
            return self.run(*words)
        except (KubectlError, subprocess.TimeoutExpired) as error:
            return str(error)
