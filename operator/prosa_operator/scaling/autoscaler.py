"""The loop of the builtin mode: poll, decide, write `/scale`, tell. Runs in the leader only.

One loop a NATS account asks for all of its components that are due, each at its own interval, give
or take a tenth. What fails for one component never stops the others: an unknown lag is a reading
like another, and a `/scale` that cannot be read or written is tried again at the next poll.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

import structlog

from prosa.clock import Clock
from prosa.contracts.durations import duration
from prosa.errors import ProsaError
from prosa.jetstream.connection import JetStream
from prosa_operator import reasons
from prosa_operator.names import ComponentName
from prosa_operator.observed import Event, Scaled
from prosa_operator.scaling import lag
from prosa_operator.scaling.decide import Current, Decision, Lag, LagError, decide
from prosa_operator.scaling.history import State, coarse, restored, scaled
from prosa_operator.scaling.metrics import ScalingMetrics
from prosa_operator.scaling.target import Scale, Target

Connect = Callable[[str], AbstractAsyncContextManager[JetStream]]
"""Opens a connection to an account by its name; raises ProsaError when that cannot be done."""

Tell = Callable[[Target, Event], None]
"""Takes an event of a Chatbot; must not wait."""

Wake = Callable[[str, str], None]
"""Wakes the reconciler for the Chatbot of this namespace and name: its status has news."""

JITTER = 0.1
QUIET = timedelta(seconds=30)
"""A lag that merely moves is told this seldom; replicas and reasons are told at once."""

_PULSE = timedelta(seconds=0.25)
_RECONNECT = timedelta(seconds=5)

log = structlog.get_logger(__name__)


@dataclass
class _Watched:
    target: Target
    state: State
    due: datetime
    told: Scaled | None = None
    told_at: datetime | None = None


class Autoscaler:
    """Scales all components that it is told of, until it is told to forget them."""

    def __init__(
        self,
        *,
        scale: Scale,
        connect: Connect,
        tell: Tell,
        wake: Wake,
        clock: Clock,
        metrics: ScalingMetrics,
        random: Random,
    ) -> None:
        self._scale = scale
        self._connect = connect
        self._tell = tell
        self._wake = wake
        self._clock = clock
        self._metrics = metrics
        self._random = random
        self._watched: dict[tuple[str, str, ComponentName], _Watched] = {}

    # --- what the reconciler says and asks --------------------------------------------------------

    def watch(self, target: Target) -> None:
        """Scale a component from now on, or go on with its new spec."""
        if known := self._watched.get(target.key):
            known.target = target
            return
        now = self._clock.now()
        first = duration(target.spec.polling_interval) * self._random.random()
        self._watched[target.key] = _Watched(target, restored(target.status, now), now + first)

    def forget(self, namespace: str, chatbot: str, component: ComponentName) -> None:
        """Leave a component alone: its mode is another, or it is gone."""
        if known := self._watched.pop((namespace, chatbot, component), None):
            self._metrics.forget(known.target.bot, component)

    def scaled(self, namespace: str, chatbot: str) -> Mapping[ComponentName, Scaled]:
        """Tell what was decided for a Chatbot's components, for its status."""
        return {
            each.target.component: each.told
            for each in self._watched.values()
            if (each.target.namespace, each.target.chatbot) == (namespace, chatbot) and each.told
        }

    # --- the loops --------------------------------------------------------------------------------

    async def run(self) -> None:
        """Serve every account, for ever."""
        loops: dict[str, asyncio.Task[None]] = {}
        async with asyncio.TaskGroup() as group:
            while True:
                accounts = {each.target.account for each in self._watched.values()}
                for account in accounts - loops.keys():
                    loops[account] = group.create_task(self._serve(account))
                for account in loops.keys() - accounts:
                    loops.pop(account).cancel()
                await asyncio.sleep(_PULSE.total_seconds())

    async def _serve(self, account: str) -> None:
        """Poll one account; while there is no connection its components have no reading."""
        while True:
            try:
                async with self._connect(account) as jetstream:
                    while True:
                        await self._poll(account, jetstream)
                        await asyncio.sleep(_PULSE.total_seconds())
            except ProsaError as error:
                log.warning("autoscaler_without_nats", account=account, problem=str(error))
                await self._poll(account, LagError(str(error)))
                await asyncio.sleep(_RECONNECT.total_seconds())

    async def _poll(self, account: str, source: JetStream | LagError) -> None:
        now = self._clock.now()
        due = [
            each
            for each in self._watched.values()
            if each.target.account == account and each.due <= now
        ]
        for each in due:
            interval = duration(each.target.spec.polling_interval)
            each.due = now + interval * self._random.uniform(1 - JITTER, 1 + JITTER)
        await asyncio.gather(*(self._round(each, source) for each in due))

    async def _round(self, watched: _Watched, source: JetStream | LagError) -> None:
        target = watched.target
        if isinstance(source, LagError):
            reading: Lag | LagError = source
        else:
            with self._metrics.poll_seconds.time():
                reading = await lag.read(source, lag.queues(target.bot, target.component))
        if isinstance(reading, LagError):
            self._metrics.errors.labels(target.bot, target.component, "lag").inc()
        try:
            await self._act(watched, reading)
        except Exception:  # one Deployment that cannot be scaled is not the others' trouble
            self._metrics.errors.labels(target.bot, target.component, "scale").inc()
            log.exception("scale_failed", namespace=target.namespace, deployment=target.deployment)

    async def _act(self, watched: _Watched, reading: Lag | LagError) -> None:
        """Decide, and carry out. A decision to change is taken again on what is really there."""
        target = watched.target
        current = await self._scale.read(target, fresh=False)
        decision = self._decided(watched, reading, current)
        if decision.replicas != current.desired:
            current = await self._scale.read(target, fresh=True)
            decision = self._decided(watched, reading, current)
        if self._watched.get(target.key) is not watched:  # forgotten while we asked: hands off
            return
        state = decision.state
        if decision.replicas != current.desired:
            await self._scale.write(target, decision.replicas)
            state = scaled(state, self._clock.now(), current.desired, decision.replicas)
        if self._watched.get(target.key) is not watched:
            return
        watched.state = state
        self._report(watched, reading, decision, current.desired, current.running)

    def _decided(self, watched: _Watched, reading: Lag | LagError, current: Current) -> Decision:
        target = watched.target
        return decide(
            self._clock.now(),
            watched.state,
            reading,
            target.spec,
            current,
            controls=target.controls,
        )

    # --- what is told -----------------------------------------------------------------------------

    def _report(
        self,
        watched: _Watched,
        reading: Lag | LagError,
        decision: Decision,
        before: int,
        running: int,
    ) -> None:
        self._measure(watched.target, reading, decision, running)
        for event in events(watched.target.component, before, decision):
            self._tell(watched.target, event)
        now, state = self._clock.now(), decision.state
        new = Scaled(
            replicas=decision.replicas,
            lag=reading.messages if isinstance(reading, Lag) else None,
            reason=decision.reason,
            message=decision.message,
            last_active_time=coarse(state.last_active),
            last_scale_time=watched.state.last_scale.isoformat(timespec="seconds")
            if watched.state.last_scale
            else "",
            failures=state.failures,
        )
        if worth_telling(watched.told, new, now - watched.told_at if watched.told_at else None):
            watched.told, watched.told_at = new, now
            self._wake(watched.target.namespace, watched.target.chatbot)

    def _measure(
        self, target: Target, reading: Lag | LagError, decision: Decision, running: int
    ) -> None:
        of = (target.bot, target.component)
        if isinstance(reading, Lag):
            self._metrics.lag.labels(*of).set(reading.messages)
        self._metrics.desired.labels(*of).set(decision.replicas)
        self._metrics.current.labels(*of).set(running)
        self._metrics.fallback.labels(*of).set(decision.state.falling_back)
        stopped = decision.reason in {reasons.SCALING_PAUSED, reasons.AUTOSCALER_CONFLICT}
        self._metrics.paused.labels(*of).set(stopped)


def events(component: ComponentName, before: int, decision: Decision) -> list[Event]:
    """Name what happened, for `kubectl describe`."""
    found = []
    if decision.fallback == "began":
        found.append(
            Event("Warning", reasons.FALLBACK_ACTIVATED, f"{component}: {decision.message}")
        )
    if decision.fallback == "ended":
        found.append(
            Event("Normal", reasons.FALLBACK_DEACTIVATED, f"{component}: the lag is known again")
        )
    if decision.step:
        message = f"{component} from {before} to {decision.replicas}: {decision.message}"
        found.append(Event("Normal", decision.step, message))
    return found


def worth_telling(old: Scaled | None, new: Scaled, age: timedelta | None) -> bool:
    """Judge whether the status should be written for this: seldom, and soon when it matters."""
    if old is None or age is None:
        return True
    if (old.replicas, old.reason, old.failures) != (new.replicas, new.reason, new.failures):
        return True
    if age < QUIET:
        return False
    return _rough(old.lag) != _rough(new.lag) or old.last_active_time != new.last_active_time


def _rough(lag: int | None) -> int | None:
    """Round a lag to one digit: 7, 10, 30, 400."""
    if lag is None:
        return None
    unit = int(10 ** (len(str(lag)) - 1))
    return lag // unit * unit
