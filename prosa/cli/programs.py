"""The programs of a laptop's stack: how each is started, seen to be ready, and stopped."""

import os
import signal
import sys
from pathlib import Path

from pydantic import SecretStr

import prosa
from prosa.cli import layout, mail_catcher, nats_server
from prosa.cli.addresses import Addresses
from prosa.cli.layout import Layout
from prosa.cli.processes import Program, http_says, listens
from prosa.postgres import local

_NOT_INHERITED = ("APP_SECRET", "GRAPH_URL")


def nats(where: Layout, at: Addresses) -> Program:
    """Start the streams."""
    return Program(
        "nats",
        (str(nats_server.binary()), "-c", str(where.nats_config)),
        ready=lambda: listens(at.ports["nats"]),
        environment=environment(),
        orphan_signal=signal.SIGTERM,
    )


def simulator(where: Layout, at: Addresses) -> Program:
    """Start the simulated WhatsApp."""
    port = at.ports["simulator"]
    return Program(
        "simulator",
        (
            *(sys.executable, "-m", "simulator"),
            *("--config", str(where.simulator_config), "--port", str(port)),
        ),
        ready=lambda: http_says(port, "/control/faults"),
        environment=environment(),
    )


def service(name: str, where: Layout, at: Addresses) -> Program:
    """Start one of our services under its own NATS identity."""
    health = at.ports[f"{name}-health"]
    settings = {
        "PROSA_CHATBOTS": str(where.chatbots),
        "PROSA_NATS_URL": at.nats,
        "PROSA_NATS_CREDENTIALS": str(where.credentials(name)),
        "PROSA_HEALTH_PORT": str(health),
        "PROSA_LOG_FORMAT": "json",
    }
    settings |= _OWN[name](where, at) if name in _OWN else {}
    return Program(
        name,
        (sys.executable, "-m", f"services.{name}"),
        ready=lambda: http_says(health, "/readyz"),
        environment=environment() | settings,
    )


def _ingress(where: Layout, at: Addresses) -> dict[str, str]:
    del where
    return {"PROSA_WEBHOOK_PORT": str(at.ports["ingress"])}


def _handoff(where: Layout, at: Addresses) -> dict[str, str]:
    return {
        "PROSA_DATABASE": str(where.postgres_url),
        "PROSA_HANDOFF_PORT": str(at.ports["handoff"]),
        "PROSA_HANDOFF_URL": at.inbox,
    } | mail_catcher.settings(at.ports["mail"])


def _analytics(where: Layout, at: Addresses) -> dict[str, str]:
    return {
        "PROSA_DATABASE": str(where.postgres_url),
        "PROSA_ANALYTICS_PORT": str(at.ports["analytics"]),
        "PROSA_ANALYTICS_DATA": str(where.records),
    }


_OWN = {"ingress": _ingress, "handoff": _handoff, "analytics": _analytics}
"""Settings that a service has besides those of all."""


def campaigns(where: Layout, at: Addresses) -> dict[str, str]:
    """Give the environment of a campaign's run, a job that ends by itself."""
    return environment() | {
        "PROSA_CHATBOTS": str(where.chatbots),
        "PROSA_NATS_URL": at.nats,
        "PROSA_NATS_CREDENTIALS": str(where.credentials("campaigns")),
        "PROSA_LOG_FORMAT": "json",
        "PROSA_DATABASE": str(where.postgres_url),
    }


def postgres(where: Layout, at: Addresses, secret: SecretStr) -> Program:
    """Start PostgreSQL on its initialised data. Raises ConfigError when it cannot run here."""
    port = at.ports["postgres"]
    layout.write_secret(
        where.postgres_passfile,
        f"127.0.0.1:{port}:*:{local.USER}:{secret.get_secret_value()}\n",
    )
    layout.write_secret(where.postgres_url, local.url(port, secret).get_secret_value())
    return Program(
        "postgres",
        local.command(where.postgres.resolve(), port),
        ready=lambda: listens(port),
        environment=environment(),
        stop_signal=signal.SIGINT,  # "fast": ends sessions, loses nothing
        orphan_signal=signal.SIGINT,
    )


def environment() -> dict[str, str]:
    """Give what children inherit: all of ours but secrets, and the way to our own code."""
    inherited = {k: v for k, v in os.environ.items() if k not in _NOT_INHERITED}
    here = str(Path(prosa.__file__).parent.parent)
    paths = (here, inherited.get("PYTHONPATH", ""))
    return inherited | {
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "PYTHONUNBUFFERED": "1",
    }
