"""What is left of an outbound, message by message: rates, gate, POST, record; and Meta's refusals.

Each message leaves after the one before was accepted and written down: Meta promises no order for
several requests at once. What sends an outbound back is raised where it is decided: `raise await`
writes it down and gives the next step.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import assert_never

import msgspec
import structlog

from prosa.campaigns.rules import Rules
from prosa.clock import Clock
from prosa.contracts.chatbot import ChatbotSpec
from prosa.contracts.contact import Contact
from prosa.contracts.identity import Address, BotToken
from prosa.contracts.outbound import MarkRead, Message, Template
from prosa.errors import NextStep, Reject, RetryLater
from prosa.jetstream.buckets import Bucket
from services.sender import bodies, gate, meta_errors, pacing
from services.sender.answers import Accepted, Answer, Refused, Unanswered, Unreached
from services.sender.bodies import NO_FILE, File
from services.sender.breaker import UNREACHABLE, Breaker
from services.sender.campaigns import Campaigns
from services.sender.channel import Channel
from services.sender.facts import Facts
from services.sender.media import Files, NotNow, NotTaken, Unusable
from services.sender.meta_errors import (
    DeadLetter,
    MarkContact,
    PauseChannel,
    Retry,
    RetryPair,
    SlowLane,
    StopCampaigns,
    SwitchToTemplate,
    UploadAgain,
)
from services.sender.metrics import SenderMetrics
from services.sender.order import Order
from services.sender.rates import Rates
from services.sender.runs import MS, Books, Run

log = structlog.get_logger(__name__)

MOST_UNANSWERED = 12
"""Sends of one message that may end without an answer, before it is a dead letter."""

LOOK_MS = 1000
"""Time between two looks for the status of a message in doubt."""

_HELD_SURELY_MS = 3000
"""In hand for so long, a message may be somebody else's by now: a process that was frozen for more
than ack_wait (5 s) does not know."""

_LONG = 4
"""Backoff step at which a message waits that a spam limit holds back."""

_LIMIT_REACHED_MS = 600_000
_CONTACT_FRESH_MS = 1000


class _AskAnew:
    """What stood in the way is gone: decide on the same message again."""


@dataclass(frozen=True, slots=True)
class _Ended:
    """Nothing more of the outbound will be sent, through no fault of its own."""

    reason: str
    code: int = 0


_Outcome = Accepted | _Ended | _AskAnew


@dataclass(kw_only=True, slots=True)
class Sending:
    """Sends for one bot."""

    bot: BotToken
    spec: ChatbotSpec
    contacts: Bucket[Contact]
    books: Books
    channel: Channel
    files: Files
    order: Order
    rates: Rates
    breaker: Breaker
    campaigns: Campaigns
    rules: Rules
    facts: Facts
    metrics: SenderMetrics
    clock: Clock
    chance: Callable[[], float]
    status_wait: timedelta
    doubt_wait: timedelta

    async def send(self, run: Run) -> None:
        """Send from `run.index` on. Raises RetryLater, Reject or Unavailable."""
        messages = run.outbound.messages
        while run.index < len(messages):
            if isinstance(message := messages[run.index], MarkRead):
                await self._mark_read(run, message)
                continue
            if self._is_campaigns(run) and not await self._passed(run):
                return  # before it takes a turn that an answer could have had
            await self._wait_for_turn(run)
            verdict = await self._passed(run)
            if verdict is None:
                return
            if verdict.outside_window and not await self.rates.initiate(run.outbound.contact):
                raise await self.books.put_back(run, _LIMIT_REACHED_MS, "messaging_limit")
            if self._is_campaigns(run) and not await self._reserved(run):
                continue
            outcome = await self._post(run, verdict)
            if isinstance(outcome, _Ended):
                await self._end(run, outcome)
                return
            if isinstance(outcome, Accepted):
                await self._record(run, verdict, outcome)
                if verdict.instead:
                    return

    async def _mark_read(self, run: Run, message: MarkRead) -> None:
        """Pay a courtesy among other messages: whatever comes of it, they follow."""
        await self.channel.send(bodies.body(message, Address(), ""))
        await self.books.accepted(run, "")
        run.index += 1
        run.ambiguous = False

    async def _wait_for_turn(self, run: Run) -> None:
        """Wait for the channel, for the pair's rate (in the queue) and for the number's (here)."""
        if (waits := self.breaker.wait(run.priority, run.sequence)) is not None:
            jitter_ms = int(1000 * self.chance())
            raise await self.books.put_back(run, waits // MS + jitter_ms, "paused")
        wait_ms = pacing.pair_wait_ms(
            (await self.books.sends(run)).pair_arrival_ms,
            self.clock.now_ms(),
            self.books.pair_step_ms,
            self.spec.whatsapp.limits.per_contact_burst,
        )
        if wait_ms:
            raise await self.books.put_back(run, wait_ms, "pair_rate")
        if not await self.rates.take(run.priority):
            raise await self.books.put_back(run, self._backoff_ms(2), "number_rate")

    async def _passed(self, run: Run) -> gate.Pass | None:
        """Ask the gate; None when it has dropped the outbound. Raises RetryLater."""
        judged = await self._judge(run)
        if self._is_campaigns(run):
            await self._leave_to_twin(run)
        match judged:
            case gate.Pass() as verdict:
                return verdict
            case gate.Wait(after_ms):
                jitter_ms = int(1000 * self.chance())
                raise await self.books.put_back(run, after_ms + jitter_ms, "send_window")
            case gate.Drop(reason):
                await self._drop(run, reason)
                return None
            case _:
                assert_never(judged)

    async def _judge(self, run: Run) -> gate.Pass | gate.Drop | gate.Wait:
        """Ask the gate, with documents read just now."""
        now_ms = self.clock.now_ms()
        if now_ms - run.contact_read_at_ms > _CONTACT_FRESH_MS:
            entry = await self.contacts.get(run.outbound.contact)
            run.contact = entry.value if entry else None
            run.contact_read_at_ms = now_ms
        contact = run.contact
        if contact is not None and run.window_refused:
            contact = msgspec.structs.replace(contact, window_closed=True)
        if self._is_campaigns(run):
            run.record = await self.campaigns.record(run.outbound)
        return gate.judge(
            run.outbound,
            run.outbound.messages[run.index :],
            contact,
            now_ms,
            rules=self.rules,
            record=run.record,
        )

    def _is_campaigns(self, run: Run) -> bool:
        return run.outbound.author == "campaign"

    async def _leave_to_twin(self, run: Run) -> None:
        """Give back a campaign's outbound that lies on OUT twice and is in another hand.

        Campaigns do not wait for the oldest, so one that was queued again for a run that died may
        be handled twice at once. Who reserved it sends it. When that one is gone (it had written
        what it did before), the other takes over and looks into `sends` anew. Raises RetryLater.
        """
        assert run.record is not None  # noqa: S101 - the gate was asked with it
        own = run.record.of(run.outbound.id)
        if own is None or own.sequence == run.sequence:
            return
        if not await self.order.is_there(run.subject, own.sequence):
            await self.campaigns.reserve(run.outbound, run.sequence, run.record)
        raise await self.books.put_back(run, LOOK_MS, "twin")

    async def _reserved(self, run: Run) -> bool:
        """Write that a campaign's message leaves now; False to ask the gate once more."""
        outbound, record = run.outbound, run.record
        assert record is not None  # noqa: S101 - the gate was asked with it
        if record.of(outbound.id) is not None:
            return True
        if not await self.campaigns.allow(outbound, record):
            raise await self.books.put_back(run, _LIMIT_REACHED_MS, "campaign_cap")
        if await self.campaigns.reserve(outbound, run.sequence, record):
            return True
        self.campaigns.give_back(outbound.campaign)
        return False

    # --- one message ------------------------------------------------------------------------------

    async def _post(self, run: Run, verdict: gate.Pass) -> _Outcome:
        message = verdict.messages[0]
        file = await self._file(run, message)
        if isinstance(file, Refused):
            return await self._refused(run, message, file)
        tracker = run.fallback_tracker if verdict.instead else run.tracker
        body = bodies.body(message, _address(run), tracker, file)
        await self._check_hold(run)
        if run.ambiguous:
            self.metrics.ambiguous.labels(self.bot).inc()
            log.warning("sent_again_in_doubt", outbound=run.outbound.id, index=run.index)
        run.settled = False
        with self.metrics.answer_seconds.labels(self.bot).time():
            answer = await self.channel.send(body)
        return await self._answered(run, message, answer)

    async def _check_hold(self, run: Run) -> None:
        """Make sure before a POST that nobody else has sent and acked it meanwhile."""
        now_ms = self.clock.now_ms()
        if now_ms - run.began_at_ms > _HELD_SURELY_MS:
            if not await self.order.is_there(run.subject, run.sequence):
                raise RetryLater(LOOK_MS * MS, "taken_over", waited=True)
            run.began_at_ms = now_ms

    async def _answered(self, run: Run, message: Message, answer: Answer) -> _Outcome:
        match answer:
            case Accepted():
                self.breaker.passed()
                return answer
            case Refused():
                return await self._refused(run, message, answer)
            case Unreached(reason):
                run.settled = True
                self.metrics.unanswered.labels(self.bot, reason).inc()
                self.breaker.pause(UNREACHABLE, probed=True)
                raise await self.books.put_back(run, self._backoff_ms(0), UNREACHABLE)
            case Unanswered(reason):
                self.metrics.unanswered.labels(self.bot, reason).inc()
                raise await self._doubt(run, self.status_wait, MOST_UNANSWERED, "unanswered")
            case _:
                assert_never(answer)

    async def _record(self, run: Run, verdict: gate.Pass, accepted: Accepted) -> None:
        await self.books.accepted(run, accepted.wamid, instead=verdict.instead)
        run.settled = True
        self.metrics.sent.labels(self.bot, run.priority).inc()
        if accepted.held:
            self.metrics.held.labels(self.bot).inc()
        index = len(run.outbound.messages) if verdict.instead else run.index
        message = verdict.messages[0]
        run.told.append(
            self.facts.sent(run.outbound, index, accepted.wamid, message, ambiguous=run.ambiguous)
        )
        run.index += 1
        run.ambiguous = False
        run.uploaded_again = False

    async def _file(self, run: Run, message: Message) -> File | Refused:
        """Name the message's file; Meta's refusal of an upload is judged like one of a send."""
        media = bodies.media_of(message)
        if media is None:
            return NO_FILE
        try:
            return await self.files.name(media, upload=run.uploaded_again)
        except NotTaken as error:
            return error.refused
        except Unusable as error:
            raise await self._reject(run, "media_unusable", str(error)) from None
        except NotNow as error:
            raise await self._retry(run, Retry().most, "media_not_now", str(error)) from None

    # --- refusals ---------------------------------------------------------------------------------

    async def _refused(self, run: Run, message: Message, refused: Refused) -> _Outcome:
        """Do what the table of Meta's errors says."""
        self.metrics.refused.labels(self.bot, refused.code).inc()
        policy = meta_errors.policy(refused.code, refused.status)
        word = f"meta_{refused.code}"
        if isinstance(policy, PauseChannel):
            run.settled = True
            self.breaker.pause(policy.reason, probed=policy.probed)
            raise await self.books.put_back(run, self._backoff_ms(0), word)
        self.breaker.passed()
        if isinstance(policy, Retry) and not policy.sure:
            raise await self._doubt(run, self.doubt_wait, policy.most, word)
        run.settled = True
        match policy:
            case Retry() | RetryPair() | SlowLane() | StopCampaigns():
                raise await self._wait_and_retry(run, policy, refused)
            case SwitchToTemplate() if not isinstance(message, Template):
                await self._tell_mailbox(run, refused.code, "window_closed")
                run.window_refused = True
                return _AskAnew()
            case MarkContact(effect):
                await self._tell_mailbox(run, refused.code, effect)
                return _Ended(word, refused.code)
            case UploadAgain() | DeadLetter() if await self._prepare_upload(run, message, policy):
                return _AskAnew()
            case _:
                raise await self._reject(run, word, refused.details, refused.code)

    async def _wait_and_retry(
        self,
        run: Run,
        policy: Retry | RetryPair | SlowLane | StopCampaigns,
        refused: Refused,
    ) -> NextStep:
        word = f"meta_{refused.code}"
        attempts = await self.books.attempts(run)
        match policy:
            case Retry(most):
                return await self._retry(run, most, word, refused.details)
            case RetryPair():
                after_ms = pacing.pair_backoff_ms(attempts)
            case SlowLane():
                self.rates.slow()
                after_ms = self._backoff_ms(attempts)
            case StopCampaigns():
                self.breaker.stop_campaigns(refused.code)
                after_ms = self._backoff_ms(_LONG + attempts)
            case _:
                assert_never(policy)
        after_ms = max(after_ms, refused.after_ms)
        return await self.books.put_back(run, after_ms, word, attempted=True)

    async def _prepare_upload(
        self, run: Run, message: Message, policy: UploadAgain | DeadLetter
    ) -> bool:
        """Prepare a second, last try with a fresh upload.

        Meta tells an id that it does not know any more by 100 or 131009, which may mean anything.
        """
        media = bodies.media_of(message)
        linked = self.spec.whatsapp.media == "link"
        if media is None or run.uploaded_again or (linked and isinstance(policy, DeadLetter)):
            return False
        run.uploaded_again = True
        return await self.files.forget(media)

    async def _retry(self, run: Run, most: int, word: str, details: str) -> NextStep:
        attempts = await self.books.attempts(run)
        if attempts + 1 >= most:
            return await self._reject(run, word, details)
        return await self.books.put_back(run, self._backoff_ms(attempts), word, attempted=True)

    async def _doubt(self, run: Run, wait: timedelta, most: int, word: str) -> NextStep:
        """Put back a message that may have left: its status is awaited first."""
        if await self.books.attempts(run) + 1 >= most:
            return await self._reject(run, word, f"tried {most} times")
        until_ms = self.clock.now_ms() + wait // MS
        return await self.books.put_back(
            run, LOOK_MS, word, attempted=True, unsure_until_ms=until_ms
        )

    def _backoff_ms(self, attempts: int) -> int:
        return pacing.backoff_ms(attempts, self.chance())

    # --- ends -------------------------------------------------------------------------------------

    async def _drop(self, run: Run, reason: gate.DropReason) -> None:
        self.metrics.dropped.labels(self.bot, reason).inc()
        log.info("outbound_dropped", outbound=run.outbound.id, reason=reason)
        if reason == "window_closed" and not run.window_refused:
            await self._tell_mailbox(run, 0, "window_closed")
        await self._end(run, _Ended(reason))

    async def _end(self, run: Run, ended: _Ended) -> None:
        """End an outbound. The facts first: after a crash in between they are told once more."""
        await self.facts.failed(run.outbound, run.index, ended.reason, ended.code)
        await self._release(run)
        await self.books.finished(run, ended.reason)

    async def _reject(self, run: Run, word: str, details: str, code: int = 0) -> Reject:
        """Leave an outbound to the dead letters.

        Nothing is written into `sends`: a crash before the letter is stored tries it once more.
        """
        await self.facts.failed(run.outbound, run.index, word, code)
        if self._is_campaigns(run) and code in meta_errors.TEMPLATE_FAULTS:
            await self.campaigns.pause(run.outbound.campaign, word)
        await self._release(run)
        return Reject(word, details)

    async def _release(self, run: Run) -> None:
        """Let a campaign message that has not left count for nothing."""
        if self._is_campaigns(run) and run.index == 0:
            await self.campaigns.release(run.outbound.contact, run.outbound.id, run.sequence)

    async def _tell_mailbox(self, run: Run, code: int, effect: meta_errors.Effect) -> None:
        await self.facts.refused(run.outbound.contact, run.outbound.id, run.index, code, effect)


def _address(run: Run) -> Address:
    """Say where to: what the contact document knows last, then what the outbound says."""
    known = run.contact.address if run.contact else Address()
    address = Address(
        phone=known.phone or run.outbound.address.phone,
        user_id=known.user_id or run.outbound.address.user_id,
    )
    if not (address.phone or address.user_id):
        raise Reject("no_address", "neither a phone nor a user id is known")
    return address
