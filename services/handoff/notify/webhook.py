"""Tells a CRM by a signed webhook of our own: `docs/how-to/notifications.md` is its contract.

The `Idempotency-Key` is the notification's id, the same for all attempts: a receiver that keeps it
for a day takes each notification once.
"""

from typing import Any

import aiohttp
import msgspec

from prosa.chatbots import RunningBot
from prosa.clock import Clock
from prosa.errors import ConfigError, Reject
from services.handoff.notify import calls, signing, wording
from services.handoff.notify.notification import Mark, Notification
from services.handoff.notify.wording import Voice

_encode = msgspec.json.Encoder().encode


class Webhook:
    """The channel `webhook`. Its target is the name of a Secret with `url` and `signing-key`."""

    def __init__(
        self, http: aiohttp.ClientSession, bot: RunningBot, voice: Voice, clock: Clock
    ) -> None:
        self._http = http
        self._bot = bot
        self._voice = voice
        self._clock = clock

    async def deliver(self, notification: Notification, mark: Mark) -> None:  # noqa: ARG002 - a repeat is recognised by its key
        """Post it. Raises RetryLater, Reject."""
        try:
            secret = self._bot.read_secret(notification.target)
            url, key = calls.base_url(secret.need("url")), secret.need("signing-key")
        except ConfigError as error:
            raise Reject("crm_secret", str(error)) from None
        content = _encode(body(notification, self._voice))
        seconds = self._clock.now_ms() // 1000
        answer = await calls.call(
            self._http,
            "POST",
            url,
            headers={
                "Idempotency-Key": notification.id,
                signing.HEADER: signing.signature(key, content, seconds),
            },
            body=content,
        )
        calls.accepted(answer)


def body(notification: Notification, voice: Voice) -> dict[str, Any]:
    """Give what is posted, as JSON can hold it."""
    handoff, request = notification.handoff, notification.handoff.request
    return {
        "type": "handoff",
        "version": 1,
        "id": notification.id,
        "bot": handoff.bot,
        "ticket": handoff.ticket,
        "team": notification.team,
        "reason": request.reason,
        "summary": request.summary,
        "slots": request.slots,
        "contact": {
            "id": request.contact,
            "name": handoff.name,
            "phone": f"+{handoff.phone}" if handoff.phone else None,
        },
        "messages": [{"at": line.at_ms, "text": line.text} for line in handoff.messages],
        "requestedAt": request.at_ms,
        "inHours": handoff.in_hours,
        "opensAt": handoff.opens_at_ms or None,
        "url": wording.conversation_url(voice.inbox, handoff) or None,
    }
