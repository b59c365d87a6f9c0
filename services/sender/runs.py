"""One delivery of an outbound in hand, and what is written about it into `sends`.

A delivery that goes back to the queue is counted first, so that its next one is known to be none
that somebody died with (see `standing`).
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from prosa.clock import Clock
from prosa.contracts.contact import Contact
from prosa.contracts.identity import BotToken
from prosa.contracts.outbound import Outbound, Priority, tracker
from prosa.contracts.sends import Progress, Sends
from prosa.errors import RetryLater
from prosa.jetstream.connection import PubAck
from services.sender import ledger
from services.sender.gate import Record
from services.sender.metrics import SenderMetrics
from services.sender.progress import Documents

MS = timedelta(milliseconds=1)


@dataclass(slots=True)
class Run:
    """One delivery of one outbound.

    `index` is the next message to send. `settled` tells whether nothing of it is in doubt that is
    not written down. `ambiguous`: the next message may be there already, and is sent all the same.
    `window_refused`: Meta said that the window is closed, whatever the contact document says.
    `fenced`: the document that says so was just written. `began_at_ms` is when it came into hand.
    `record` is what the gate was told of campaigns, for a campaign's outbound.
    `told` are the facts whose PubAcks are still to come.
    """

    outbound: Outbound
    subject: str
    sequence: int
    deliveries: int
    priority: Priority
    began_at_ms: int
    known_unsent: int = 0
    index: int = 0
    settled: bool = True
    ambiguous: bool = False
    fenced: bool = False
    window_refused: bool = False
    uploaded_again: bool = False
    contact: Contact | None = None
    contact_read_at_ms: int = 0
    record: Record | None = None
    told: list[asyncio.Future[PubAck]] = field(default_factory=list)

    @property
    def tracker(self) -> str:
        """The next message's name in Meta's statuses."""
        return tracker(self.outbound.id, self.index)

    @property
    def fallback_tracker(self) -> str:
        """The fallback's name in Meta's statuses: the index after all messages."""
        return tracker(self.outbound.id, len(self.outbound.messages))

    async def all_told(self) -> None:
        """Wait until its facts are stored. Raises Unavailable, and then nothing is settled."""
        settled, self.settled = self.settled, False
        for told in self.told:
            await told
        self.told.clear()
        self.settled = settled


class Books:
    """Writes about runs. All methods raise Unavailable."""

    def __init__(
        self,
        documents: Documents,
        metrics: SenderMetrics,
        bot: BotToken,
        clock: Clock,
        *,
        pair_step_ms: int,
    ) -> None:
        self._documents = documents
        self._metrics = metrics
        self._bot = bot
        self._clock = clock
        self.pair_step_ms = pair_step_ms

    async def sends(self, run: Run) -> Sends:
        """Give the contact's document, perhaps a stale one."""
        return await self._documents.load(run.outbound.contact)

    async def progress(self, run: Run) -> Progress | None:
        """Give what is known of the outbound, perhaps from a stale document."""
        return (await self.sends(run)).outbounds.get(run.outbound.id)

    async def attempts(self, run: Run) -> int:
        """Give how often its next message was refused."""
        progress = await self.progress(run)
        return progress.attempts if progress else 0

    async def begun(self, run: Run) -> None:
        """Write before sending, so that a stale document is found out."""
        await self._write(run, ledger.begun, sequence=run.sequence)

    async def accepted(
        self, run: Run, wamid: str, *, status: str = "", instead: bool = False
    ) -> None:
        """Write that Meta took the next message, or the fallback `instead` of it.

        This must not be lost, so it outlasts a NATS that is away.
        """
        index = run.index
        now_ms = self._clock.now_ms()

        def change(sends: Sends) -> Sends:
            return ledger.accepted(
                sends,
                run.outbound,
                index,
                wamid,
                now_ms,
                pair_step_ms=self.pair_step_ms,
                status=status,
                instead=instead,
            )

        await self._documents.insist(run.outbound.contact, change)

    async def in_doubt(self, run: Run, until_ms: int) -> None:
        """Write that somebody may have sent the next message before this delivery."""
        await self._write(
            run,
            ledger.put_back,
            sequence=run.sequence,
            deliveries=run.deliveries - 1,
            unsure_until_ms=until_ms,
        )
        run.settled = True

    async def finished(self, run: Run, reason: str) -> None:
        """Write that nothing more of it will be sent."""
        await self._write(run, ledger.ended, reason=reason)

    async def put_back(
        self,
        run: Run,
        after_ms: int,
        reason: str,
        *,
        attempted: bool = False,
        unsure_until_ms: int | None = None,
    ) -> RetryLater:
        """Count this delivery as known, and give what to raise.

        Its facts are told first: a delivery that is counted has nothing left to tell.
        """
        await run.all_told()
        await self._write(
            run,
            ledger.put_back,
            sequence=run.sequence,
            deliveries=run.deliveries,
            attempted=attempted,
            unsure_until_ms=unsure_until_ms,
        )
        run.settled = True
        self._metrics.put_back.labels(self._bot, reason).inc()
        return RetryLater(after_ms * MS, reason, waited=True)

    async def put_back_behind(self, run: Run, older: Outbound, after_ms: int) -> RetryLater:
        """Count an orphan's delivery as known if it cannot have been sent; give what to raise."""
        await self._write(
            run,
            ledger.waited_behind,
            older=older,
            sequence=run.sequence,
            deliveries=run.deliveries,
        )
        return RetryLater(after_ms * MS, "behind", waited=True)

    async def _write(self, run: Run, change: Callable[..., Sends], **details: object) -> None:
        await self._documents.change(
            run.outbound.contact,
            partial(change, outbound=run.outbound, now_ms=self._clock.now_ms(), **details),
        )
