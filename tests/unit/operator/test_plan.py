"""What a plan does with a world that is not as it should be: the running bot keeps serving."""

from dataclasses import replace

import pytest

from prosa_operator import names, reasons
from prosa_operator.observed import Channel, Event, Observed, Plan, Scaled
from prosa_operator.plan import plan, unreadable
from prosa_operator.status import Condition, ConditionType, Status, condition
from tests.support.worlds import (
    DIALOGUE,
    LATER,
    NOW,
    OPTIONS,
    RECORDS,
    a_chatbot,
    a_secret,
    a_world,
    an_example,
    applied,
    changed,
    find,
    keys,
    scaled,
    seen,
)

OTHER_DIALOGUE = DIALOGUE.replace("Olá", "Bom dia")
BROKEN = DIALOGUE.replace("say:", "sya:")
FROM_MAP = {"dialogue": {"configMapRef": {"name": "words", "key": "dialogue.yaml"}}}


def told(found: Plan, kind: ConditionType) -> Condition:
    """Give a condition that must be there."""
    one = condition(found.status, kind)
    assert one is not None
    return one


def running(world: Observed) -> Observed:
    """See a bot that was planned, applied, and runs."""
    standing = applied(world, plan(world, OPTIONS))
    return applied(standing, plan(standing, OPTIONS))


def with_dialogue(text: str) -> Observed:
    return a_world(a_chatbot(FROM_MAP), config_maps={"words": {"dialogue.yaml": text}})


def rewritten(world: Observed, text: str) -> Observed:
    return changed(world, config_maps={"words": seen({"dialogue.yaml": text})})


def test_a_new_bot_is_rolled_out_and_then_ready() -> None:
    world = a_world()
    first = plan(world, OPTIONS)
    second = plan(applied(world, first), OPTIONS)

    assert told(first, "Ready").reason == reasons.ROLLING_OUT
    assert (told(second, "Ready").status, second.status.phase) == ("True", "Ready")
    assert second.status.observed_generation == 1


def test_pods_that_do_not_start_are_no_ready_bot() -> None:
    world = a_world()
    found = plan(applied(world, plan(world, OPTIONS), ready=False), OPTIONS)

    assert told(found, "Ready").status == "False"


def test_without_a_database_there_is_no_inbox_and_no_console() -> None:
    workloads = {name for kind, name in keys(plan(a_world(), OPTIONS)) if kind == "Deployment"}

    assert workloads == {"shop-ingress", "shop-conversation", "shop-sender"}


def test_with_a_database_all_services_run() -> None:
    found = keys(plan(a_world(a_chatbot(RECORDS)), OPTIONS))

    assert {("Deployment", "shop-handoff"), ("StatefulSet", "shop-analytics")} <= found


# --- the dialogue ---------------------------------------------------------------------------------


def test_a_new_dialogue_is_served_without_new_pods() -> None:
    world = running(with_dialogue(DIALOGUE))
    before = find(plan(world, OPTIONS), "Deployment", "shop-conversation")
    found = plan(rewritten(world, OTHER_DIALOGUE), OPTIONS)

    assert find(found, "ConfigMap", "shop-runtime")["data"]["dialogue.yaml"] == OTHER_DIALOGUE
    assert find(found, "Deployment", "shop-conversation") == before


def test_a_broken_dialogue_leaves_the_last_good_one_in_force() -> None:
    world = running(with_dialogue(DIALOGUE))
    found = plan(rewritten(world, BROKEN), OPTIONS)

    assert find(found, "ConfigMap", "shop-runtime")["data"]["dialogue.yaml"] == DIALOGUE
    assert told(found, "DialogueValid").reason == reasons.DIALOGUE_REFUSED
    assert told(found, "Ready").status == "True"
    assert told(found, "Degraded").status == "True"


def test_a_problem_is_told_with_file_line_column_and_remedy() -> None:
    found = plan(rewritten(running(with_dialogue(DIALOGUE)), BROKEN), OPTIONS)
    (problem, *_) = found.status.dialogue.problems

    assert problem.startswith("dialogue.yaml:6:")
    assert "say" in problem
    assert problem in told(found, "DialogueValid").message


def test_the_hash_in_the_status_is_of_the_dialogue_that_serves() -> None:
    world = running(with_dialogue(DIALOGUE))
    found = plan(rewritten(world, BROKEN), OPTIONS)

    assert found.status.dialogue.hash == world.status.dialogue.hash
    assert found.status.dialogue.refused


def test_a_first_dialogue_that_is_broken_starts_no_conversation() -> None:
    found = plan(with_dialogue(BROKEN), OPTIONS)

    assert ("Deployment", "shop-conversation") not in keys(found)
    assert "dialogue.yaml" not in find(found, "ConfigMap", "shop-runtime")["data"]
    assert told(found, "Ready").reason == reasons.DIALOGUE_REFUSED


def test_a_dialogue_that_is_mended_is_told_once() -> None:
    broken = rewritten(running(with_dialogue(DIALOGUE)), BROKEN)
    world = applied(broken, plan(broken, OPTIONS))
    mended = rewritten(world, DIALOGUE)
    found = plan(mended, OPTIONS)

    assert {event.reason for event in found.events} == {"Compiled", "AsDesired"}
    assert plan(applied(mended, found), OPTIONS).events == ()


def test_another_broken_dialogue_is_told_again() -> None:
    broken = rewritten(running(with_dialogue(DIALOGUE)), BROKEN)
    world = applied(broken, plan(broken, OPTIONS))
    found = plan(rewritten(world, BROKEN + "# again\n"), OPTIONS)

    assert [event.reason for event in found.events] == [reasons.DIALOGUE_REFUSED]


def test_a_missing_dialogue_is_named_and_the_old_one_serves() -> None:
    world = changed(running(with_dialogue(DIALOGUE)), config_maps={})
    found = plan(world, OPTIONS)

    assert "ConfigMap words is missing" in told(found, "DialogueValid").message
    assert find(found, "ConfigMap", "shop-runtime")["data"]["dialogue.yaml"] == DIALOGUE


def test_a_dialogue_that_no_config_map_holds_is_refused() -> None:
    found = plan(with_dialogue(DIALOGUE + "#" * 950_000), OPTIONS)

    assert "KiB" in told(found, "DialogueValid").message


def test_a_field_of_the_catalogue_that_no_item_has_is_refused() -> None:
    world = an_example("autocerto", RECORDS)
    table = world.config_maps["autocerto-catalogue"].data["catalogue.csv"].replace("modelo", "nome")
    maps = {**world.config_maps, "autocerto-catalogue": seen({"catalogue.csv": table})}
    found = plan(changed(world, config_maps=maps), OPTIONS)

    assert told(found, "Ready").status == "False"
    assert "modelo" in told(found, "Ready").message


# --- what is missing, taken or somebody else's ----------------------------------------------------


def test_a_missing_secret_is_named_and_what_runs_is_left() -> None:
    world = changed(running(a_world()), secrets={})
    found = plan(world, OPTIONS)

    assert ("Deployment", "shop-sender") not in keys(found)
    assert ("Deployment", "shop-conversation") in keys(found)
    assert not found.prune
    assert told(found, "Ready").reason == reasons.SECRET_MISSING
    assert "Secret shop-whatsapp is missing" in told(found, "Ready").message


def test_a_missing_key_is_named_with_the_field_that_leads_to_it() -> None:
    world = a_world(secrets={"shop-whatsapp": a_secret("access-token", "verify-token")})
    message = told(plan(world, OPTIONS), "Ready").message

    assert "Secret shop-whatsapp has no key app-secret" in message
    assert "spec.whatsapp.credentialsSecretRef" in message


def test_a_part_gets_on_with_the_keys_that_it_reads_itself() -> None:
    world = a_world(secrets={"shop-whatsapp": a_secret("access-token", "verify-token")})

    assert ("Deployment", "shop-sender") in keys(plan(world, OPTIONS))


def test_a_rotated_secret_rolls_the_pods_that_read_it_and_no_others() -> None:
    before = plan(a_world(), OPTIONS)
    rotated = a_secret("access-token", "app-secret", "verify-token", values="new")
    after = plan(a_world(secrets={"shop-whatsapp": rotated}), OPTIONS)

    def differs(name: str) -> bool:
        return find(before, "Deployment", name) != find(after, "Deployment", name)

    assert [n for n in ("shop-ingress", "shop-conversation", "shop-sender") if differs(n)] == [
        "shop-ingress",
        "shop-sender",
    ]


def test_a_phone_number_that_another_bot_has_changes_nothing() -> None:
    found = plan(changed(running(a_world()), phone_owner="bots/older"), OPTIONS)

    assert (found.objects, found.prune) == ((), False)
    assert told(found, "Ready").reason == reasons.PHONE_NUMBER_TAKEN
    assert "bots/older" in told(found, "Ready").message


def test_an_object_of_somebody_else_is_left_and_named() -> None:
    found = plan(a_world(strangers=frozenset({("Service", "shop-ingress")})), OPTIONS)

    assert ("Service", "shop-ingress") not in keys(found)
    assert ("Deployment", "shop-ingress") in keys(found)
    assert told(found, "Ready").reason == reasons.NOT_OWNED
    assert "Service shop-ingress" in told(found, "Ready").message


def test_a_runtime_of_somebody_else_stops_everything() -> None:
    found = plan(a_world(strangers=frozenset({("ConfigMap", "shop-runtime")})), OPTIONS)

    assert (found.objects, found.prune) == ((), False)
    assert told(found, "Ready").reason == reasons.NOT_OWNED


def test_a_paused_bot_is_left_and_its_generation_stays() -> None:
    world = running(a_world())
    paused = changed(world, annotations={names.PAUSED: "true"}, generation=7)
    found = plan(paused, OPTIONS)

    assert (found.objects, found.prune, found.status.phase) == ((), False, "Paused")
    assert found.status.observed_generation == 1
    assert told(found, "Paused").status == "True"
    assert told(found, "Ready").status == "True"


def test_a_bot_that_goes_on_is_told_so() -> None:
    world = running(a_world())
    paused = changed(world, annotations={names.PAUSED: "true"})
    again = changed(applied(paused, plan(paused, OPTIONS)), annotations={names.PAUSED: "false"})
    found = plan(again, OPTIONS)

    assert told(found, "Paused").status == "False"
    assert found.status.phase == "Ready"


def test_a_bot_that_is_deleted_is_not_made_again() -> None:
    found = plan(changed(running(a_world()), deleting=True), OPTIONS)

    assert (found.objects, found.status.phase) == ((), "Deleting")


def test_a_chatbot_that_cannot_be_read_is_told_so() -> None:
    found = unreadable(Status(), "spec.whatsapp: missing", generation=3, now=NOW)

    assert told(found, "Ready").message == "spec.whatsapp: missing"
    assert found.status.observed_generation == 3
    assert not found.prune


# --- words ----------------------------------------------------------------------------------------


def test_meta_that_refuses_the_token_makes_the_bot_not_ready() -> None:
    world = changed(running(a_world()), channel=Channel(reasons.TOKEN_REFUSED, "Renew it."))

    assert told(plan(world, OPTIONS), "Ready").reason == reasons.TOKEN_REFUSED


def test_meta_that_is_away_is_not_held_against_the_bot() -> None:
    world = changed(running(a_world()), channel=Channel(reasons.META_UNAVAILABLE, "503"))
    found = plan(world, OPTIONS)

    assert told(found, "Ready").status == "True"
    assert told(found, "ChannelConnected").status == "Unknown"


def test_what_was_known_of_the_number_stays_until_meta_was_asked_again() -> None:
    world = changed(running(a_world()), channel=Channel(reasons.CHANNEL_NOT_CHECKED))
    found = plan(world, OPTIONS)

    assert told(found, "ChannelConnected").reason == reasons.CONNECTED
    assert found.events == ()


def test_streams_that_do_not_stand_are_told() -> None:
    world = a_world(messaging="nothing answers at nats://nats:4222")

    assert told(plan(world, OPTIONS), "Ready").reason == reasons.MESSAGING_UNAVAILABLE


def test_a_bot_that_answers_is_ready_while_the_operator_cannot_see_its_streams() -> None:
    world = changed(running(a_world()), messaging="nothing answers at nats://nats:4222")
    found = plan(world, OPTIONS)

    assert told(found, "Ready").status == "True"
    assert told(found, "Degraded").reason == reasons.MESSAGING_UNAVAILABLE


def test_the_first_pods_wait_for_their_streams_and_later_ones_stay() -> None:
    away = "nothing answers at nats://nats:4222"
    new, old = a_world(messaging=away), changed(running(a_world()), messaging=away)

    assert ("Deployment", "shop-ingress") not in keys(plan(new, OPTIONS))
    assert ("Deployment", "shop-ingress") in keys(plan(old, OPTIONS))


def test_a_transition_time_moves_only_when_the_status_flips() -> None:
    world = running(a_world())
    later = plan(changed(world, now="2026-12-01T00:00:00Z"), OPTIONS)

    assert told(later, "Ready").last_transition_time == LATER
    assert told(later, "Paused").last_transition_time == NOW


def test_a_message_is_cut_to_what_a_person_reads() -> None:
    world = a_world(messaging="x" * 5000)

    assert len(told(plan(world, OPTIONS), "Ready").message) == 1000


def test_one_cause_is_one_event() -> None:
    found = plan(changed(running(a_world()), secrets={}), OPTIONS)

    assert found.events == (Event("Warning", reasons.SECRET_MISSING, told(found, "Ready").message),)


def test_the_status_counts_who_talks_and_what_waits() -> None:
    spec = {"components": {"conversation": {"autoscaling": {"mode": "builtin"}}}}
    world = running(a_world(a_chatbot(spec)))
    lag = Scaled(replicas=4, lag=170, reason=reasons.SCALING, message="170 wait")
    found = plan(changed(scaled(world, "conversation", 4), scaling={"conversation": lag}), OPTIONS)

    assert (found.status.replicas, found.status.lag) == (4, 170)
    assert told(found, "ScalingActive").message == "conversation: 170 wait"


def test_a_bot_that_sleeps_is_ready() -> None:
    spec = {"components": {"conversation": {"autoscaling": {"mode": "builtin", "min": 0}}}}
    world = scaled(running(a_world(a_chatbot(spec))), "conversation", 0)

    assert told(plan(world, OPTIONS), "Ready").status == "True"


@pytest.mark.parametrize("reason", [reasons.LAG_UNKNOWN, reasons.FALLBACK])
def test_lag_that_is_not_known_degrades_the_bot(reason: str) -> None:
    spec = {"components": {"conversation": {"autoscaling": {"mode": "builtin"}}}}
    world = running(a_world(a_chatbot(spec)))
    lag = Scaled(replicas=1, lag=None, reason=reason, message="NATS is away")
    found = plan(changed(world, scaling={"conversation": lag}), OPTIONS)

    assert told(found, "ScalingActive").status == "False"
    assert told(found, "Degraded").reason == reason


def test_keda_that_is_not_installed_is_told() -> None:
    spec = {"components": {"sender": {"autoscaling": {"mode": "keda"}}}}
    found = plan(a_world(a_chatbot(spec), kinds=frozenset()), OPTIONS)

    assert told(found, "ScalingActive").reason == reasons.KEDA_MISSING
    assert ("ScaledObject", "shop-sender") not in keys(found)


# --- staged roll-outs -----------------------------------------------------------------------------

NEWER = replace(OPTIONS, image="registry.example/prosa/{component}:0.2.0", rollouts_left=0)


def image(found: Plan) -> str:
    template = find(found, "Deployment", "shop-sender")["spec"]["template"]
    return str(template["spec"]["containers"][0]["image"])


def test_a_new_operator_waits_with_pods_until_it_is_their_turn() -> None:
    world = running(a_world())
    waits = plan(world, NEWER)
    rolls = plan(world, replace(NEWER, rollouts_left=1))

    assert image(waits).endswith(":0.1.0")
    assert told(waits, "Progressing").reason == reasons.ROLLOUT_DELAYED
    assert told(waits, "Ready").status == "True"
    assert (image(rolls)[-6:], rolls.rolls_out) == (":0.2.0", True)


def test_what_a_person_changed_does_not_wait() -> None:
    world = running(a_world())
    louder = a_chatbot({"session": {"quietTime": "2s"}})
    found = plan(changed(world, chatbot=louder, generation=2), NEWER)

    assert image(found).endswith(":0.2.0")
    assert not found.rolls_out


def test_a_number_of_replicas_rolls_nothing() -> None:
    world = running(a_world())
    more = a_chatbot({"components": {"sender": {"replicas": 3}}})
    before = find(plan(world, OPTIONS), "Deployment", "shop-sender")["spec"]
    after = find(plan(changed(world, chatbot=more), OPTIONS), "Deployment", "shop-sender")["spec"]

    assert (after["replicas"], after["template"]) == (3, before["template"])


# --- how workloads are read -----------------------------------------------------------------------


def with_status(world: Observed, kind: str, name: str, **fields: object) -> Observed:
    """See a workload whose controller says something else."""
    child = world.children[(kind, name)]
    other = {**child, "status": {**child["status"], **fields}}
    return changed(world, children={**world.children, (kind, name): other})


def test_a_new_statefulset_starts_and_is_not_broken() -> None:
    world = with_status(
        running(a_world(a_chatbot(RECORDS))), "StatefulSet", "shop-analytics", availableReplicas=0
    )
    key = ("StatefulSet", "shop-analytics")
    born = {**world.children[key]["metadata"], "creationTimestamp": LATER}
    young = {**world.children, key: {**world.children[key], "metadata": born}}

    assert told(plan(changed(world, children=young), OPTIONS), "Ready").reason == "RollingOut"
    late = changed(world, children=young, now="2026-11-24T13:00:00Z")
    assert told(plan(late, OPTIONS), "Ready").reason == reasons.COMPONENT_UNAVAILABLE


def test_pods_of_an_old_template_are_a_roll_out() -> None:
    world = with_status(running(a_world()), "Deployment", "shop-ingress", replicas=3)
    found = plan(world, OPTIONS)

    assert (told(found, "Ready").status, told(found, "Ready").reason) == ("Unknown", "RollingOut")


def test_a_roll_out_that_failed_is_no_roll_out_any_more() -> None:
    stuck = [{"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}]
    world = with_status(running(a_world()), "Deployment", "shop-sender", conditions=stuck)
    found = plan(world, OPTIONS)

    assert told(found, "Ready").reason == reasons.COMPONENT_UNAVAILABLE
    assert "sender new replicas do not become ready" in told(found, "Ready").message


def test_one_of_two_is_enough_to_be_ready_and_is_told() -> None:
    world = with_status(running(a_world()), "Deployment", "shop-ingress", availableReplicas=1)
    found = plan(world, OPTIONS)

    assert told(found, "Ready").status == "True"
    assert told(found, "Degraded").message == "ingress: 1 of 2 replicas are available"
