"""Who owns the number of replicas of a Deployment. Exactly one does, by the mode of autoscaling.

none       we write it, and take it back by force.
otherwise  whoever scales writes `/scale` under another manager's name, and we leave the field out.

Leaving out a field that nobody else owns removes it, and the API server then fills in 1: a bot with
ten pods would drop to one (Kubernetes, "Server-side apply": "Transferring ownership"). So we let go
only when another manager is seen to own it. Until then we repeat the number that runs, which keeps
it and changes nothing. A Deployment that does not exist yet begins with at least one replica: its
first roll-out then proves image and configuration, and an autoscaler may take it to 0 afterwards.
"""

from prosa_operator import names
from prosa_operator.names import ComponentName
from prosa_operator.observed import Object
from prosa_operator.rendering.bot import Bot

DEFAULT = 1
OF_INGRESS = 2
"""Meta waits seconds only: one of two is there while a node goes."""


def mode(bot: Bot, component: ComponentName) -> str:
    """Tell who scales a component."""
    autoscaling = bot.component(component).autoscaling
    return autoscaling.mode if autoscaling else "none"


def fixed(bot: Bot, component: ComponentName) -> int:
    """Give the number that is written, or its default."""
    written = bot.component(component).replicas
    if written is not None:
        return written
    return OF_INGRESS if component == "ingress" else DEFAULT


def most(bot: Bot, component: ComponentName) -> int:
    """Give the highest number that there may be."""
    autoscaling = bot.component(component).autoscaling
    if autoscaling is None or autoscaling.mode == "none":
        return fixed(bot, component)
    return autoscaling.max


def to_apply(bot: Bot, component: ComponentName, child: Object | None) -> int | None:
    """Give the replicas to apply; None: leave the field to its owner. `child` is what runs."""
    autoscaling = bot.component(component).autoscaling
    if autoscaling is None or autoscaling.mode == "none":
        return fixed(bot, component)
    if child is None:
        return max(autoscaling.min, 1)
    if owned_by_others(child):
        return None
    running = child.get("spec", {}).get("replicas")
    return running if isinstance(running, int) else max(autoscaling.min, 1)


def owned_by_others(child: Object) -> bool:
    """Tell whether a manager other than ours owns the number of replicas."""
    return any(
        entry.get("manager") != names.MANAGER
        and "f:replicas" in entry.get("fieldsV1", {}).get("f:spec", {})
        for entry in child.get("metadata", {}).get("managedFields", ())
    )
