"""An ingress in this process: the real application, on a real nats-server."""

import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import msgspec

from prosa import chatbots
from prosa.clock import SystemClock
from prosa.contracts import subjects
from prosa.contracts.identity import BotToken
from prosa.contracts.inbound import Inbound
from prosa.jetstream.connection import JetStream, Stored
from prosa.telemetry.metrics import Registry
from services.ingress.aliases import Aliases
from services.ingress.api import IngressApi
from services.ingress.bots import Bots
from services.ingress.intake import Intake
from services.ingress.metrics import IngressMetrics
from services.ingress.webhooks import Webhooks
from tests.support.nats import BOT
from tests.support.webhooks import ACCOUNT, APP_SECRET, NUMBER, VERIFY_TOKEN, App

EVERYTHING = 5_000


def a_bot(
    folder: Path,
    token: BotToken = BOT,
    *,
    number: str = NUMBER,
    account: str = ACCOUNT,
    secrets: Mapping[str, str] | None = None,
) -> Path:
    """Write a Chatbot's folder as `prosa up` would; returns the folder of all bots."""
    namespace, name = token.split("_", 1)
    chatbot = {
        "apiVersion": "prosa.dev/v1alpha1",
        "kind": "Chatbot",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "whatsapp": {
                "phoneNumberId": number,
                "businessAccountId": account,
                "credentialsSecretRef": {"name": f"{name}-whatsapp"},
            },
            "dialogue": {"inline": "flows: {}"},
        },
    }
    keys = {"app-secret": APP_SECRET, "verify-token": VERIFY_TOKEN, **(secrets or {})}
    own = folder / token / "whatsapp"
    own.mkdir(parents=True, exist_ok=True)
    (folder / token / "chatbot.yaml").write_text(json.dumps(chatbot))
    for key, value in keys.items():
        (own / key).write_text(value)
    return folder


@dataclass
class Ingress:
    """The application, and a look at what it stored."""

    app: App
    jetstream: JetStream
    metrics: IngressMetrics
    registry: Registry
    aliases: Aliases

    async def mailbox(self, bot: BotToken = BOT, contact: str = "*") -> list[Inbound]:
        """Read what is in the mailboxes, oldest first."""
        stored = await self.read(subjects.in_stream(bot), subjects.inbound(bot, contact))
        return [msgspec.json.decode(message.payload, type=Inbound) for message in stored]

    async def events(self, bot: BotToken = BOT, kind: str = "*") -> list[Stored]:
        """Read the events of a kind."""
        return await self.read(subjects.evt_stream(bot), subjects.event(bot, kind, "*"))

    async def unrouted(self) -> list[Stored]:
        """Read what no bot got."""
        return await self.read(subjects.UNROUTED_STREAM, "prosa_unrouted.>")

    async def read(self, stream: str, subject: str) -> list[Stored]:
        """Read all messages of a subject."""
        found: list[Stored] = []
        while batch := await self.jetstream.read(
            stream, subject, after=found[-1].sequence if found else 0, limit=EVERYTHING
        ):
            found += batch
        return found

    def counted(self, metric: str, **labels: str) -> float:
        """Give a metric's value, as /metrics shows it."""
        text = self.registry.render()[0].decode()
        wanted = "".join(f'{name}="{value}"' for name, value in labels.items())
        line = f"{metric}{{{wanted}}} " if labels else f"{metric} "
        return float(next(x[len(line) :] for x in text.splitlines() if x.startswith(line)))


def an_ingress(
    jetstream: JetStream,
    folder: Path,
    *,
    patience: timedelta = timedelta(seconds=4),
    body_patience: timedelta = timedelta(seconds=10),
) -> Ingress:
    """Put the parts together as `services.ingress.__main__` does.

    Secrets are looked at whenever a signature is wrong: each look at the clock is a minute later.
    """
    minutes = itertools.count(0.0, 60.0)
    clock = SystemClock()
    registry = Registry()
    metrics = IngressMetrics(registry)
    bots = Bots(chatbots.load(folder, needs=("app-secret", "verify-token")), minutes.__next__)
    aliases = Aliases(jetstream, clock)
    intake = Intake(jetstream, aliases, metrics, clock)
    app = IngressApi(
        Webhooks(bots, intake, metrics, patience=patience, body_patience=body_patience)
    )
    return Ingress(app, jetstream, metrics, registry, aliases)
