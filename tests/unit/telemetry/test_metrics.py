"""How metrics are declared."""

import pytest

from prosa.telemetry.metrics import Registry


def test_what_was_counted_is_rendered() -> None:
    registry = Registry()
    registry.counter("prosa_sent_total", "Messages sent.", labels=("bot",)).labels("b").inc()

    body, kind = registry.render()
    assert b'prosa_sent_total{bot="b"} 1.0' in body
    assert kind.startswith("text/plain")


def test_who_accepts_openmetrics_gets_the_trace_behind_a_bucket() -> None:
    registry = Registry()
    delay = registry.histogram("prosa_delay_seconds", "Delay.", buckets=(1,))
    delay.observe(0.5, exemplar={"trace_id": "ab12"})

    body, kind = registry.render("application/openmetrics-text;version=1.0.0,*/*;q=0.1")
    assert b'prosa_delay_seconds_bucket{le="1.0"} 1.0 # {trace_id="ab12"} 0.5' in body
    assert kind.startswith("application/openmetrics-text")


def test_registries_know_nothing_of_each_other() -> None:
    Registry().counter("prosa_sent_total", "Messages sent.")
    Registry().counter("prosa_sent_total", "Messages sent.")


def test_declarations_are_listed_for_the_documentation() -> None:
    registry = Registry()
    registry.gauge("prosa_lag", "Waiting.", runbook="lag")

    (declared,) = registry.declared
    assert (declared.name, declared.kind, declared.runbook) == ("prosa_lag", "gauge", "lag")


@pytest.mark.parametrize(
    ("name", "told"),
    [("sent_total", "begins with prosa_"), ("prosa_sent", "ends in _total")],
)
def test_names_follow_the_rule(name: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Registry().counter(name, "Messages sent.")


def test_a_name_is_declared_once() -> None:
    registry = Registry()
    registry.gauge("prosa_lag", "Waiting.")

    with pytest.raises(ValueError, match="declared twice"):
        registry.gauge("prosa_lag", "Waiting.")
