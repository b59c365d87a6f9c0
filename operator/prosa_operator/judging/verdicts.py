"""The seven conditions of a Chatbot that nothing stops, from what was judged of its parts. Pure.

Ready speaks of the newest spec: it is Unknown while pods of an older one still serve, and True with
a refused dialogue, which Degraded and DialogueValid tell, as long as an older one answers.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from prosa_operator import names, reasons
from prosa_operator.judging.conditions import Verdict
from prosa_operator.judging.dialogue import Judged
from prosa_operator.judging.missing import Missing
from prosa_operator.judging.workloads import Running
from prosa_operator.observed import Channel, Observed
from prosa_operator.rendering import keda, replicas, workloads
from prosa_operator.rendering.bot import Bot
from prosa_operator.status import ConditionStatus, Phase, condition

NO_CUSTOMER_ANSWERED = frozenset((reasons.TOKEN_REFUSED, reasons.NUMBER_UNKNOWN))
"""Of Meta's answers: with these nothing can be sent."""

NOT_KNOWN = frozenset((reasons.CHANNEL_NOT_CHECKED, reasons.META_UNAVAILABLE))

LAG_IS_NOT_HEARD = (
    reasons.AUTOSCALER_CONFLICT,
    reasons.LAG_UNKNOWN,
    reasons.FALLBACK,
    reasons.SCALING_PAUSED,
)
"""Reasons of the autoscaler with which the lag does not decide, the worst first."""


@dataclass(frozen=True)
class Facts:
    """Everything that the conditions are made of."""

    observed: Observed
    bot: Bot
    dialogue: Judged
    missing: tuple[Missing, ...]
    strangers: tuple[tuple[str, str], ...]
    running: tuple[Running, ...]
    delayed: bool


def of(facts: Facts) -> list[Verdict]:
    """Judge, in the order in which conditions are shown."""
    troubles = list(_troubles(facts))
    return [
        _ready(facts),
        _progressing(facts),
        _degraded(troubles),
        _dialogue_valid(facts),
        _channel(facts),
        _scaling(facts),
        Verdict("Paused", "False", reasons.RUNNING),
    ]


def phase(verdicts: list[Verdict]) -> Phase:
    """Say it in one word."""
    by_type: Mapping[str, Verdict] = {verdict.type: verdict for verdict in verdicts}
    ready, progressing = by_type["Ready"], by_type["Progressing"]
    if ready.status == "False" and ready.reason != reasons.ROLLING_OUT:
        return "Failed"
    if progressing.status == "True" and progressing.reason != reasons.ROLLOUT_DELAYED:
        return "Progressing"
    return "Degraded" if by_type["Degraded"].status == "True" else "Ready"


def not_owned(strangers: tuple[tuple[str, str], ...]) -> Verdict:
    """Name the objects that have our names and belong to somebody else."""
    named = ", ".join(f"{kind} {name}" for kind, name in strangers)
    said = f"{named} belongs to somebody else; delete or rename it, or rename the Chatbot."
    return Verdict("Ready", "False", reasons.NOT_OWNED, said)


def _ready(facts: Facts) -> Verdict:
    if blocked := next(_blocked(facts), None):
        return blocked
    if down := [each.unavailable for each in facts.running if each.unavailable]:
        return Verdict("Ready", "False", reasons.COMPONENT_UNAVAILABLE, "; ".join(down))
    rolling = [each.rolling for each in facts.running if each.rolling]
    if rolling:
        serving: ConditionStatus = (
            "Unknown" if all(each.serves for each in facts.running) else "False"
        )
        return Verdict("Ready", serving, reasons.ROLLING_OUT, "; ".join(rolling))
    return Verdict("Ready", "True", reasons.AS_DESIRED, "The bot answers.")


def _blocked(facts: Facts) -> Iterator[Verdict]:
    """Give what stands in the way of the spec, the most fundamental first."""
    if facts.strangers:
        yield not_owned(facts.strangers)
    if facts.observed.messaging and not _was_ready(facts.observed):
        yield Verdict("Ready", "False", reasons.MESSAGING_UNAVAILABLE, facts.observed.messaging)
    for missing in facts.missing:
        yield Verdict("Ready", "False", missing.reason, _all_missing(facts))
    if not facts.dialogue.serves:
        yield Verdict("Ready", "False", facts.dialogue.reason, facts.dialogue.message)
    channel = known(facts.observed)
    if channel.reason in NO_CUSTOMER_ANSWERED:
        yield Verdict("Ready", "False", channel.reason, channel.message)


def _was_ready(observed: Observed) -> bool:
    """Tell whether this very spec was in force: its streams stand, only we cannot look at them."""
    ready = condition(observed.status, "Ready")
    return (
        ready is not None
        and ready.status == "True"
        and ready.observed_generation == observed.generation
    )


def known(observed: Observed) -> Channel:
    """Give what is known of the number: until Meta was asked, what an operator before us knew."""
    before = condition(observed.status, "ChannelConnected")
    if observed.channel.reason != reasons.CHANNEL_NOT_CHECKED or before is None:
        return observed.channel
    return Channel(before.reason, before.message)


def _all_missing(facts: Facts) -> str:
    return "; ".join(dict.fromkeys(missing.message for missing in facts.missing))


def _progressing(facts: Facts) -> Verdict:
    if rolling := [each.rolling for each in facts.running if each.rolling]:
        return Verdict("Progressing", "True", reasons.ROLLING_OUT, "; ".join(rolling))
    if facts.delayed:
        said = "A newer rendering of its pods waits: bots roll one after the other."
        return Verdict("Progressing", "True", reasons.ROLLOUT_DELAYED, said)
    return Verdict("Progressing", "False", reasons.AS_DESIRED, "All pods are of the newest kind.")


def _degraded(troubles: list[tuple[str, str]]) -> Verdict:
    if not troubles:
        return Verdict("Degraded", "False", reasons.AS_DESIRED, "Nothing is wrong.")
    said = " | ".join(dict.fromkeys(message for _, message in troubles))
    return Verdict("Degraded", "True", troubles[0][0], said)


def _troubles(facts: Facts) -> Iterator[tuple[str, str]]:
    for verdict in _blocked(facts):
        yield verdict.reason, verdict.message
    for each in facts.running:
        if said := each.unavailable or each.short:
            yield reasons.COMPONENT_UNAVAILABLE, said
    if not facts.dialogue.valid:
        yield facts.dialogue.reason, facts.dialogue.message
    if facts.observed.messaging:
        yield reasons.MESSAGING_UNAVAILABLE, facts.observed.messaging
    channel = known(facts.observed)
    if channel.reason not in {reasons.CONNECTED, *NOT_KNOWN}:
        yield channel.reason, channel.message
    scaling = _scaling(facts)
    if scaling.status == "False" and scaling.reason != reasons.SCALING_NONE:
        yield scaling.reason, scaling.message
    yield from _unfulfilled(facts)


def _unfulfilled(facts: Facts) -> Iterator[tuple[str, str]]:
    """Find what is asked of a cluster that cannot give it."""
    exposure = facts.bot.chatbot.spec.exposure
    if exposure and exposure.gateway and "HTTPRoute" not in facts.observed.kinds:
        said = "spec.exposure.gateway: the cluster has no HTTPRoute; install the Gateway API."
        yield reasons.INVALID_SPEC, said
    key = ("StatefulSet", facts.bot.child("analytics"))
    standing = workloads.claimed(facts.observed.children.get(key))
    storage = facts.bot.component("analytics").storage
    asked = storage.size if storage else workloads.DEFAULT_SIZE
    if standing and facts.bot.has("analytics") and standing != asked:
        said = (
            f"spec.components.analytics.storage: the volume asks for {standing} and not {asked};"
            f" enlarge PersistentVolumeClaim data-{key[1]}-0 itself, then delete StatefulSet"
            f" {key[1]} with --cascade=orphan."
        )
        yield reasons.INVALID_SPEC, said


def _dialogue_valid(facts: Facts) -> Verdict:
    judged = facts.dialogue
    status: ConditionStatus = "True" if judged.valid else "False"
    return Verdict("DialogueValid", status, judged.reason, judged.message)


def _channel(facts: Facts) -> Verdict:
    channel = known(facts.observed)
    if channel.reason in NOT_KNOWN:
        return Verdict("ChannelConnected", "Unknown", channel.reason, channel.message)
    status: ConditionStatus = "True" if channel.reason == reasons.CONNECTED else "False"
    return Verdict("ChannelConnected", status, channel.reason, channel.message)


def _scaling(facts: Facts) -> Verdict:
    modes = {name: replicas.mode(facts.bot, name) for name in names.COMPONENTS}
    if set(modes.values()) == {"none"}:
        said = "Replicas are as written."
        return Verdict("ScalingActive", "False", reasons.SCALING_NONE, said)
    wanted = keda.wanted(facts.bot)
    if wanted and "ScaledObject" not in facts.observed.kinds:
        field = f"spec.components.{wanted[0]}.autoscaling.mode"
        said = f"{field}: the cluster has no ScaledObject; install KEDA, or write builtin."
        return Verdict("ScalingActive", "False", reasons.KEDA_MISSING, said)
    told = {
        name: scaled
        for name, scaled in sorted(facts.observed.scaling.items())
        if modes[name] == "builtin"
    }
    said = "; ".join(f"{name}: {scaled.message}" for name, scaled in told.items() if scaled.message)
    found = [scaled.reason for scaled in told.values()]
    for reason in LAG_IS_NOT_HEARD:
        if reason in found:
            return Verdict("ScalingActive", "False", reason, said)
    reason = next((each for each in found if each != reasons.SCALING), reasons.SCALING)
    return Verdict("ScalingActive", "True", reason, said)
