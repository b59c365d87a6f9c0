"""What the sender tells others: facts on EVT and in mailboxes, each under an id of its own.

An id is derived from what happened, so that a fact told twice (after a crash) is one.
"""

import asyncio

import msgspec

from prosa.clock import Clock
from prosa.contracts import inbound, subjects
from prosa.contracts.events import Event, MessageSent, SendFailed
from prosa.contracts.identity import Address, BotToken, ContactKey
from prosa.contracts.inbound import Inbound, SendRefused
from prosa.contracts.outbound import Message, Outbound, OutboundId, Template, tracker
from prosa.jetstream.connection import JetStream, PubAck
from services.sender.meta_errors import Effect

_encode = msgspec.json.Encoder().encode


class Facts:
    """Tells the facts of one bot; each method gives the future of the PubAck."""

    def __init__(
        self, jetstream: JetStream, bot: BotToken, phone_number_id: str, clock: Clock
    ) -> None:
        self._jetstream = jetstream
        self._bot = bot
        self._number = phone_number_id
        self._clock = clock

    def sent(
        self, outbound: Outbound, index: int, wamid: str, message: Message, *, ambiguous: bool
    ) -> asyncio.Future[PubAck]:
        """Tell that Meta accepted a message; `ambiguous`: it may be there twice."""
        return self._tell(
            MessageSent(
                id=f"{tracker(outbound.id, index)}:sent",
                contact=outbound.contact,
                at_ms=self._clock.now_ms(),
                outbound=outbound.id,
                index=index,
                wamid=wamid,
                message=str(type(message).__struct_config__.tag),
                author=outbound.author,
                category=outbound.category,
                campaign=outbound.campaign,
                ambiguous=ambiguous,
                agent=outbound.agent,
                content=message,
                occasion=outbound.occasion,
            )
        )

    def failed(
        self, outbound: Outbound, index: int, reason: str, code: int = 0
    ) -> asyncio.Future[PubAck]:
        """Tell that an outbound will not be sent from `index` on."""
        return self._tell(
            SendFailed(
                id=_failure_id(outbound.id, index, outbound.replay),
                contact=outbound.contact,
                at_ms=self._clock.now_ms(),
                outbound=outbound.id,
                index=index,
                reason=reason,
                code=code,
                author=outbound.author,
                campaign=outbound.campaign,
                occasion=outbound.occasion,
            )
        )

    def failed_late(
        self, contact: ContactKey, outbound: OutboundId, index: int, code: int, at_ms: int
    ) -> asyncio.Future[PubAck]:
        """Tell that an accepted message failed by its status; who wrote it is in `MessageSent`."""
        return self._tell(
            SendFailed(
                id=_failure_id(outbound, index, 0),
                contact=contact,
                at_ms=at_ms,
                outbound=outbound,
                index=index,
                reason=f"meta_{code}",
                code=code,
                author="",
            )
        )

    def refused(
        self, contact: ContactKey, outbound: OutboundId, index: int, code: int, effect: Effect
    ) -> asyncio.Future[PubAck]:
        """Tell the contact's mailbox what a refusal means for her."""
        now_ms = self._clock.now_ms()
        fact = Inbound(
            id=f"{tracker(outbound, index)}:refused",
            contact=contact,
            phone_number_id=self._number,
            at_ms=now_ms,
            received_at_ms=now_ms,
            body=SendRefused(code, effect, outbound),
        )
        return self._put_in_mailbox(fact)

    def fall_back(
        self, contact: ContactKey, address: Address, outbound: OutboundId, template: Template
    ) -> asyncio.Future[PubAck]:
        """Queue the template that goes out in place of what Meta refused too late.

        It stands for no author's words: the gate asks for the customer's consent alone.
        """
        instead = Outbound(
            id=OutboundId(f"{outbound}-fallback"),
            contact=contact,
            address=address,
            phone_number_id=self._number,
            messages=(template,),
            author="platform",
            owner_revision=0,
            created_at_ms=self._clock.now_ms(),
            category="utility",
            repeat=True,  # a status may be handled twice: look before sending
        )
        subject = subjects.outbound(self._bot, instead.priority, contact)
        return self._jetstream.publish_soon(subject, _encode(instead), message_id=instead.id)

    def _tell(self, event: Event) -> asyncio.Future[PubAck]:
        subject = subjects.event(self._bot, event.kind, event.contact)
        return self._jetstream.publish_soon(subject, _encode(event), message_id=event.id)

    def _put_in_mailbox(self, fact: inbound.Inbound) -> asyncio.Future[PubAck]:
        subject = subjects.inbound(self._bot, fact.contact)
        return self._jetstream.publish_soon(subject, _encode(fact), message_id=fact.id)


def _failure_id(outbound: OutboundId, index: int, replay: int) -> str:
    """Name a failure; a replayed outbound may fail once more, which is another fact."""
    again = f":{replay}" if replay else ""
    return f"{tracker(outbound, index)}:failed{again}"
