"""The defaults: what a laptop gets without a word."""

from datetime import timedelta

from prosa import settings
from prosa.telemetry.metrics import Registry
from services.ingress.metrics import IngressMetrics
from services.ingress.settings import IngressSettings


def test_the_defaults_fit_a_laptop() -> None:
    read = settings.load(IngressSettings)

    assert (read.webhook_host, read.webhook_port) == ("127.0.0.1", 8000)
    assert read.webhook_patience == timedelta(seconds=4)
    assert read.webhook_concurrency == 1_000


def test_every_metric_is_declared_with_its_sentence() -> None:
    registry = Registry()
    IngressMetrics(registry)

    assert all(d.name.startswith("prosa_ingress_") and d.sentence for d in registry.declared)
