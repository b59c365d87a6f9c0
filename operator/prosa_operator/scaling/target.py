"""What is scaled, and the door through which: the words that the autoscaler's parts share."""

from dataclasses import dataclass, field
from typing import Protocol

from prosa.contracts.components import Autoscaling
from prosa.contracts.identity import BotToken
from prosa_operator.names import ComponentName
from prosa_operator.scaling.controls import Controls
from prosa_operator.scaling.decide import Current
from prosa_operator.status import ScalingStatus


@dataclass(frozen=True)
class Target:
    """A component in mode `builtin`, as its Chatbot has it now.

    `account` names the NATS account that carries the bot; components of one account share a
    connection and a loop, and a change of address or credentials is another account. `status` is
    what the last leader wrote; it is read once, when the target is first seen.
    """

    namespace: str
    chatbot: str
    component: ComponentName
    deployment: str
    bot: BotToken
    account: str
    spec: Autoscaling
    controls: Controls = field(default_factory=Controls)
    status: ScalingStatus | None = None

    @property
    def key(self) -> tuple[str, str, ComponentName]:
        """What stays the same when the spec changes."""
        return self.namespace, self.chatbot, self.component


class Scale(Protocol):
    """The scale subresource of a Deployment."""

    async def read(self, target: Target, *, fresh: bool) -> Current:
        """Read replicas; unless `fresh`, from a watch if there is one."""
        ...

    async def write(self, target: Target, replicas: int) -> None:
        """Set replicas through /scale, under the manager `names.SCALER`."""
        ...
