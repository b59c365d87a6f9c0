"""The sender's two edges: deliveries of OUT, and the statuses on EVT.

An outbound goes through in the one order that survives being killed between any two lines:

    read the stream (oldest first) → read `sends` (what has left) → wait for the rates →
    read the contact, ask the gate → POST → write `sends` → tell MessageSent → return, which acks
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import assert_never

import msgspec

from prosa.clock import Clock
from prosa.contracts.campaigns import is_campaigns
from prosa.contracts.contact import Contact
from prosa.contracts.events import StatusReceived
from prosa.contracts.identity import Address, BotToken
from prosa.contracts.outbound import MarkRead, Outbound, OutboundId, Priority, read_tracker
from prosa.errors import Reject, RetryLater
from prosa.jetstream.buckets import Bucket
from prosa.jetstream.connection import Stored
from prosa.jetstream.consumer import Delivery
from prosa.telemetry import tracing
from services.sender import bodies, ledger, meta_errors
from services.sender.breaker import Breaker
from services.sender.campaigns import Campaigns
from services.sender.channel import Channel
from services.sender.evidence import Evidence
from services.sender.facts import Facts
from services.sender.meta_errors import (
    MarkContact,
    PauseChannel,
    SlowLane,
    StopCampaigns,
    SwitchToTemplate,
)
from services.sender.metrics import SenderMetrics
from services.sender.order import Behind, Next, Order, Place, Turns
from services.sender.progress import Documents
from services.sender.rates import Rates
from services.sender.runs import MS, Books, Run
from services.sender.sending import LOOK_MS, Sending
from services.sender.standing import Continue, Done, Doubt, Fence, Orphaned, Standing, standing

COURTESY_MS = 5000
"""A read mark or typing indicator older than this says something that is not true any more."""

_BEHIND_FIRST_MS = 100
_BEHIND_MOST_MS = 2000
_REMEMBERED = 10_000

_CLASSES: dict[str, Priority] = {"high": "high", "default": "default", "low": "low"}

_decode = msgspec.json.Decoder(Outbound).decode
_decode_status = msgspec.json.Decoder(StatusReceived).decode


@dataclass(kw_only=True, slots=True)
class Outbounds:
    """Handles the deliveries of one bot's OUT."""

    bot: BotToken
    number: str
    books: Books
    order: Order
    evidence: Evidence
    sending: Sending
    channel: Channel
    breaker: Breaker
    facts: Facts
    metrics: SenderMetrics
    clock: Clock
    status_wait: timedelta
    turns: Turns = field(default_factory=Turns)
    unsent: OrderedDict[int, int] = field(default_factory=OrderedDict)
    """Deliveries by sequence that ended here with nothing in doubt, written down or not."""

    async def __call__(self, delivery: Delivery) -> None:
        """Send what is left of one outbound. Raises RetryLater, Reject or Unavailable."""
        run = self._read(delivery)
        parent = tracing.extract(delivery.headers)
        try:
            with tracing.span("send", parent, outbound=run.outbound.id, sequence=run.sequence):
                await self._handle(run)
        except Reject:
            self._finished(run)  # it goes to the dead letters: the next one may go
            raise
        except BaseException:
            if run.settled:
                self._remember_unsent(run)
            raise
        finally:
            self.breaker.left(run.sequence)
        self._finished(run)

    def _read(self, delivery: Delivery) -> Run:
        try:
            outbound = _decode(delivery.payload)
        except msgspec.MsgspecError as error:
            raise Reject("undecodable", str(error)) from None
        priority, contact = delivery.subject.split(".")[-2:]
        if contact != outbound.contact or priority not in _CLASSES:
            raise Reject("misaddressed", "subject and outbound name different contacts")
        if outbound.phone_number_id != self.number:
            raise Reject("foreign_number", "this Chatbot has another phone number id")
        if outbound.author == "campaign" and not (outbound.campaign and outbound.occasion):
            raise Reject("unnamed_campaign", "a campaign's outbound names campaign and occasion")
        known_unsent = self.unsent.get(delivery.sequence, 0)
        return Run(
            outbound,
            delivery.subject,
            delivery.sequence,
            delivery.deliveries,
            _CLASSES[priority],
            began_at_ms=self.clock.now_ms(),
            known_unsent=known_unsent,
            settled=delivery.deliveries <= known_unsent + 1,
        )

    async def _handle(self, run: Run) -> None:
        """Wait for the contact's turn; campaigns neither wait nor hold up."""
        if run.priority == "low":
            await self._send_what_is_left(run)
            return
        await self.turns.enter(run.outbound.contact, run.sequence)
        try:
            place = await self.order.place(run.outbound.contact, run.sequence)
            if _is_courtesy(run.outbound):
                await self._be_courteous(run, place)
            elif isinstance(place, Next):
                await self._send_what_is_left(run)
            else:
                raise await self._wait_behind(run, place)
        finally:
            self.turns.leave(run.outbound.contact)

    async def _be_courteous(self, run: Run, place: Place) -> None:
        """Mark as read, perhaps show that we type: at most once, and not when it is late.

        Behind an unsent answer it would show typing after the answer.
        """
        age_ms = self.clock.now_ms() - run.outbound.created_at_ms
        timely = run.deliveries == 1 and age_ms <= COURTESY_MS
        if timely and isinstance(place, Next) and not self.breaker.reason:
            for message in run.outbound.messages:
                await self.channel.send(bodies.body(message, Address(), ""))

    async def _wait_behind(self, run: Run, place: Place) -> RetryLater:
        """Give back what is not the oldest; an orphan's doubt must not be lost by that."""
        after_ms = min(_BEHIND_MOST_MS, _BEHIND_FIRST_MS << min(run.deliveries - 1, 10))
        reason = "behind" if isinstance(place, Behind) else "unseen"
        if not isinstance(await self._stands(run), Orphaned):
            return await self.books.put_back(run, after_ms, reason)
        if isinstance(place, Behind) and (older := _outbound_of(place.older)) is not None:
            return await self.books.put_back_behind(run, older, after_ms)
        return RetryLater(after_ms * MS, reason, waited=True)

    async def _stands(self, run: Run) -> Standing:
        return standing(
            await self.books.progress(run),
            run.outbound,
            run.sequence,
            run.deliveries,
            known_unsent=run.known_unsent,
        )

    async def _send_what_is_left(self, run: Run) -> None:
        while True:
            found = await self._stands(run)
            match found:
                case Done(ended):
                    await self._tell_again(run, ended)
                    return
                case Fence(index):
                    run.index = index
                    await self._tell_again(run)
                    await self.books.begun(run)
                case Orphaned(index):
                    run.index = index
                    await self._tell_again(run)
                    until_ms = self.clock.now_ms() + self.status_wait // MS
                    await self.books.in_doubt(run, until_ms)
                case Continue(index):
                    run.index = index
                    run.settled = True
                    break
                case Doubt(index, until_ms):
                    run.index = index
                    if not await self._has_left(run, until_ms):
                        if run.fenced:
                            run.ambiguous = True
                            break
                        await self.books.in_doubt(run, until_ms)
                        run.fenced = True
                case _:
                    assert_never(found)
        await self.sending.send(run)
        await run.all_told()

    async def _has_left(self, run: Run, until_ms: int) -> bool:
        """Look for the status of the message in doubt; False when the wait for it is over.

        What is found is written down as accepted.
        """
        run.settled = True
        status = await self.evidence.find(run.outbound.contact, (run.tracker, run.fallback_tracker))
        now_ms = self.clock.now_ms()
        if status is None:
            if now_ms >= until_ms:
                return False
            raise await self.books.put_back(run, min(LOOK_MS, until_ms - now_ms), "unsure")
        self.metrics.doubts.labels(self.bot).inc()
        instead = run.outbound.fallback if status.tracker == run.fallback_tracker else None
        await self.books.accepted(
            run, status.wamid, status=status.status, instead=instead is not None
        )
        message = instead or run.outbound.messages[run.index]
        index = len(run.outbound.messages) if instead else run.index
        run.told.append(
            self.facts.sent(run.outbound, index, status.wamid, message, ambiguous=False)
        )
        return True

    async def _tell_again(self, run: Run, ended: str = "") -> None:
        """Repeat the facts of what is written, which a death may have kept back.

        Their ids make them one. Before anything else is written: a death in between repeats it.
        """
        outbound = run.outbound
        progress = await self.books.progress(run)
        accepted = progress.sent if progress else ()
        last = len(accepted) - 1
        for index, sent in enumerate(accepted):
            message, told_index = outbound.messages[index], index
            if ended == ledger.FALLBACK_SENT and index == last:
                message, told_index = outbound.fallback or message, len(outbound.messages)
            if sent.wamid:
                run.told.append(
                    self.facts.sent(outbound, told_index, sent.wamid, message, ambiguous=False)
                )
        if ended and ended != ledger.FALLBACK_SENT:
            run.told.append(self.facts.failed(outbound, len(accepted), ended))
        await run.all_told()

    def _finished(self, run: Run) -> None:
        self.order.finished(run.sequence)
        self.unsent.pop(run.sequence, None)

    def _remember_unsent(self, run: Run) -> None:
        self.unsent[run.sequence] = run.deliveries
        if len(self.unsent) > _REMEMBERED:
            self.unsent.popitem(last=False)


def _outbound_of(stored: Stored) -> Outbound | None:
    try:
        return _decode(stored.payload)
    except msgspec.MsgspecError:
        return None


def _is_courtesy(outbound: Outbound) -> bool:
    messages = outbound.messages
    return bool(messages) and all(isinstance(message, MarkRead) for message in messages)


@dataclass(kw_only=True, slots=True)
class Statuses:
    """Handles the statuses of one bot's messages: merges them, and acts on what failed late.

    A message that Meta accepted and failed afterwards is not sent again: Meta has retried by itself
    for as long as it saw sense in it, what was said after it has been read, and its text is not
    kept. What failed is told (`SendFailed`) and what it says about the contact goes into her
    mailbox; only a fallback template, which is kept for this, goes out in its place.
    """

    bot: BotToken
    contacts: Bucket[Contact]
    documents: Documents
    rates: Rates
    breaker: Breaker
    campaigns: Campaigns
    facts: Facts
    metrics: SenderMetrics

    async def __call__(self, delivery: Delivery) -> None:
        """Take in one status. Raises Reject or Unavailable."""
        try:
            event = _decode_status(delivery.payload)
        except msgspec.MsgspecError as error:
            raise Reject("undecodable", str(error)) from None
        if (named := read_tracker(event.tracker)) is None:
            return  # not a message of ours
        if event.status == "sent":
            return  # adds nothing to Meta's acceptance
        outbound, index = named
        if event.status == "failed":
            await self._failed(event, outbound, index)
        told = partial(ledger.told, outbound=outbound, index=index, status=event.status)
        sends = await self.documents.load(event.contact)
        if told(sends) is not sends:
            await self.documents.change(event.contact, told)

    async def _failed(self, event: StatusReceived, outbound: OutboundId, index: int) -> None:
        code = event.errors[0].code if event.errors else 0
        self.metrics.failed_late.labels(self.bot, code).inc()
        match meta_errors.policy(code):
            case MarkContact(effect):
                await self.facts.refused(event.contact, outbound, index, code, effect)
            case SwitchToTemplate():
                await self.facts.refused(event.contact, outbound, index, code, "window_closed")
                await self._fall_back(event, outbound)
            case PauseChannel(reason, probed):
                self.breaker.pause(reason, probed=probed)
            case StopCampaigns():
                self.breaker.stop_campaigns(code)
            case SlowLane():
                self.rates.slow()
            case _:
                pass  # Meta's trouble or a mistake of ours: it is told, and counted by its code
        if is_campaigns(outbound):
            await self.campaigns.release(event.contact, outbound)
        await self.facts.failed_late(event.contact, outbound, index, code, event.at_ms)

    async def _fall_back(self, event: StatusReceived, outbound: OutboundId) -> None:
        progress = (await self.documents.load(event.contact)).outbounds.get(outbound)
        if progress is None or progress.fallback is None or progress.ended:
            return
        entry = await self.contacts.get(event.contact)
        if entry is not None:
            await self.facts.fall_back(
                event.contact, entry.value.address, outbound, progress.fallback
            )
