"""What the autoscaler tells, and how seldom."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from prosa_operator import reasons
from prosa_operator.observed import Scaled
from prosa_operator.scaling.autoscaler import events, worth_telling
from tests.support.scaling import AWAY, Scaler, a_spec

TOLD = Scaled(replicas=3, lag=30, reason=reasons.SCALING, last_active_time="12:00")
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("news", [{"replicas": 4}, {"reason": reasons.FALLBACK}, {"failures": 1}])
def test_replicas_reasons_and_failures_are_told_at_once(news: dict[str, Any]) -> None:
    assert worth_telling(TOLD, replace(TOLD, **news), timedelta(0))


@pytest.mark.parametrize("news", [{"lag": 400}, {"lag": None}, {"last_active_time": "12:01"}])
def test_a_lag_that_moves_is_told_twice_a_minute(news: dict[str, Any]) -> None:
    assert not worth_telling(TOLD, replace(TOLD, **news), timedelta(seconds=29))
    assert worth_telling(TOLD, replace(TOLD, **news), timedelta(seconds=30))


@pytest.mark.parametrize("news", [{}, {"lag": 39}, {"message": "39 messages"}])
def test_what_hardly_moves_is_not_told(news: dict[str, Any]) -> None:
    assert not worth_telling(TOLD, replace(TOLD, **news), MINUTE)


def test_an_event_tells_from_to_and_lag() -> None:
    (event,) = events("sender", 1, Scaler(a_spec(), replicas=1).at(0, 30))

    assert (event.type, event.reason) == ("Normal", reasons.SCALED_UP)
    assert event.message == "sender from 1 to 3: 30 messages ask for 3 replicas"


def test_the_fallback_is_a_warning_and_its_end_is_none() -> None:
    scaler = Scaler(a_spec(fallback={"replicas": 2, "failureThreshold": 0}), replicas=1)
    began = events("sender", 1, scaler.at(0, AWAY))
    ended = events("sender", 2, scaler.at(5, 20))

    assert [(each.type, each.reason) for each in began] == [
        ("Warning", reasons.FALLBACK_ACTIVATED),
        ("Normal", reasons.SCALED_UP),
    ]
    assert [each.reason for each in ended] == [reasons.FALLBACK_DEACTIVATED]
