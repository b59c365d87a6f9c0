"""The bots that this process serves: where they are at Meta, and their secrets as of now.

Secrets are looked at again every few seconds, and at once when a signature does not match (at most
once a second: anybody may send a wrong one), so that a rotation needs no restart. A Secret that
cannot be read leaves the last good one in force.
"""

import asyncio
import time
from collections.abc import Callable, Sequence

import structlog

from prosa.chatbots import RunningBot
from prosa.errors import ConfigError
from prosa.waiting import happened
from services.ingress import signatures
from services.ingress.routing import Route, Routes

log = structlog.get_logger(__name__)

_EVERY_SECONDS = 10.0
_RELUCTANCE_SECONDS = 1.0


class Bots:
    """The running bots; its `run` keeps their secrets fresh."""

    def __init__(
        self, running: Sequence[RunningBot], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._running = running
        self._monotonic = monotonic
        self._stopping = asyncio.Event()
        self.routes = Routes(_route(bot) for bot in running)
        self.keys: tuple[signatures.Key, ...] = ()
        self.verify_tokens: frozenset[bytes] = frozenset()
        self._read()
        self._looked_at = monotonic()

    def refresh(self) -> bool:
        """Look at the secrets, unless it was done just now; tell whether the keys changed."""
        now = self._monotonic()
        if now - self._looked_at < _RELUCTANCE_SECONDS:
            return False
        self._looked_at = now
        before = self.keys
        try:
            self._read()
        except ConfigError as error:
            log.warning("secrets_unreadable", problem=str(error))
        return self.keys != before

    async def run(self) -> None:
        """Look at the secrets every few seconds until `stop`."""
        while not self._stopping.is_set():
            if not await happened(self._stopping, _EVERY_SECONDS) and self.refresh():
                log.info("secrets_rotated")

    def stop(self) -> None:
        """Stop looking."""
        self._stopping.set()

    def _read(self) -> None:
        found = [(bot.token, bot.credentials.read()) for bot in self._running]
        self.keys = signatures.keys(
            (secret.get_secret_value().encode(), token)
            for token, secrets in found
            for secret in secrets.app_secrets
        )
        self.verify_tokens = frozenset(
            secrets.verify_token.get_secret_value().encode() for _, secrets in found
        )


def _route(bot: RunningBot) -> Route:
    whatsapp = bot.chatbot.spec.whatsapp
    return Route(bot.token, whatsapp.phone_number_id, whatsapp.business_account_id)
