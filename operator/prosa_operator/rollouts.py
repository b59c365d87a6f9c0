"""A bucket of tokens: an operator of a newer version rolls a few bots a minute, not all at once."""

from collections.abc import Callable
from datetime import timedelta

from prosa_operator.names import TEMPLATE_VERSION
from prosa_operator.observed import Object, Observed, Plan

MINUTE = timedelta(minutes=1).total_seconds()


class Rollouts:
    """How many bots may still roll to a new rendering."""

    def __init__(self, per_minute: int, monotonic: Callable[[], float]) -> None:
        self._per_minute = per_minute
        self._monotonic = monotonic
        self._tokens = float(per_minute)
        self._filled = monotonic()

    def left(self) -> int:
        """Give the whole tokens that are there now."""
        now = self._monotonic()
        gained = (now - self._filled) / MINUTE * self._per_minute
        self._tokens = min(float(self._per_minute), self._tokens + gained)
        self._filled = now
        return int(self._tokens)

    def take(self) -> None:
        """Use one up."""
        self._tokens = max(0.0, self._tokens - 1)


def rolls(observed: Observed, plan: Plan) -> bool:
    """Tell whether a plan brings a running Deployment to another rendering of the operator."""
    return any(
        _version(desired) != _version(live)
        for desired in plan.objects
        if (live := observed.children.get((desired["kind"], desired["metadata"]["name"])))
        and desired["kind"] == "Deployment"
    )


def _version(deployment: Object) -> str | None:
    template = deployment.get("spec", {}).get("template", {})
    version: str | None = (template.get("metadata", {}).get("annotations") or {}).get(
        TEMPLATE_VERSION
    )
    return version
