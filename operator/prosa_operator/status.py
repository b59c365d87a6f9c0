"""The status of a Chatbot, as the operator writes it and `kubectl get` shows it.

Names are camelCase outside. Conditions have the standard shape of Kubernetes; each carries the
generation of the spec that it speaks of. No field ever holds a secret.
"""

from typing import Annotated, Literal

import msgspec

from prosa.contracts.spec import Spec, says

ConditionStatus = Literal["True", "False", "Unknown"]
ConditionType = Literal[
    "Ready",
    "Progressing",
    "Degraded",
    "DialogueValid",
    "ChannelConnected",
    "ScalingActive",
    "Paused",
]
Phase = Literal["Pending", "Progressing", "Ready", "Degraded", "Paused", "Failed", "Deleting"]


class Condition(Spec, frozen=True):
    """One thing that is true, false or not known, since when and why."""

    type: Annotated[ConditionType, says("What is judged.")]
    status: Annotated[ConditionStatus, says("The judgement.")]
    reason: Annotated[str, says("A word for programs; see reasons.py.")]
    message: Annotated[str, says("A sentence for people: what is wrong and what to do.")] = ""
    observed_generation: Annotated[int, says("Generation of the spec that was judged.")] = 0
    last_transition_time: Annotated[str, says("When the status last flipped, RFC 3339.")] = ""


class ScalingStatus(Spec, frozen=True):
    """What the autoscaler last saw and decided, coarse enough to be written seldom."""

    mode: Annotated[str, says("none, builtin, keda or external.")]
    lag: Annotated[int | None, says("Messages waiting and in hand; empty: not known.")] = None
    desired: Annotated[int, says("Replicas that were decided.")] = 0
    last_active_time: Annotated[str, says("When there was last something to do.")] = ""
    last_scale_time: Annotated[str, says("When replicas last changed.")] = ""
    failures: Annotated[int, says("Failed readings of the lag in a row.")] = 0
    reason: Annotated[str, says("Why it is as it is.")] = ""


class ComponentStatus(Spec, frozen=True):
    """One service as it runs."""

    name: Annotated[str, says("ingress, conversation, sender, handoff or analytics.")]
    ready: Annotated[int, says("Replicas that are ready.")] = 0
    desired: Annotated[int, says("Replicas that should be.")] = 0
    updated: Annotated[int, says("Replicas of the newest template.")] = 0
    image: Annotated[str, says("The image that runs.")] = ""
    config_hash: Annotated[str, says("What its configuration and Secrets came to.")] = ""
    scaling: Annotated[ScalingStatus | None, says("Its autoscaling.")] = None


class CampaignStatus(Spec, frozen=True):
    """One campaign's CronJob."""

    name: Annotated[str, says("The campaign.")]
    last_run: Annotated[str, says("When a run was last started.")] = ""
    last_success: Annotated[str, says("When a run last succeeded.")] = ""
    suspended: Annotated[bool, says("Whether runs are left out.")] = False


class DialogueStatus(Spec, frozen=True):
    """The dialogue that serves, and what is wrong with the one that was written."""

    hash: Annotated[str, says("Hash of the program that serves.")] = ""
    refused: Annotated[str, says("Hash of the text that was refused; empty: none.")] = ""
    problems: Annotated[
        tuple[str, ...], says("file:line:column: what is wrong and the remedy.")
    ] = ()


class Status(Spec, frozen=True):
    """What became of a Chatbot."""

    observed_generation: Annotated[int, says("Generation of the spec that this speaks of.")] = 0
    phase: Annotated[Phase, says("One word for people; programs read the conditions.")] = "Pending"
    conditions: Annotated[tuple[Condition, ...], says("Standard conditions.")] = ()
    components: Annotated[tuple[ComponentStatus, ...], says("The services as they run.")] = ()
    campaigns: Annotated[tuple[CampaignStatus, ...], says("Campaigns and their runs.")] = ()
    dialogue: Annotated[DialogueStatus, says("The dialogue that serves.")] = DialogueStatus()
    webhook_path: Annotated[str, says("Path of the webhook below the host.")] = ""
    phone: Annotated[str, says("The number as Meta shows it.")] = ""
    replicas: Annotated[int, says("Replicas of conversation that run, for `kubectl get`.")] = 0
    lag: Annotated[int, says("Messages that wait or are in hand, for `kubectl get`.")] = 0


def condition(status: Status, kind: ConditionType) -> Condition | None:
    """Find a condition by its type."""
    return next((each for each in status.conditions if each.type == kind), None)


def as_dict(status: Status) -> dict[str, object]:
    """Give the status as the API takes it."""
    built: dict[str, object] = msgspec.to_builtins(status)
    return built
