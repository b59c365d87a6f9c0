"""What the autoscaler counts: a component of a Chatbot by its token and its name."""

from prosa.telemetry.metrics import Registry

_LABELS = ("bot", "component")


class ScalingMetrics:
    """All metrics of the autoscaler, on the registry that it is given."""

    def __init__(self, registry: Registry) -> None:
        self.lag = registry.gauge(
            "prosa_operator_autoscaler_lag",
            "Messages waiting and in hand, as last read. Rises though replicas rise: the work is"
            " slow, not the hands few.",
            labels=_LABELS,
        )
        self.desired = registry.gauge(
            "prosa_operator_autoscaler_desired", "Replicas that were decided.", labels=_LABELS
        )
        self.current = registry.gauge(
            "prosa_operator_autoscaler_current",
            "Replicas that run. Below desired for long: pods do not start.",
            labels=_LABELS,
        )
        self.errors = registry.counter(
            "prosa_operator_autoscaler_errors_total",
            "Readings of a lag (lag) or of and to /scale (scale) that failed. While it rises"
            " replicas are held, or follow the fallback.",
            labels=(*_LABELS, "of"),
            runbook="autoscaler-blind",
        )
        self.fallback = registry.gauge(
            "prosa_operator_autoscaler_fallback",
            "1 while the lag is unknown for so long that the fallback decides.",
            labels=_LABELS,
            runbook="autoscaler-blind",
        )
        self.paused = registry.gauge(
            "prosa_operator_autoscaler_paused",
            "1 while an annotation, or another autoscaler on the same Deployment, stops it.",
            labels=_LABELS,
        )
        self.poll_seconds = registry.histogram(
            "prosa_operator_autoscaler_poll_seconds",
            "Time until NATS has told a component's lag. Rises when NATS is slow.",
        )

    def forget(self, bot: str, component: str) -> None:
        """Drop the gauges of a component that is scaled no longer."""
        for gauge in (self.lag, self.desired, self.current, self.fallback, self.paused):
            try:
                gauge.remove(bot, component)
            except KeyError:
                continue
