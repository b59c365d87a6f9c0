"""What the operator is told by its environment: `PROSA_OPERATOR_<…>`, beside what all share.

`PROSA_LOG_LEVEL`, `PROSA_LOG_FORMAT`, `PROSA_HEALTH_HOST`, `PROSA_HEALTH_PORT` and `PROSA_GRACE`
are those of every component. `PROSA_NATS_*` and `PROSA_CHATBOTS` mean nothing here: each Chatbot
says which NATS carries it.
"""

import os
import socket
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_settings import NoDecode

from prosa.settings import ComponentSettings, Span


class OperatorSettings(ComponentSettings):
    """How the operator runs."""

    operator_namespaces: Annotated[tuple[str, ...], NoDecode] = ()
    """Namespaces whose Chatbots are served, with commas between them. Empty: all, which needs a
    ClusterRole."""

    operator_namespace: str = "prosa-system"
    """The operator's own namespace: of its Lease and of NATS' signing key."""

    operator_identity: str = Field(default_factory=lambda: os.environ.get("POD_NAME") or _host())
    """What the Lease calls this replica; the pod's name. Two alike would both believe to lead."""

    operator_lease: str = "prosa-operator"
    """Name of the Lease. Two operators for different namespaces in one namespace need two."""

    operator_image: str = "prosa/{component}:latest"
    """Image of a component; `{component}` is replaced by its name."""

    operator_image_pull_policy: Literal["Always", "IfNotPresent", "Never"] = "IfNotPresent"
    """When the kubelet pulls images."""

    operator_image_pull_secrets: Annotated[tuple[str, ...], NoDecode] = ()
    """Secrets for a private registry, in each Chatbot's namespace, with commas between them."""

    operator_resync: Span = timedelta(seconds=60)
    """How often each Chatbot is looked at though nothing happened, give or take a tenth."""

    operator_rollouts_per_minute: Annotated[int, Field(ge=1)] = 5
    """How many bots may roll in a minute to what a newer operator renders."""

    operator_channel_every: Span = timedelta(minutes=5)
    """How often Meta is asked about a number. Meta allows 200 calls an hour and account; a check
    costs three, and one for each hundred templates."""

    operator_nats_signing_secret: str = ""
    """Secret in the operator's namespace with the key `seed` (an account signing key of NATS, SA…)
    and `account` (the account's public key, A…), to mint each service's credentials. Empty: each
    Chatbot brings a Secret with user and password, or none."""

    @field_validator("operator_namespaces", "operator_image_pull_secrets", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("operator_image")
    @classmethod
    def _holds_the_component(cls, value: str) -> str:
        if "{component}" not in value:
            raise ValueError("give an image with {component} in it")
        return value


def _host() -> str:
    return f"{socket.gethostname()}-{os.getpid()}"


def explained() -> str:
    """Give the settings as `--help` prints them."""
    lines = []
    for name, field in OperatorSettings.model_fields.items():
        if name in ("nats", "chatbots"):
            continue
        default = "" if field.default_factory else f" [{_shown(field.default)}]"
        lines.append(f"  PROSA_{name.upper()}{default}")
        lines.extend(f"      {line}" for line in (field.description or "").splitlines())
    return "\n".join(lines)


def _shown(default: object) -> str:
    if isinstance(default, timedelta):
        return f"{default.total_seconds():g}s"
    return ",".join(default) if isinstance(default, tuple) else str(default)
