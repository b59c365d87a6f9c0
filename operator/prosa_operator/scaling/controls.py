"""What people say to the autoscaler by annotations on the Chatbot: KEDA's five, with our prefix.

Pure. An annotation speaks of all scaled components of its Chatbot.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from prosa_operator import names

_FALSE = frozenset({"0", "f", "F", "false", "FALSE", "False"})
"""Go's strconv.ParseBool; KEDA's getBoolAnnotation takes everything else as true."""


@dataclass(frozen=True)
class Controls:
    """Who else has a say.

    `rival` is an HPA or ScaledObject that scales the same Deployment; `force_activation` keeps at
    least one replica awake; `paused_replicas` sets a number once, and then leaves replicas alone.
    """

    paused: bool = False
    paused_replicas: int | None = None
    paused_in: bool = False
    paused_out: bool = False
    force_activation: bool = False
    rival: str = ""


def controls(annotations: Mapping[str, str], rival: str = "") -> Controls:
    """Read the annotations. A number of replicas that is none pauses without setting one."""
    number = annotations.get(names.SCALING_PAUSED_REPLICAS)
    readable = number is not None and number.isdecimal()
    return Controls(
        paused=_says(annotations, names.SCALING_PAUSED)
        or _says(annotations, names.PAUSED)
        or number is not None,
        paused_replicas=int(number) if number is not None and readable else None,
        paused_in=_says(annotations, names.SCALING_PAUSED_IN),
        paused_out=_says(annotations, names.SCALING_PAUSED_OUT),
        force_activation=_says(annotations, names.FORCE_ACTIVATION),
        rival=rival,
    )


def _says(annotations: Mapping[str, str], name: str) -> bool:
    return name in annotations and annotations[name] not in _FALSE
