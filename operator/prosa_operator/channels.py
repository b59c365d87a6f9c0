"""Checks each Chatbot's number with Meta, seldom enough for Meta and beside the passes.

Three calls a check, and one for each 250 templates where there are campaigns: every five minutes
that is 36 to 48 calls an hour, of the 200 that Meta allows an app for an account that is little
used (Meta, "Rate limits"). A change of the spec or the Secret is checked at once.
"""

from collections.abc import Mapping
from datetime import timedelta

import aiohttp
import msgspec

from prosa.contracts.chatbot import Chatbot
from prosa_operator import channel, meta, reasons
from prosa_operator.changes import digest
from prosa_operator.errands import Errands
from prosa_operator.meta import Graph
from prosa_operator.metrics import OperatorMetrics
from prosa_operator.observed import Channel, Seen
from prosa_operator.rendering.exposure import WEBHOOK_PATH
from prosa_operator.vault import Vault
from prosa_operator.watched import Key, Wake

RETRY = timedelta(seconds=60)
NOT_YET = Channel(reasons.CHANNEL_NOT_CHECKED, "Meta is being asked")


class Channels:
    """What Meta last said of each number."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        vault: Vault,
        metrics: OperatorMetrics,
        *,
        every: timedelta,
        wake: Wake,
    ) -> None:
        self._http = http
        self._vault = vault
        self._metrics = metrics
        self._errands = Errands(
            self._check,
            first=NOT_YET,
            failed=lambda error: Channel(reasons.META_UNAVAILABLE, type(error).__name__),
            good=lambda found: found.reason == reasons.CONNECTED,
            every=every,
            retry=RETRY,
            wake=wake,
        )

    async def latest(self, key: Key, chatbot: Chatbot, secrets: Mapping[str, Seen]) -> Channel:
        """Give the last word; a check begins when it is due, or something has changed."""
        name = chatbot.spec.whatsapp.credentials_secret_ref.name
        secret = secrets.get(name)
        if secret is None or "access-token" not in secret.keys:
            return Channel(
                reasons.CHANNEL_NOT_CHECKED, f"Secret {name} has no key access-token to ask Meta by"
            )
        asked = (
            msgspec.to_builtins(chatbot.spec.whatsapp),
            secret.digest,
            expected_webhook(chatbot),
            [[c.template.name, c.template.language] for c in chatbot.spec.campaigns],
        )
        return await self._errands.latest(key, chatbot, digest(asked))

    def forget(self, key: Key) -> None:
        """Drop a Chatbot that is gone."""
        self._errands.forget(key)

    async def close(self) -> None:
        """End what is under way."""
        await self._errands.close()

    async def _check(self, key: Key, chatbot: Chatbot) -> Channel:
        found = await self._ask(key, chatbot)
        self._metrics.channel_checks.labels(found.reason).inc()
        return found

    async def _ask(self, key: Key, chatbot: Chatbot) -> Channel:
        spec = chatbot.spec
        secret = spec.whatsapp.credentials_secret_ref.name
        values = await self._vault.values(key.namespace, secret)
        if (token := values.get("access-token")) is None:
            return NOT_YET
        graph = Graph(self._http, spec.whatsapp, token)
        if (said := await graph.number()).problem:
            return channel.refused(said, spec)
        found = channel.number(said, expected_webhook(chatbot))
        if found.reason != reasons.CONNECTED:
            return found
        if (said := await graph.subscribed_apps()).problem:
            return channel.refused(said, spec)
        found = channel.subscribed(said, found.phone)
        if found.reason != reasons.CONNECTED or not spec.campaigns:
            return found
        return await self._judge_templates(graph, chatbot, found.phone)

    async def _judge_templates(self, graph: Graph, chatbot: Chatbot, phone: str) -> Channel:
        approved: list[tuple[str, str]] = []
        after = ""
        for _ in range(meta.PAGES):
            if (said := await graph.templates(after)).problem:
                return channel.refused(said, chatbot.spec)
            approved.extend(
                (each["name"], each["language"])
                for each in said.body.get("data") or ()
                if each.get("status") == "APPROVED"
            )
            paging = said.body.get("paging") or {}
            if "next" not in paging:
                return channel.templates(chatbot.spec, approved, phone)
            after = paging["cursors"]["after"]
        return Channel(reasons.CONNECTED, "", phone)


def expected_webhook(chatbot: Chatbot) -> str:
    """Give the address that Meta should call; empty when the Chatbot does not say its host."""
    exposure = chatbot.spec.exposure
    return f"https://{exposure.host}{WEBHOOK_PATH}" if exposure else ""
