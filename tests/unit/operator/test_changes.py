"""What of a status is written, and what of an object is a difference."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from prosa_operator import changes
from prosa_operator.cluster import _encoded
from prosa_operator.observed import Object
from prosa_operator.status import Condition, Status, as_dict

BEFORE, NOW = "2026-11-24T11:00:00Z", "2026-11-24T12:00:00Z"


def a_status(status: str = "True", message: str = "", at: str = "") -> Status:
    ready = Condition(
        type="Ready",
        status=status,  # type: ignore[arg-type]  # two of three literals
        reason="AsDesired",
        message=message,
        last_transition_time=at,
    )
    return Status(observed_generation=3, phase="Ready", conditions=(ready,), lag=4)


def stored(status: Status) -> dict[str, Any]:
    """Give a status as the API server keeps it, with the schema's defaults filled in."""
    kept: dict[str, Any] = json.loads(json.dumps(as_dict(status)))
    kept.setdefault("webhookPath", "")
    for condition in kept["conditions"]:
        condition.setdefault("message", "")
    return kept


def applied(patch: Any, target: Any) -> Any:
    """Apply a merge patch (RFC 7396)."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = applied(value, result.get(key))
    return result


def test_a_status_that_means_the_same_is_not_written() -> None:
    kept = stored(a_status(at=BEFORE))

    after = changes.settled(changes.read(kept), a_status(at=NOW), NOW)

    assert changes.status_patch(kept, after) == {}


def test_the_time_moves_only_when_a_condition_flips() -> None:
    kept = changes.read(stored(a_status(at=BEFORE)))

    same = changes.settled(kept, a_status(message="another word"), NOW)
    flipped = changes.settled(kept, a_status("False"), NOW)

    assert same.conditions[0].last_transition_time == BEFORE
    assert flipped.conditions[0].last_transition_time == NOW


def test_what_is_no_longer_said_is_taken_away() -> None:
    kept = stored(a_status(at=BEFORE))

    patch = changes.status_patch(kept, Status(observed_generation=3, phase="Ready"))

    assert patch["lag"] is None
    assert changes.read(applied(patch, kept)) == Status(observed_generation=3, phase="Ready")


@given(st.builds(a_status, st.sampled_from(("True", "False")), st.text(max_size=20)))
def test_a_patch_makes_any_stored_status_mean_the_new_one(after: Status) -> None:
    kept = stored(a_status(at=BEFORE, message="before"))

    patch = changes.status_patch(kept, after)

    assert changes.read(applied(patch, kept)) == after


def test_a_status_of_a_newer_operator_counts_as_none() -> None:
    assert changes.read({"phase": "Sideways"}) == Status()


def test_a_long_message_is_cut_to_what_events_take() -> None:
    cut = changes.settled(Status(), a_status(message="x" * 5000), NOW).conditions[0].message

    assert len(cut) == changes.LONGEST


def an_object(**metadata: Any) -> Object:
    return {
        "kind": "Service",
        "metadata": {"name": "x", "namespace": "bots", "resourceVersion": "1", **metadata},
        "spec": {"ports": [{"port": 80, "protocol": "TCP"}], "clusterIP": "10.0.0.1"},
        "status": {"loadBalancer": {}},
    }


def test_a_new_version_and_a_new_status_are_no_new_substance() -> None:
    later = an_object() | {"status": {"loadBalancer": {"ingress": []}}}
    later["metadata"] |= {"resourceVersion": "2", "managedFields": []}

    assert changes.substance(later) == changes.substance(an_object())


def test_a_label_that_somebody_sets_is_new_substance() -> None:
    assert changes.substance(an_object(labels={"a": "b"})) != changes.substance(an_object())


def test_a_defaulted_field_covers_what_is_desired_and_an_edited_one_does_not() -> None:
    desired = {"spec": {"ports": [{"port": 80}]}}

    assert changes.covers(an_object(), desired)
    assert not changes.covers(an_object(), {"spec": {"ports": [{"port": 81}]}})


def test_an_object_without_our_reference_is_a_strangers() -> None:
    desired = an_object(ownerReferences=[{"uid": "ours"}])

    assert changes.is_ours(an_object(ownerReferences=[{"uid": "ours"}]), desired, "ours")
    assert not changes.is_ours(an_object(), desired, "ours")
    assert not changes.is_ours(an_object(ownerReferences=[{"uid": "other"}]), desired, "ours")


def test_a_volume_that_outlives_its_bot_is_known_by_its_labels() -> None:
    labels = {
        "app.kubernetes.io/managed-by": "prosa-operator",
        "app.kubernetes.io/instance": "shop",
    }

    assert changes.is_ours(an_object(labels=labels), an_object(labels=labels), "ours")
    assert not changes.is_ours(an_object(), an_object(labels=labels), "ours")


def test_a_secrets_values_are_not_kept() -> None:
    secret = {"kind": "Secret", "metadata": {"name": "x"}, "data": {"password": "c2VjcmV0"}}

    assert "c2VjcmV0" not in str(changes.slim(secret))


def test_an_emoji_is_applied_as_yaml_can_read_it() -> None:
    body = _encoded({"data": "🥐 \x85 \ufeff é"})

    assert b"\\ud83e" not in body
    assert json.loads(body) == {"data": "🥐 \x85 \ufeff é"}
