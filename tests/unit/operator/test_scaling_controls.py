"""Annotations as KEDA reads its own."""

import pytest

from prosa_operator import names
from prosa_operator.scaling.controls import Controls, controls


@pytest.mark.parametrize(
    ("value", "meant"), [("true", True), ("", True), ("yes", True), ("false", False), ("0", False)]
)
def test_whatever_is_not_false_counts(value: str, meant: bool) -> None:
    assert controls({names.SCALING_PAUSED: value}).paused is meant


def test_each_annotation_has_its_own_meaning() -> None:
    read = controls({names.SCALING_PAUSED_IN: "true", names.FORCE_ACTIVATION: "true"})

    assert read == Controls(paused_in=True, force_activation=True)


def test_a_number_pauses_by_itself() -> None:
    assert controls({names.SCALING_PAUSED_REPLICAS: "3"}) == Controls(
        paused=True, paused_replicas=3
    )


@pytest.mark.parametrize("value", ["", "-1", "many"])
def test_a_number_that_is_none_pauses_where_it_is(value: str) -> None:
    assert controls({names.SCALING_PAUSED_REPLICAS: value}) == Controls(paused=True)


def test_a_paused_chatbot_is_not_scaled() -> None:
    assert controls({names.PAUSED: "true"}).paused
