"""Tells the team's own numbers on WhatsApp, through the bot's number.

The message goes onto OUT.high like an agent's. The sender decides at send time: text while the
number's 24-hour window is open, the team's template otherwise. Its id is made of the
notification's, so that the stream's dedup window and the sender's documents make a repeat harmless.
"""

import re

import msgspec

from prosa.clock import Clock
from prosa.contracts import subjects
from prosa.contracts.chatbot import ChatbotSpec, TemplateRef
from prosa.contracts.identity import Address, BotToken, contact_key
from prosa.contracts.outbound import Outbound, Template, Text
from prosa.errors import Reject, RetryLater, Unavailable
from prosa.jetstream.connection import JetStream, Refused
from services.handoff.notify import wording
from services.handoff.notify.notification import Mark, Notification, outbound_id
from services.handoff.notify.retries import BY_SCHEDULE
from services.handoff.notify.wording import Told, Voice

LONGEST_TEXT = 4096
"""Meta, "Text messages"."""

LONGEST_PARAMETER = 400
"""A template's body has 1,024 characters with its parameters (Meta, "Template components")."""

SHORTEST_PHONE, LONGEST_PHONE = 8, 15
"""Digits of an international number (ITU-T E.164), country code included."""

_PLACEHOLDER = re.compile(r"\{(name|reason|summary)\}")

_encode = msgspec.json.Encoder().encode


class WhatsApp:
    """The channel `whatsapp`. Its target is a phone, digits only."""

    def __init__(
        self, jetstream: JetStream, bot: BotToken, spec: ChatbotSpec, voice: Voice, clock: Clock
    ) -> None:
        self._jetstream = jetstream
        self._bot = bot
        self._number = spec.whatsapp.phone_number_id
        self._templates = {t.name: t.notify.whatsapp_template for t in spec.handoff.teams}
        self._voice = voice
        self._clock = clock

    async def deliver(self, notification: Notification, mark: Mark) -> None:  # noqa: ARG002 - a repeat does no harm
        """Store the outbound. Raises RetryLater, Reject."""
        if not SHORTEST_PHONE <= len(notification.target) <= LONGEST_PHONE:
            raise Reject("whatsapp_number", "write the number with country code: +5519999990000")
        outbound = self._outbound(notification)
        try:
            await self._jetstream.publish(
                subjects.outbound(self._bot, outbound.priority, outbound.contact),
                _encode(outbound),
                message_id=outbound.id,
            )
        except (Unavailable, Refused) as error:
            raise RetryLater(BY_SCHEDULE, "nats_away") from error

    def _outbound(self, notification: Notification) -> Outbound:
        told = wording.tell(notification.handoff, notification.team, self._voice)
        address = Address(phone=notification.target)
        template = self._templates.get(notification.team)
        return Outbound(
            id=outbound_id(notification.id, notification.replays),
            contact=contact_key(address),
            address=address,
            phone_number_id=self._number,
            messages=(Text(body=_text(told)),),
            author="platform",
            owner_revision=0,
            created_at_ms=self._clock.now_ms(),
            priority="high",
            category="utility",
            fallback=filled(template, told) if template is not None else None,
            repeat=notification.repeat,
        )


def filled(template: TemplateRef, told: Told) -> Template:
    """Fill a team's template: `{name}`, `{reason}` and `{summary}` stand for the customer's."""
    values = {"name": told.name, "reason": told.reason, "summary": told.summary}
    return Template(
        name=template.name,
        language=template.language,
        body=tuple(_parameter(text, values) for text in template.parameters),
    )


def _parameter(text: str, values: dict[str, str]) -> str:
    """Put the values in, in one pass: their own braces stay. Meta refuses an empty parameter."""
    text = wording.clean(_PLACEHOLDER.sub(lambda found: values[found[1]], text))
    if len(text) > LONGEST_PARAMETER:
        text = text[: LONGEST_PARAMETER - 1] + "…"
    return text or "—"


def _text(told: Told) -> str:
    text = f"{told.subject}\n\n{wording.plain(told)}"
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"
