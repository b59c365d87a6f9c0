"""One pass over one Chatbot: observe, plan, apply, prune, report. Level-triggered, and idempotent.

What is as it was applied is not applied again, so an idle pass writes nothing. What somebody edited
or deleted is brought back; what was planned before and is no longer is deleted, but only after all
else was applied. An object of a planned name that is not ours is left alone, and said so.
Killed between any two lines, the next pass goes on from what it finds.
"""

import contextlib
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from typing import Protocol

import msgspec
import structlog

from prosa.clock import Clock
from prosa.contracts.chatbot import Chatbot
from prosa.errors import ConfigError
from prosa_operator import changes, reasons, rollouts
from prosa_operator.cluster import Cluster, kind_of
from prosa_operator.kinds import BY_NAME, CHATBOT, CHILDREN, DEPLOYMENT
from prosa_operator.metrics import OperatorMetrics
from prosa_operator.names import FINALIZER, SCALER
from prosa_operator.observed import Event, Object, Observed, Options, Plan
from prosa_operator.plan import is_paused, unreadable
from prosa_operator.references import minted
from prosa_operator.refusals import ApiError, NotFound
from prosa_operator.rollouts import Rollouts
from prosa_operator.scaling.handover import to_co_own
from prosa_operator.status import Condition, Status, condition
from prosa_operator.watched import Key, Watched
from prosa_operator.world import World, now, read_chatbot

log = structlog.get_logger(__name__)

WORKLOADS = frozenset({"Deployment", "StatefulSet", "CronJob", "Job"})

USUAL = 0.0
"""The next look is the usual resync."""

DELAYED = 15.0
"""Seconds until a bot whose roll-out had to wait asks again for its turn."""

Planner = Callable[[Observed, Options], Plan]
Tell = Callable[[Key, Object, Event], Awaitable[None]]


class Cleaner(Protocol):
    """Removes what a Chatbot has outside the cluster."""

    async def clean(self, key: Key, raw: Object, chatbot: Chatbot) -> Event | None:
        """Remove it; None while it has to be tried again."""
        ...


@dataclass
class _Applied:
    """What an object was planned as, and which object the server made of it."""

    planned: str
    stored: str
    uid: str


class Reconciler:
    """Makes Chatbots true."""

    def __init__(
        self,
        cluster: Cluster,
        watched: Watched,
        world: World,
        *,
        plan: Planner,
        options: Options,
        budget: Rollouts,
        cleaner: Cleaner,
        tell: Tell,
        metrics: OperatorMetrics,
        clock: Clock,
        forget: Callable[[Key], None],
    ) -> None:
        self._cluster = cluster
        self._watched = watched
        self._world = world
        self._plan = plan
        self._options = options
        self._budget = budget
        self._cleaner = cleaner
        self._tell = tell
        self._metrics = metrics
        self._clock = clock
        self._forget = forget
        self._applied: dict[Key, dict[tuple[str, str], _Applied]] = {}
        self._paused: set[Key] = set()

    async def reconcile(self, key: Key) -> float | None:
        """Look once; gives the seconds until the next look, None when the Chatbot is gone.

        Raises ApiError; what it means stands in the status already, if that could be written.
        """
        raw = self._watched.chatbots.get(key)
        if raw is None:
            self._dropped(key)
            return None
        if raw["metadata"].get("deletionTimestamp"):
            return await self._deleting(key, raw)
        try:
            observed = await self._world.observe(key, raw)
        except ConfigError as error:
            await self._invalid(key, raw, str(error))
            return USUAL
        return await self._alive(key, raw, observed)

    async def _alive(self, key: Key, raw: Object, observed: Observed) -> float:
        paused = is_paused(observed)
        self._count_paused(key, paused)
        await self._keep_finalizer(raw, observed.chatbot)
        plan = self._planned(observed)
        if not paused and (strangers := await self._strangers(key, observed, plan)):
            observed = replace(
                observed,
                strangers=strangers,
                children={k: v for k, v in observed.children.items() if k not in strangers},
            )
            plan = self._planned(observed)
        if rollouts.rolls(observed, plan):
            self._budget.take()  # nothing awaits between the plan that saw the token and this
        failure = None if paused else await self._make(key, raw, observed, plan)
        status = plan.status if failure is None else _failed(plan.status, failure, observed)
        await self._report(raw, observed, status)
        for event in plan.events:
            await self._tell(key, raw, event)
        if failure is not None:
            await self._tell(key, raw, Event("Warning", reasons.APPLY_FAILED, str(failure)))
            raise failure
        progressing = condition(status, "Progressing")
        late = progressing is not None and progressing.reason == reasons.ROLLOUT_DELAYED
        return DELAYED if late else USUAL

    def _planned(self, observed: Observed) -> Plan:
        options = replace(self._options, rollouts_left=self._budget.left())
        return self._plan(observed, options)

    # --- objects ----------------------------------------------------------------------------------

    async def _strangers(
        self, key: Key, observed: Observed, plan: Plan
    ) -> frozenset[tuple[str, str]]:
        """Find objects that have a planned name but are not ours.

        What is in the index and ours needs no question; only what is to be made is asked for.
        """
        found = set()
        for desired in plan.objects:
            at = _at(desired)
            live = observed.children.get(at)
            if live is None:
                if at in self._applied.get(key, {}):
                    continue  # deleted, or not told by the watch yet: a name that was ours
                live = await self._cluster.get(
                    kind_of(desired), key.namespace, desired["metadata"]["name"]
                )
            if live is not None and not changes.is_ours(live, desired, observed.uid):
                found.add(at)
        return frozenset(found)

    async def _make(self, key: Key, raw: Object, observed: Observed, plan: Plan) -> ApiError | None:
        """Apply all, then prune; gives the first failure."""
        failure: ApiError | None = None
        for desired in sorted(plan.objects, key=_order):
            if _at(desired) in observed.strangers:
                continue
            if failure is not None and desired["kind"] in WORKLOADS:
                continue  # new pods must not start on what they mount half made
            try:
                await self._apply(key, raw, observed, desired)
            except ApiError as error:
                failure = failure or error
        if failure is None and plan.prune and not observed.strangers:
            try:
                await self._prune(key, observed, plan)
            except ApiError as error:
                failure = error
        return failure

    async def _apply(self, key: Key, raw: Object, observed: Observed, desired: Object) -> None:
        at, planned = _at(desired), changes.digest(desired)
        known = self._applied.setdefault(key, {})
        before, live = known.get(at), observed.children.get(at)
        stored = changes.substance(live) if live is not None else ""
        if before is not None and (before.planned, before.stored) == (planned, stored):
            return
        if before is None or before.planned != planned:
            await self._hand_over_replicas(desired, live)
        made = await self._cluster.apply(desired)
        after = changes.substance(changes.slim(made))
        known[at] = _Applied(planned, after, made["metadata"]["uid"])
        if before is None or before.planned != planned or after == stored:
            return  # new, or newly planned, or changed only by who may
        if live is None and before.uid == known[at].uid:
            return  # the watch had not told of it yet
        if live is not None and changes.covers(live, desired):
            return  # what we mean stood there
        what = "deleted" if live is None else "changed"
        self._metrics.drift.labels(at[0]).inc()
        message = f"{at[0]} {at[1]} had been {what} by somebody else and was brought back"
        await self._tell(key, raw, Event("Normal", reasons.DRIFT_REPAIRED, message))

    async def _hand_over_replicas(self, desired: Object, live: Object | None) -> None:
        """Let the autoscaler co-own replicas before an apply that leaves them out drops them."""
        if live is None or desired["kind"] != DEPLOYMENT.name or "replicas" in desired["spec"]:
            return
        metadata = desired["metadata"]
        whole = await self._cluster.get(DEPLOYMENT, metadata["namespace"], metadata["name"])
        if whole is not None and (shared := to_co_own(whole)) is not None:
            await self._cluster.apply(shared, manager=SCALER)

    async def _prune(self, key: Key, observed: Observed, plan: Plan) -> None:
        wanted = {_at(desired) for desired in plan.objects}
        wanted.add(("Secret", minted(observed.chatbot)))  # messaging's own
        for at, live in observed.children.items():
            if at in wanted or not changes.owned_by(live, observed.uid):
                continue
            if live["metadata"].get("deletionTimestamp"):
                continue
            kind, name = at
            gone = await self._cluster.delete(
                BY_NAME[kind], key.namespace, name, uid=live["metadata"]["uid"]
            )
            self._applied.get(key, {}).pop(at, None)
            if gone:
                self._metrics.pruned.labels(kind).inc()
                log.info("pruned", chatbot=str(key), kind=kind, name=name)

    # --- status -----------------------------------------------------------------------------------

    async def _report(self, raw: Object, observed: Observed, status: Status) -> None:
        """Write the status if it means something else than the one that is stored."""
        settled = changes.settled(observed.status, status, observed.now)
        await self._write(raw, settled)

    async def _write(self, raw: Object, status: Status) -> None:
        patch = changes.status_patch(raw.get("status"), status)
        if not patch:
            return
        metadata = raw["metadata"]
        with contextlib.suppress(NotFound):  # deleted in between
            stored = await self._cluster.merge(
                CHATBOT,
                metadata["namespace"],
                metadata["name"],
                {"status": patch},
                subresource="status",
            )
            key = Key(metadata["namespace"], metadata["name"])
            if self._watched.chatbots.get(key) is raw:  # what the watch will tell in a moment
                raw["status"] = stored.get("status")

    async def _invalid(self, key: Key, raw: Object, problem: str) -> None:
        """Say that a spec is none: an older schema let it in."""
        before, instant = changes.read(raw.get("status")), now(self._clock)
        generation = raw["metadata"].get("generation", 0)
        refused = unreadable(before, problem, generation=generation, now=instant)
        await self._write(raw, changes.settled(before, refused.status, instant))
        for event in refused.events:
            await self._tell(key, raw, event)

    # --- the end ----------------------------------------------------------------------------------

    async def _keep_finalizer(self, raw: Object, chatbot: Chatbot) -> None:
        """Hold the Chatbot back at its end only where something outside the cluster is to go."""
        held = list(raw["metadata"].get("finalizers") or ())
        wanted = chatbot.spec.deletion_policy == "Delete"
        if wanted == (FINALIZER in held):
            return
        after = [*held, FINALIZER] if wanted else [each for each in held if each != FINALIZER]
        await self._set_finalizers(raw, after)

    async def _set_finalizers(self, raw: Object, finalizers: Iterable[str]) -> None:
        """Write the list; a resourceVersion makes it fail where others wrote in between."""
        metadata = raw["metadata"]
        change = {
            "metadata": {
                "resourceVersion": metadata["resourceVersion"],
                "finalizers": list(finalizers),
            }
        }
        stored = await self._cluster.merge(CHATBOT, metadata["namespace"], metadata["name"], change)
        metadata["finalizers"] = stored["metadata"].get("finalizers")
        metadata["resourceVersion"] = stored["metadata"]["resourceVersion"]

    async def _deleting(self, key: Key, raw: Object) -> float | None:
        held = raw["metadata"].get("finalizers") or ()
        self._forget(key)
        if FINALIZER not in held:
            return USUAL  # others hold it; the watch tells when it is gone
        event = await self._cleaned(key, raw)
        if event is None:
            return 5.0
        await self._tell(key, raw, event)
        with contextlib.suppress(NotFound):
            await self._set_finalizers(raw, [each for each in held if each != FINALIZER])
        return USUAL

    async def _cleaned(self, key: Key, raw: Object) -> Event | None:
        """Remove what is outside; a Chatbot that cannot be read does not say what that is."""
        try:
            chatbot = read_chatbot(raw)
        except ConfigError as error:
            left = f"its streams and buckets are left behind, because it cannot be read: {error}"
            return Event("Warning", reasons.CLEANUP_GAVE_UP, left)
        return await self._cleaner.clean(key, raw, chatbot)

    def _dropped(self, key: Key) -> None:
        self._applied.pop(key, None)
        self._count_paused(key, paused=False)
        self._forget(key)

    def _count_paused(self, key: Key, paused: bool) -> None:
        (self._paused.add if paused else self._paused.discard)(key)
        self._metrics.paused.set(len(self._paused))


def _order(desired: Object) -> int:
    return CHILDREN.index(kind_of(desired))


def _at(desired: Object) -> tuple[str, str]:
    return desired["kind"], desired["metadata"]["name"]


def _failed(status: Status, failure: ApiError, observed: Observed) -> Status:
    """Say what could not be applied, in the place where people look first."""
    verdict = Condition(
        type="Ready",
        status="False",
        reason=reasons.APPLY_FAILED,
        message=str(failure),
        observed_generation=observed.generation,
    )
    return msgspec.structs.replace(
        status, phase="Degraded", conditions=_with(status.conditions, verdict)
    )


def _with(conditions: tuple[Condition, ...], verdict: Condition) -> tuple[Condition, ...]:
    return (*(each for each in conditions if each.type != verdict.type), verdict)
