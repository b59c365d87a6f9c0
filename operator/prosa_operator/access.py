"""Where the API server is and who we are: from the pod, or from a kubeconfig.

In a pod the token is read again whenever its file changes: the kubelet rotates it. A kubeconfig
gives a server, an authority and a client certificate or a token; plug-ins (`exec`, `auth-provider`)
are refused with a sentence, because a service has nobody to ask.
"""

import base64
import binascii
import os
import ssl
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import SecretStr

from prosa.errors import ConfigError
from prosa.telemetry.logs import redact

ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
"""Kubernetes, "Accessing the API from a Pod"."""


@dataclass(frozen=True)
class Access:
    """An API server and our credentials at it; at most one of token file, token, certificate."""

    server: str
    authority: bytes | None = field(default=None, repr=False)
    token_file: Path | None = None
    token: SecretStr | None = None
    certificate: bytes | None = field(default=None, repr=False)
    key: bytes | None = field(default=None, repr=False)
    namespace: str = "default"

    def bearer(self) -> str:
        """Give the token as it is now, or an empty text. Raises ConfigError."""
        if self.token_file is None:
            return self.token.get_secret_value() if self.token else ""
        try:
            token = SecretStr(self.token_file.read_text().strip())
        except OSError as error:
            raise ConfigError(
                f"{self.token_file} cannot be read ({error.strerror});"
                " the operator's ServiceAccount needs its token mounted"
            ) from error
        redact(token)
        return token.get_secret_value()

    def tls(self) -> ssl.SSLContext:
        """Make the context of the connections. Raises ConfigError."""
        try:
            context = ssl.create_default_context(
                cadata=self.authority.decode() if self.authority else None
            )
            if self.certificate and self.key:
                with tempfile.TemporaryDirectory() as folder:  # the module reads files only
                    certificate, key = Path(folder, "certificate"), Path(folder, "key")
                    certificate.write_bytes(self.certificate)
                    key.write_bytes(self.key)
                    context.load_cert_chain(certificate, key)
        except (ssl.SSLError, ValueError) as error:
            raise ConfigError(
                f"the certificates for {self.server} cannot be used: {type(error).__name__}"
            ) from None
        return context


def find(environment: Mapping[str, str] = os.environ, account: Path = ACCOUNT) -> Access:
    """Find the API server: the pod's own, else KUBECONFIG, else ~/.kube/config.

    Raises ConfigError that says what was looked for.
    """
    if host := environment.get("KUBERNETES_SERVICE_HOST"):
        return _in_pod(host, environment.get("KUBERNETES_SERVICE_PORT", "443"), account)
    named = environment.get("KUBECONFIG", "").split(os.pathsep)[0]
    return from_kubeconfig(Path(named) if named else Path.home() / ".kube" / "config")


def _in_pod(host: str, port: str, account: Path) -> Access:
    host = f"[{host}]" if ":" in host else host
    try:
        return Access(
            server=f"https://{host}:{port}",
            authority=(account / "ca.crt").read_bytes(),
            token_file=account / "token",
            namespace=(account / "namespace").read_text().strip(),
        )
    except OSError as error:
        raise ConfigError(
            f"{error.filename} cannot be read ({error.strerror});"
            " the operator's pod needs automountServiceAccountToken"
        ) from error


def from_kubeconfig(file: Path) -> Access:
    """Read the current context of a kubeconfig. Raises ConfigError."""
    try:
        config = yaml.safe_load(file.read_text())
        context = _named(config["contexts"], config["current-context"], "context")
        cluster = _named(config["clusters"], context["cluster"], "cluster")
        user = _named(config["users"], context["user"], "user")
        server = str(cluster["server"])
    except OSError as error:
        raise ConfigError(
            f"{file} cannot be read ({error.strerror}); set KUBECONFIG, or run in a pod"
        ) from error
    except (yaml.YAMLError, KeyError, TypeError, StopIteration) as error:
        raise ConfigError(f"{file} is no kubeconfig: {type(error).__name__}") from None
    if "exec" in user or "auth-provider" in user:
        raise ConfigError(f"{file}: give a token or a client certificate; plug-ins are not run")
    token = SecretStr(str(user["token"])) if user.get("token") else None
    if token:
        redact(token)
    return Access(
        server=server.rstrip("/"),
        authority=_bytes(cluster, "certificate-authority", file),
        token=token,
        token_file=file.parent / user["tokenFile"] if user.get("tokenFile") else None,
        certificate=_bytes(user, "client-certificate", file),
        key=_bytes(user, "client-key", file),
        namespace=str(context.get("namespace") or "default"),
    )


def _named(entries: list[dict[str, Any]], name: str, part: str) -> dict[str, Any]:
    found: dict[str, Any] = next(entry[part] for entry in entries if entry["name"] == name)
    return found


def _bytes(part: Mapping[str, Any], name: str, file: Path) -> bytes | None:
    """Give what stands in the kubeconfig itself, or in the file that it names."""
    try:
        if data := part.get(f"{name}-data"):
            return base64.b64decode(data)
        if path := part.get(name):
            return Path(file.parent, path).read_bytes()
    except (OSError, binascii.Error, ValueError):
        raise ConfigError(f"{file}: {name} cannot be read") from None
    return None
