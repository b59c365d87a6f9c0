"""Decides what should be, from what was seen of one Chatbot: the objects, and the words about them.

Pure: the same world gives the same plan, and a plan that was applied gives an empty change. What
is wrong never takes a running bot away: a spec with faults, a phone number that another Chatbot
has, or a missing Secret leave what runs as it runs, and a condition names the field and the remedy.
"""

import msgspec

from prosa.errors import ConfigError
from prosa_operator import names, reasons
from prosa_operator.judging import conditions, dialogue, faults, missing, verdicts, workloads
from prosa_operator.judging.conditions import Verdict
from prosa_operator.judging.workloads import Running
from prosa_operator.names import ComponentName
from prosa_operator.observed import Object, Observed, Options, Plan
from prosa_operator.rendering import exposure, keda, network, runtime, schedules, upkeep
from prosa_operator.rendering import workloads as rendering
from prosa_operator.rendering.bot import Bot
from prosa_operator.status import CampaignStatus, Status

MORE = 5
"""Faults that are told in full; the others are counted."""

TALKS = "conversation"
"""The component that `kubectl get` counts."""


def plan(observed: Observed, options: Options) -> Plan:
    """Decide. Raises nothing that a Chatbot could cause."""
    if observed.deleting:
        return _left(msgspec.structs.replace(observed.status, phase="Deleting"))
    if is_paused(observed):
        return _paused(observed)
    if refused := _refused(observed):
        return _failed(observed.status, refused, generation=observed.generation, now=observed.now)
    return _Planning(observed, options).plan()


def unreadable(status: Status, message: str, *, generation: int, now: str) -> Plan:
    """Answer a Chatbot that cannot even be read, such as one with a field of a newer version."""
    refused = Verdict("Ready", "False", reasons.INVALID_SPEC, message)
    return _failed(status, refused, generation=generation, now=now)


def is_paused(observed: Observed) -> bool:
    """Tell whether the annotation asks to leave everything as it is."""
    value = observed.annotations.get(names.PAUSED)
    return value is not None and value.lower() != "false"


def _left(status: Status) -> Plan:
    return Plan(objects=(), status=status, prune=False)


def _paused(observed: Observed) -> Plan:
    """Change nothing but the word about it; what was judged stays judged for its generation."""
    before = observed.status
    said = f"The annotation {names.PAUSED} is set; remove it to go on."
    (paused,) = conditions.merged(
        before,
        [Verdict("Paused", "True", reasons.PAUSED, said)],
        generation=observed.generation,
        now=observed.now,
    )
    others = tuple(each for each in before.conditions if each.type != "Paused")
    after = msgspec.structs.replace(before, phase="Paused", conditions=(*others, paused))
    return Plan((), after, conditions.events(before, after), prune=False)


def _refused(observed: Observed) -> Verdict | None:
    """Find what forbids to change anything."""
    try:
        fields = dialogue.item_fields(observed)
    except ConfigError as error:
        source = "spec.catalogue.source.configMapRef"
        return Verdict("Ready", "False", reasons.INVALID_SPEC, f"{source}: {error}")
    if found := faults.of(observed.chatbot, fields):
        more = f" And {len(found) - MORE} more." if len(found) > MORE else ""
        said = " ".join(str(fault) for fault in found[:MORE]) + more
        return Verdict("Ready", "False", reasons.INVALID_SPEC, said)
    if observed.phone_owner:
        number = observed.chatbot.spec.whatsapp.phone_number_id
        said = (
            f"spec.whatsapp.phoneNumberId {number} belongs to Chatbot {observed.phone_owner},"
            " which is older; give this one another number, or delete that one."
        )
        return Verdict("Ready", "False", reasons.PHONE_NUMBER_TAKEN, said)
    mine = ("ConfigMap", names.child(observed.chatbot, runtime.NAME))
    return verdicts.not_owned((mine,)) if mine in observed.strangers else None


def _failed(before: Status, ready: Verdict, *, generation: int, now: str) -> Plan:
    """Leave all as it runs, and say why."""
    judged = conditions.merged(
        before,
        [
            ready,
            Verdict("Progressing", "False", ready.reason, ready.message),
            Verdict("Degraded", "True", ready.reason, ready.message),
            Verdict("Paused", "False", reasons.RUNNING),
        ],
        generation=generation,
        now=now,
    )
    new = {each.type for each in judged}
    kept = tuple(each for each in before.conditions if each.type not in new)
    after = msgspec.structs.replace(
        before, phase="Failed", observed_generation=generation, conditions=(*judged, *kept)
    )
    return Plan((), after, conditions.events(before, after), prune=False)


class _Planning:
    """One pass over one Chatbot that nothing stops."""

    def __init__(self, observed: Observed, options: Options) -> None:
        self._seen = observed
        self._bot = Bot(
            observed.chatbot, observed.uid, options, observed.secrets, observed.config_maps
        )
        self._dialogue = dialogue.judge(observed, dialogue.item_fields(observed))
        self._missing = missing.of(self._bot)
        self._lacking = {each.part for each in self._missing}
        outdated = any(
            rendering.is_ours_alone(self._bot, name, self._child(name))
            for name in names.COMPONENTS
            if self._may_run(name)
        )
        self._delayed = outdated and options.rollouts_left <= 0
        self._rolls_out = outdated and not self._delayed

    def plan(self) -> Plan:
        """Render, then judge."""
        rendered = self._objects()
        key = {(each["kind"], each["metadata"]["name"]): each for each in rendered}
        strangers = tuple(sorted(set(key) & self._seen.strangers))
        running = tuple(
            workloads.look(
                self._bot,
                name,
                key.get(self._key(name)),
                self._child(name),
                scaled=self._seen.scaling.get(name),
                now=self._seen.now,
            )
            for name in names.COMPONENTS
            if self._bot.has(name)
        )
        status = self._status(running, strangers)
        return Plan(
            objects=tuple(each for name, each in key.items() if name not in self._seen.strangers),
            status=status,
            events=conditions.events(self._seen.status, status),
            prune=bool(self._dialogue.serves) and not self._missing and not strangers,
            rolls_out=self._rolls_out,
        )

    def _objects(self) -> list[Object]:
        bot, kinds = self._bot, self._seen.kinds
        found = [
            runtime.config_map(bot, self._dialogue.serves),
            *upkeep.accounts(bot),
            *network.policies(bot, self._dialogue.serves),
            *network.services(bot),
            *(
                rendering.workload(
                    bot,
                    name,
                    self._child(name),
                    held_back=self._delayed
                    and rendering.is_ours_alone(bot, name, self._child(name)),
                )
                for name in names.COMPONENTS
                if self._may_run(name)
            ),
            *upkeep.disruption_budgets(bot),
            *exposure.objects(bot, kinds),
            *upkeep.monitors(bot, kinds),
        ]
        if "ScaledObject" in kinds:
            found += keda.objects(bot, self._seen.annotations)
        if bot.has("campaigns") and "campaigns" not in self._lacking:
            found += schedules.campaigns(bot)
        if "catalogue" not in self._lacking:
            found += [*schedules.feed(bot), *schedules.file(bot, self._seen.children)]
        return found

    def _may_run(self, name: ComponentName) -> bool:
        """Tell whether a component has all that its pods need.

        Conversation needs a dialogue, and the first pods of all need streams to work on.
        """
        speaks = name != TALKS or bool(self._dialogue.serves)
        flows = not self._seen.messaging or self._child(name) is not None
        return self._bot.has(name) and name not in self._lacking and speaks and flows

    def _key(self, name: ComponentName) -> tuple[str, str]:
        return rendering.KIND[name], self._bot.child(name)

    def _child(self, name: ComponentName) -> Object | None:
        return self._seen.children.get(self._key(name))

    def _status(
        self, running: tuple[Running, ...], strangers: tuple[tuple[str, str], ...]
    ) -> Status:
        seen, bot = self._seen, self._bot
        facts = verdicts.Facts(
            observed=seen,
            bot=bot,
            dialogue=self._dialogue,
            missing=self._missing,
            strangers=strangers,
            running=running,
            delayed=self._delayed,
        )
        judged = verdicts.of(facts)
        lags = [scaled.lag for scaled in seen.scaling.values() if scaled.lag is not None]
        return Status(
            observed_generation=seen.generation,
            phase=verdicts.phase(judged),
            conditions=conditions.merged(
                seen.status, judged, generation=seen.generation, now=seen.now
            ),
            components=tuple(each.status for each in running),
            campaigns=self._campaigns(),
            dialogue=self._dialogue.status,
            webhook_path=exposure.WEBHOOK_PATH,
            phone=seen.channel.phone or seen.status.phone,
            replicas=sum(each.status.ready for each in running if each.status.name == TALKS),
            lag=sum(lags),
        )

    def _campaigns(self) -> tuple[CampaignStatus, ...]:
        if not self._bot.has("campaigns"):
            return ()
        found = []
        for campaign in self._bot.chatbot.spec.campaigns:
            key = ("CronJob", self._bot.child(campaign.name))
            ran = self._seen.children.get(key, {}).get("status") or {}
            found.append(
                CampaignStatus(
                    name=campaign.name,
                    last_run=str(ran.get("lastScheduleTime") or ""),
                    last_success=str(ran.get("lastSuccessfulTime") or ""),
                    suspended=campaign.suspend,
                )
            )
        return tuple(found)
