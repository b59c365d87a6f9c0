"""Delivers webhooks: signed, several at a time, again and again until the answer is 200.

Meta, "Create a webhook endpoint" and "Webhooks": anything but 200 is tried again at once, then ever
more slowly for seven days, then dropped; up to 1,000 updates share a POST; redirects are not
followed; duplicates happen. Two things are ours: messages of one customer leave one after the
other (`inOrder`), so that what is out of order is so because the `shuffle` fault says it; and a
callback is verified before it gets anything.
"""

import asyncio
import logging
import random
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Final

import aiohttp
import msgspec

from simulator import webhooks
from simulator.clock import Agenda, Clock
from simulator.config import Config
from simulator.faults import Faults
from simulator.journal import Journal
from simulator.webhooks import Change
from simulator.world import Callback

log = logging.getLogger(__name__)

KEPT: Final = timedelta(days=7)
MOST_UPDATES: Final = 1000  # Meta, "Create a webhook endpoint"
OK: Final = 200
VERIFY_AGAIN_SECONDS: Final = 0.5  # our own patience: Meta's dashboard is told to try again
ANSWER_BYTES: Final = 2000  # of an answer, in the journal


@dataclass(slots=True)
class Update:
    """One change on its way, and what to do when it has arrived."""

    change: Change
    callback: Callback
    secret: str
    """What it is signed with; not at all when empty, which Meta never does but tests do."""
    lane: str | None = None
    """Updates of one lane leave one after the other."""
    customer: str | None = None
    number: str | None = None
    wamid: str | None = None
    arrived: Callable[[], None] | None = None

    @property
    def target(self) -> tuple[str, str, str]:
        """What updates must share to share a POST: several apps may have one callback."""
        return self.callback.url, self.callback.verify_token, self.secret


@dataclass(slots=True)
class Webhook:
    """One POST, tried until it is answered with 200."""

    id: int
    updates: list[Update]
    envelope: dict[str, Any]
    body: bytes
    made: datetime
    attempts: int = 0
    forgotten: bool = False

    @property
    def what(self) -> str:
        """Name the webhook for a person: the kind of its updates."""
        kinds = dict.fromkeys(_kind(update.change) for update in self.updates)
        more = f" ×{len(self.updates)}" if len(self.updates) > 1 else ""
        return " + ".join(kinds) + more


@dataclass(slots=True)
class _Lane:
    busy: bool = False
    waiting: deque[Update] = field(default_factory=deque)


class Courier:
    """Everything that is on its way to webhooks."""

    def __init__(
        self,
        *,
        config: Config,
        clock: Clock,
        agenda: Agenda,
        journal: Journal,
        faults: Faults,
        http: aiohttp.ClientSession,
        tasks: asyncio.TaskGroup,
    ) -> None:
        """Take `tasks`, which holds what is in the air, and must outlive the courier."""
        self._config = config
        self._clock = clock
        self._agenda = agenda
        self._journal = journal
        self._faults = faults
        self._ids = count(1)
        self._lanes: dict[str, _Lane] = defaultdict(_Lane)
        self._batches: dict[tuple[str, ...], list[Update]] = {}
        self._verified: set[tuple[str, str]] = set()
        self._held: dict[tuple[str, str], list[Webhook]] = defaultdict(list)
        self._in_the_air: dict[asyncio.Task[None], Webhook] = {}
        self._random = random.Random(1)  # noqa: S311 - shuffling that can be repeated, no secret
        self._http = http
        self._tasks = tasks
        self._timeout = aiohttp.ClientTimeout(total=config.timing.webhook_timeout_seconds)

    # --- verification

    def expect(self, callback: Callback) -> None:
        """Verify a callback until it answers; what is meant for it waits."""
        self._tasks.create_task(self._verify_until_it_answers(callback))

    async def _verify_until_it_answers(self, callback: Callback) -> None:
        if await self.verify(callback):
            return
        log.info("%s does not return the challenge yet; its webhooks wait", callback.url)
        while not await self.verify(callback):  # noqa: ASYNC110 - the other side sets no event
            await asyncio.sleep(VERIFY_AGAIN_SECONDS)

    async def verify(self, callback: Callback) -> bool:
        """Ask a callback to prove that it knows the verify token, as Meta does when it is set."""
        challenge = str(self._random.randrange(10**9, 10**10))
        query = {
            "hub.mode": "subscribe",
            "hub.challenge": challenge,
            "hub.verify_token": callback.verify_token,
        }
        began = self._clock.now()
        status, answer = 0, ""
        try:
            async with self._http.get(
                callback.url, params=query, allow_redirects=False, timeout=self._timeout
            ) as response:
                status, answer = response.status, await _text(response)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            answer = _reason(error)
        verified = status == OK and answer.strip() == challenge
        if verified:
            log.info("webhook verified: %s", callback.url)
            self._journal.write(
                "webhook",
                began=began,
                ended=self._clock.now(),
                what="verification",
                status=status,
                method="GET",
                body={"hub.mode": "subscribe", "hub.challenge": challenge},
                answer=answer,
            )
            self._release(callback)
        return verified

    def _release(self, callback: Callback) -> None:
        key = callback.url, callback.verify_token
        self._verified.add(key)
        for webhook in self._held.pop(key, ()):
            self._post(webhook)

    # --- from update to POST

    def send(self, update: Update) -> None:
        """Take an update on its way; the caller does not wait."""
        if shuffled := self._faults.strike("shuffle"):
            self._shuffle(update, timedelta(milliseconds=shuffled.delay_ms))
            return
        if update.lane is None or not self._config.in_order:
            self._batch(update)
            return
        lane = self._lanes[update.lane]
        if lane.busy:
            lane.waiting.append(update)
        else:
            lane.busy = True
            self._batch(update)

    def _shuffle(self, update: Update, within: timedelta) -> None:
        """Let the update leave later, in the company and in the order that chance gives it."""
        update.lane = None
        delay = self._random.choice((0.3, 0.6, 1.0)) * within
        key = *update.target, f"shuffled {delay}"
        if key in self._batches:
            self._batches[key].insert(self._random.randint(0, len(self._batches[key])), update)
            return
        self._batches[key] = [update]
        self._agenda.after(delay, lambda: self._leave(key))

    def _batch(self, update: Update) -> None:
        batch = self._config.batch
        if batch.updates == 1:
            self._pack([update])
            return
        key = *update.target, "batch"
        waiting = self._batches.setdefault(key, [])
        waiting.append(update)
        if len(waiting) >= batch.updates:
            self._leave(key)
        elif len(waiting) == 1:
            self._agenda.after(timedelta(milliseconds=batch.wait_ms), lambda: self._leave(key))

    def _leave(self, key: tuple[str, ...]) -> None:
        updates = self._batches.pop(key, [])
        for start in range(0, len(updates), MOST_UPDATES):
            self._pack(updates[start : start + MOST_UPDATES])

    def _pack(self, updates: list[Update]) -> None:
        envelope = webhooks.envelope(update.change for update in updates)
        self.deliver(updates, envelope)

    def deliver(
        self,
        updates: list[Update],
        envelope: dict[str, Any],
        *,
        copies: int = 1,
        body: bytes | None = None,
    ) -> int:
        """Deliver an envelope as it is, so many times in the same instant; answer its id."""
        webhook = Webhook(
            id=next(self._ids),
            updates=updates,
            envelope=envelope,
            body=msgspec.json.encode(envelope) if body is None else body,
            made=self._clock.now(),
        )
        if self._faults.strike("duplicate"):
            copies *= 2
        self._post(webhook)
        for _ in range(copies - 1):
            copy = Webhook(webhook.id, updates, envelope, webhook.body, webhook.made)
            self._post(copy)
        return webhook.id

    # --- the POST itself

    def _post(self, webhook: Webhook) -> None:
        callback = webhook.updates[0].callback
        key = callback.url, callback.verify_token
        if key in self._verified:
            attempt = self._tasks.create_task(self._attempt(webhook))
            self._in_the_air[attempt] = webhook
            attempt.add_done_callback(self._in_the_air.pop)
        else:
            self._held[key].append(webhook)

    async def _attempt(self, webhook: Webhook) -> None:
        webhook.attempts += 1
        first = webhook.updates[0]
        headers = {"Content-Type": "application/json", "User-Agent": "facebookexternalua"}
        if first.secret:
            headers["X-Hub-Signature-256"] = webhooks.signature(first.secret, webhook.body)
        began = self._clock.now()
        status, answer = 0, ""
        try:
            async with self._http.post(
                first.callback.url,
                data=webhook.body,
                headers=headers,
                allow_redirects=False,
                timeout=self._timeout,
            ) as response:
                status, answer = response.status, await _text(response)
        except (aiohttp.ClientError, TimeoutError) as error:
            answer = _reason(error)
        self._journal.write(
            "webhook",
            began=began,
            ended=self._clock.now(),
            what=webhook.what,
            status=status,
            method="POST",
            attempt=webhook.attempts,
            webhook=webhook.id,
            customer=first.customer,
            number=first.number,
            wamids=[update.wamid for update in webhook.updates if update.wamid],
            body=webhook.envelope,
            answer=answer,
        )
        if webhook.forgotten:
            return
        if status == OK:
            self._arrived(webhook)
        else:
            self._again(webhook)

    def _again(self, webhook: Webhook) -> None:
        waits = self._config.timing.webhook_retry_seconds
        wait = timedelta(seconds=waits[min(webhook.attempts, len(waits)) - 1])
        if self._clock.now() + wait - webhook.made > KEPT:
            log.warning("webhook %d dropped after %d attempts", webhook.id, webhook.attempts)
            self._free_lanes(webhook)
            return
        self._agenda.after(wait, lambda: self._post(webhook))

    def _arrived(self, webhook: Webhook) -> None:
        for update in webhook.updates:
            if update.arrived is not None:
                update.arrived()
        self._free_lanes(webhook)

    def _free_lanes(self, webhook: Webhook) -> None:
        for update in webhook.updates:
            lane, update.lane = update.lane, None  # the second copy of a webhook frees nothing
            if lane is None or lane not in self._lanes:
                continue
            if self._lanes[lane].waiting:
                self._batch(self._lanes[lane].waiting.popleft())
            else:
                del self._lanes[lane]

    async def clear(self) -> None:
        """Forget what has not arrived, and wait until what is in the air has landed."""
        self._lanes.clear()
        self._batches.clear()
        self._held.clear()
        for webhook in self._in_the_air.values():
            webhook.forgotten = True
        if self._in_the_air:
            await asyncio.wait(self._in_the_air)


def _kind(change: Change) -> str:
    """Name an update for a person: text, delivered, user_preferences."""
    for items, name in (("statuses", "status"), ("messages", "type")):
        match change.value.get(items):
            case [{**first}, *_]:
                return str(first.get(name, items))
            case _:  # a webhook of a test's own may hold anything
                continue
    return change.field


async def _text(response: aiohttp.ClientResponse) -> str:
    return (await response.content.read(ANSWER_BYTES)).decode(errors="replace")


def _reason(error: BaseException) -> str:
    return type(error).__name__ + (f": {error}" if str(error) else "")
