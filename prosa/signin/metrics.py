"""What sign-in counts, in each process that serves pages."""

from typing import Literal

from prosa.telemetry.metrics import Registry

Outcome = Literal["signed_in", "wrong", "throttled", "refused", "unavailable"]


class SignInMetrics:
    """Attempts, by how and by outcome."""

    def __init__(self, registry: Registry) -> None:
        self.attempts = registry.counter(
            "prosa_signin_attempts_total",
            "Attempts to sign in, by how (password, oidc) and outcome. `wrong` and `throttled` rise"
            " when somebody guesses passwords; `refused` and `unavailable` of oidc, when the"
            " identity provider's groups or the provider itself have trouble.",
            labels=("how", "outcome"),
            runbook="sign-in-fails",
        )
