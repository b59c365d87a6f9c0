"""An autoscaled component that is quickly told: time in seconds, replicas as numbers."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from prosa.contracts.components import Autoscaling
from prosa.contracts.identity import bot_token
from prosa_operator.scaling.controls import Controls
from prosa_operator.scaling.decide import Current, Decision, Lag, LagError, decide
from prosa_operator.scaling.history import State, scaled
from prosa_operator.scaling.target import Target

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
AWAY = LagError("NATS is away")


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def a_spec(**fields: Any) -> Autoscaling:
    """Give a spec as YAML has it: ten messages a replica, 0 to 10 replicas, no window down."""
    written = {
        "mode": "builtin",
        "min": 0,
        "lagPerReplica": 10,
        "behavior": {"scaleDown": {"stabilizationWindowSeconds": 0}},
        **fields,
    }
    return msgspec.convert(written, Autoscaling)


@dataclass
class Scaler:
    """A component whose decisions are carried out at once."""

    spec: Autoscaling
    replicas: int
    state: State = field(default_factory=lambda: State(since=NOON))
    controls: Controls = field(default_factory=Controls)

    def at(self, seconds: float, reading: int | LagError) -> Decision:
        """Decide at that second, and carry it out."""
        now = after(seconds)
        decision = decide(
            now,
            self.state,
            Lag(reading) if isinstance(reading, int) else reading,
            self.spec,
            Current(self.replicas, self.replicas),
            controls=self.controls,
        )
        self.state = decision.state
        if decision.replicas != self.replicas:
            self.state = scaled(self.state, now, self.replicas, decision.replicas)
            self.replicas = decision.replicas
        return decision


def a_target(**fields: Any) -> Target:
    """Give the conversation of the test's bot, scaled in mode builtin."""
    written: dict[str, Any] = {
        "namespace": "bots",
        "chatbot": "test",
        "component": "conversation",
        "deployment": "test-conversation",
        "bot": bot_token("bots", "test"),
        "account": "",
        "spec": a_spec(),
    }
    return Target(**written | fields)
