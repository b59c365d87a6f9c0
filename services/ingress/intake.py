"""Stores one webhook: reads it layer by layer, routes, names the contacts, publishes, awaits.

Publishes leave in the order of the webhook, so that one contact's messages keep theirs; their
PubAcks are awaited together. It is all or nothing towards Meta only: what is stored stays stored,
and when the webhook comes again the message ids make it a duplicate.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import cast

import msgspec
import structlog

from prosa.clock import Clock
from prosa.contracts import events, subjects
from prosa.contracts.identity import Address, BotToken, ContactKey
from prosa.contracts.inbound import IdentityChanged, Inbound, Unknown, Unsupported
from prosa.errors import ProsaError, Unavailable
from prosa.jetstream.connection import JetStream, PubAck
from prosa.telemetry import tracing
from services.ingress import envelope, meta, translate, updates
from services.ingress.aliases import Aliases
from services.ingress.meta import Raw
from services.ingress.metrics import IngressMetrics
from services.ingress.people import NOBODY
from services.ingress.routing import Routes, Unrouted
from services.ingress.updates import Origin, Update

log = structlog.get_logger(__name__)

REASON_HEADER = "Prosa-Reason"
"""On what is unrouted: why."""

_HEADROOM = 4096  # of the server's max_payload: headers count too
_encode = msgspec.json.Encoder().encode


class Addressed(msgspec.Struct, frozen=True, gc=False):
    """One update for one bot."""

    bot: BotToken
    update: Update


Who = tuple[BotToken, Address, bool]
"""Whom an update is about, and whether she must be known already."""


class Intake:
    """Where webhooks go once their signature is known."""

    def __init__(
        self, jetstream: JetStream, aliases: Aliases, metrics: IngressMetrics, clock: Clock
    ) -> None:
        self._jetstream = jetstream
        self._aliases = aliases
        self._metrics = metrics
        self._clock = clock

    async def store(self, body: bytes, routes: Routes, speaks_for: frozenset[BotToken]) -> None:
        """Store every update of a webhook; returns when the server has them all.

        Raises NotJson before anything is stored, and Unavailable when a PubAck is missing.
        """
        changes = envelope.changes(body)
        batch = _Batch(self._jetstream, self._metrics)
        try:
            addressed = list(self._route(changes, routes, speaks_for, batch))
            met = await self._meet(addressed)
            for item in addressed:
                await self._publish(item, met, batch)
            await batch.settle()
        finally:
            batch.forget()

    def _route(
        self,
        changes: Iterable[tuple[meta.Change, meta.Entry]],
        routes: Routes,
        speaks_for: frozenset[BotToken],
        batch: "_Batch",
    ) -> Iterator[Addressed]:
        received_at_ms = self._clock.now_ms()
        for change, entry in changes:
            number = envelope.number(change.value)
            origin = updates.origin_of(change, entry, number, received_at_ms)
            bots: tuple[BotToken, ...] | Unrouted | None = None
            if change.field:
                bots = routes.find(origin.number, origin.account, speaks_for)
            if isinstance(bots, tuple):
                for update in translate.updates(change.value, origin):
                    for bot in bots:
                        yield Addressed(bot, update)
            else:
                batch.keep_unrouted(change.value, origin, bots or "not_a_webhook")

    async def _meet(self, addressed: Sequence[Addressed]) -> dict[Who, ContactKey]:
        """Name all people of a batch at once instead of one after the other.

        Not when an address moves within it: then who she is depends on the order.
        """
        if len(addressed) == 1 or any(_moves(item.update) for item in addressed):
            return {}
        strangers = {_who(item): item for item in addressed if self._is_unnamed(item)}
        names = await asyncio.gather(
            *(self._name(item) for item in strangers.values()), return_exceptions=True
        )
        met = {}
        for who, name in zip(strangers, names, strict=True):
            if isinstance(name, BaseException):
                raise name
            met[who] = name
        return met

    def _is_unnamed(self, item: Addressed) -> bool:
        person = item.update.person
        return person != NOBODY and self._aliases.known(item.bot, person) is None

    async def _name(self, item: Addressed) -> ContactKey:
        look = self._aliases.find if item.update.known_only else self._aliases.resolve
        return await look(item.bot, item.update.person)

    async def _publish(
        self, item: Addressed, met: Mapping[Who, ContactKey], batch: "_Batch"
    ) -> None:
        update = item.update
        if _moves(update):
            await self._move(item.bot, update, batch)
            return
        record = update.record
        if update.person != NOBODY:
            contact = met.get(_who(item)) or await self._name(item)
            if contact != record.contact:
                record = msgspec.structs.replace(record, contact=contact)
        batch.publish(item.bot, record, update.kind)

    async def _move(self, bot: BotToken, update: Update, batch: "_Batch") -> None:
        """Tell the contact of her new address, then let the address lead to her.

        In this order: a crash in between repeats both, and still knows the contact that the new
        address had begun as.
        """
        record = cast("Inbound", update.record)
        new: Address = cast("IdentityChanged", record.body).address
        contact = await self._aliases.resolve(bot, update.person)
        begun = await self._aliases.begun(bot, new)
        body = IdentityChanged(new, previous=begun if begun != contact else None)
        batch.publish(bot, msgspec.structs.replace(record, contact=contact, body=body), update.kind)
        await batch.settle()
        await self._aliases.point(bot, new, contact)


class _Batch:
    """The publishes of one webhook."""

    def __init__(self, jetstream: JetStream, metrics: IngressMetrics) -> None:
        self._jetstream = jetstream
        self._metrics = metrics
        self._room = jetstream.max_payload - _HEADROOM
        self._waiting: list[tuple[str, asyncio.Future[PubAck]]] = []
        self._headers: dict[str, str] = {}
        tracing.inject(self._headers)

    def publish(self, bot: BotToken, record: updates.Record, kind: str) -> None:
        payload = _encode(record)
        if len(payload) > self._room:
            record, kind = _shortened(record, len(payload)), "unknown_too_large"
            payload = _encode(record)
        if not self._jetstream.connected:
            raise Unavailable("NATS is away")  # no gap: what comes later must not be stored alone
        subject = (
            subjects.inbound(bot, record.contact)
            if isinstance(record, Inbound)
            else subjects.event(bot, record.kind, record.contact)
        )
        ack = self._jetstream.publish_soon(
            subject, payload, message_id=record.id, headers=self._headers
        )
        self._waiting.append((kind, ack))

    def keep_unrouted(self, value: Raw, origin: Origin, reason: str) -> None:
        """Keep a change for the day on which somebody configures its number."""
        record = updates.unknown(value, origin, "unrouted").record
        payload = _encode(record)
        if len(payload) > self._room:
            payload = _encode(_shortened(record, len(payload)))
        ack = self._jetstream.publish_soon(
            subjects.unrouted(_token(origin.account)),
            payload,
            message_id=record.id,
            headers={**self._headers, REASON_HEADER: reason},
        )
        self._waiting.append((reason, ack))

    async def settle(self) -> None:
        """Await all PubAcks. Raises Unavailable when one does not come."""
        failure: ProsaError | None = None
        waiting, self._waiting = self._waiting, []
        try:
            for kind, ack in waiting:
                try:
                    stored = await ack
                except ProsaError as error:
                    self._metrics.publish_failures.inc()
                    failure = error
                    continue
                self._count(kind, stored)
        except asyncio.CancelledError:
            self._waiting = waiting
            raise
        if failure is not None:
            raise Unavailable(str(failure)) from failure

    def forget(self) -> None:
        """Let go of what is still on its way: it may be stored, and comes again with its id."""
        for _, ack in self._waiting:
            if ack.cancel() or ack.cancelled() or ack.exception() is not None:
                self._metrics.publish_failures.inc()
        self._waiting = []

    def _count(self, kind: str, stored: PubAck) -> None:
        if stored.duplicate:
            self._metrics.duplicates.inc()
        elif kind in self._metrics.unrouted:
            self._metrics.unrouted[kind].inc()
        else:
            self._metrics.count(kind)


def _who(item: Addressed) -> Who:
    return item.bot, item.update.person, item.update.known_only


def _moves(update: Update) -> bool:
    return isinstance(update.record, Inbound) and isinstance(update.record.body, IdentityChanged)


def _shortened(record: updates.Record, size: int) -> updates.Record:
    """Keep the fact of an update that the server would refuse for its size, without its content."""
    log.error("update_too_large", id=record.id, size=size)
    stub = Raw(_encode({"too_large": size}))
    if isinstance(record, Inbound) and isinstance(record.body, Unknown | Unsupported):
        return msgspec.structs.replace(record, raw=stub)
    return events.WebhookUnknown(
        id=record.id,
        contact=record.contact,
        at_ms=record.at_ms,
        field=getattr(record, "field", "messages"),
        account=getattr(record, "account", ""),
        value=stub,
    )


def _token(account: str) -> str:
    return account if account.isascii() and account.isalnum() and len(account) <= 64 else "_"  # noqa: PLR2004 - Meta's ids have 15 to 17 digits
