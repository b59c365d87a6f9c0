"""What holds for every lag, bound, policy and history."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from prosa.contracts.components import Autoscaling
from prosa_operator.scaling.decide import Current, Lag, LagError, decide
from prosa_operator.scaling.history import Change, Recommendation, State, scaled
from tests.support.scaling import AWAY, NOON, Scaler, a_spec

rules = st.fixed_dictionaries(
    {
        "stabilizationWindowSeconds": st.integers(0, 120),
        "selectPolicy": st.sampled_from(["Max", "Min", "Disabled"]),
        "policies": st.lists(
            st.fixed_dictionaries(
                {
                    "type": st.sampled_from(["Pods", "Percent"]),
                    "value": st.integers(1, 200),
                    "periodSeconds": st.integers(1, 120),
                }
            ),
            max_size=3,
        ),
    }
)
fallbacks = st.none() | st.fixed_dictionaries(
    {
        "replicas": st.integers(0, 30),
        "failureThreshold": st.integers(0, 2),
        "behavior": st.sampled_from(
            ["static", "currentReplicas", "currentReplicasIfHigher", "currentReplicasIfLower"]
        ),
    }
)


@st.composite
def specs(draw: st.DrawFn) -> Autoscaling:
    most = draw(st.integers(1, 20))
    fields: dict[str, Any] = {
        "min": draw(st.integers(0, most)),
        "max": most,
        "lagPerReplica": draw(st.integers(1, 100)),
        "activationLag": draw(st.integers(0, 30)),
        "cooldown": f"{draw(st.integers(0, 120))}s",
        "behavior": {"scaleUp": draw(rules), "scaleDown": draw(rules)},
    }
    if fallback := draw(fallbacks):
        fields["fallback"] = fallback
    return a_spec(**fields)


earlier = st.integers(0, 200).map(lambda seconds: NOON - timedelta(seconds=seconds))
states = st.builds(
    State,
    since=earlier,
    recommendations=st.lists(st.builds(Recommendation, earlier, st.integers(0, 30))).map(tuple),
    changes=st.lists(st.builds(Change, earlier, st.integers(-5, 5))).map(tuple),
    last_active=st.none() | earlier,
    failures=st.integers(0, 4),
)
lags = st.integers(0, 3000)
readings = st.one_of(lags.map(Lag), st.just(AWAY))
replicas = st.integers(0, 25)


@given(states, readings, specs(), replicas)
def test_replicas_stay_within_the_bounds(
    state: State, reading: Lag | LagError, spec: Autoscaling, runs: int
) -> None:
    decision = decide(NOON, state, reading, spec, Current(runs, runs))

    assert decision.replicas == 0 or spec.min <= decision.replicas <= spec.max
    assert decision.replicas > 0 or spec.min == 0


@given(states, lags, lags, specs(), replicas)
def test_more_lag_never_asks_for_fewer(
    state: State, one: int, other: int, spec: Autoscaling, runs: int
) -> None:
    less, more = (
        decide(NOON, state, Lag(lag), spec, Current(runs, runs)).replicas
        for lag in sorted((one, other))
    )

    assert less <= more


@given(states, specs(), st.integers(1, 25), st.integers(1, 6))
def test_an_error_never_stops_the_last_one(
    state: State, spec: Autoscaling, runs: int, times: int
) -> None:
    scaler = Scaler(spec, replicas=runs, state=state)
    for n in range(times):
        scaler.at(n * 100, AWAY)

    assert scaler.replicas > 0


@given(states, readings, specs(), replicas)
def test_deciding_again_within_the_bounds_changes_nothing(
    state: State, reading: Lag | LagError, spec: Autoscaling, runs: int
) -> None:
    assume(runs == 0 or spec.min <= runs <= spec.max)  # bounds that moved are a step of their own
    first = decide(NOON, state, reading, spec, Current(runs, runs))
    done = scaled(first.state, NOON, runs, first.replicas)
    if isinstance(reading, LagError):  # a second failure in a row is a second failure
        done = replace(done, failures=max(0, first.state.failures - 1))
    again = decide(NOON, done, reading, spec, Current(first.replicas, first.replicas))

    assert again.replicas == first.replicas
    assert again.step == ""


@given(st.integers(1, 20), st.lists(st.floats(-0.099, 0.099), min_size=1, max_size=20))
def test_noise_below_the_tolerance_moves_nobody(runs: int, noise: list[float]) -> None:
    scaler = Scaler(a_spec(max=20, lagPerReplica=1000), replicas=runs)

    for n, each in enumerate(noise):
        assert scaler.at(n * 5, round(1000 * runs * (1 + each))).replicas == runs
