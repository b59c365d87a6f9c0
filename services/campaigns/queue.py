"""Puts campaigns' outbounds on OUT.low, and tells how a run ended."""

import asyncio
from collections.abc import Iterable, Mapping

import msgspec
import structlog

from prosa.contracts import subjects
from prosa.contracts.events import CampaignRan
from prosa.contracts.identity import NO_CONTACT, BotToken
from prosa.contracts.outbound import Outbound
from prosa.errors import Unavailable
from prosa.jetstream.connection import JetStream

log = structlog.get_logger(__name__)

_PATIENCE_SECONDS = 60.0
_PAUSE_SECONDS = 1.0

_encode = msgspec.json.Encoder().encode


class Queue:
    """The queue of one bot."""

    def __init__(self, jetstream: JetStream, bot: BotToken) -> None:
        self._jetstream = jetstream
        self._bot = bot

    async def put(self, outbounds: Iterable[Outbound]) -> None:
        """Queue outbounds; returns when all are stored.

        What was perhaps stored is marked as a repeat when it is put again: the sender looks before
        it sends one. Raises Unavailable when NATS is away for a minute.
        """
        ends = asyncio.get_running_loop().time() + _PATIENCE_SECONDS
        left = list(outbounds)
        while True:
            stored = await asyncio.gather(*map(self._put, left), return_exceptions=True)
            failed = [
                (outbound, error)
                for outbound, error in zip(left, stored, strict=True)
                if isinstance(error, BaseException)
            ]
            if not failed:
                return
            left, error = [repeated(outbound) for outbound, _ in failed], failed[0][1]
            if not isinstance(error, Unavailable) or asyncio.get_running_loop().time() > ends:
                raise error
            log.warning("queue_unavailable", waiting=len(left), error=str(error))
            await asyncio.sleep(_PAUSE_SECONDS)

    async def depth(self) -> int:
        """Count what is on the queue, what waits for a send window included. Raises Unavailable."""
        consumer = f"{subjects.out_stream(self._bot)}.{subjects.sender_consumer('low')}"
        info = await self._jetstream.api(f"CONSUMER.INFO.{consumer}")
        return int(info["num_pending"] + info["num_ack_pending"])

    def _put(self, outbound: Outbound) -> asyncio.Future[object]:
        subject = subjects.outbound(self._bot, outbound.priority, outbound.contact)
        return self._jetstream.publish_soon(  # type: ignore[return-value]  # nobody reads the ack
            subject, _encode(outbound), message_id=outbound.id
        )

    async def tell(
        self,
        campaign: str,
        run: str,
        at_ms: int,
        *,
        considered: int,
        queued: int,
        skipped: Mapping[str, int],
    ) -> None:
        """Tell that a run has ended. Raises Unavailable."""
        event = CampaignRan(
            id=f"campaign:{campaign}:{run}",
            contact=NO_CONTACT,
            at_ms=at_ms,
            campaign=campaign,
            run=run,
            considered=considered,
            queued=queued,
            skipped=dict(skipped),
        )
        subject = subjects.event(self._bot, event.kind, event.contact)
        await self._jetstream.publish(subject, _encode(event), message_id=event.id)


def repeated(outbound: Outbound) -> Outbound:
    """Mark an outbound that may have been queued before."""
    return msgspec.structs.replace(outbound, repeat=True)
