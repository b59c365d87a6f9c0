"""Finds the Secrets, ConfigMaps and keys that a part needs and that are not there. Pure.

A part without them is left as it runs: the kubelet could not start a new pod of it.
"""

from collections.abc import Iterator
from typing import NamedTuple

from prosa_operator import reasons
from prosa_operator.rendering import references
from prosa_operator.rendering.bot import PARTS, Bot, Part
from prosa_operator.rendering.references import Reference


class Missing(NamedTuple):
    """What a part lacks."""

    part: Part
    reason: str
    message: str


def of(bot: Bot) -> tuple[Missing, ...]:
    """Find everything that any part lacks."""
    return tuple(missing for part in PARTS if bot.has(part) for missing in _of(bot, part))


def _of(bot: Bot, part: Part) -> Iterator[Missing]:
    for reference in references.of(bot, part):
        seen = reference.seen(bot)
        lacking = [key for key in reference.keys if seen is None or key not in seen.keys]
        if lacking:
            reason = (
                reasons.SECRET_MISSING if reference.kind == "Secret" else reasons.CONFIG_MAP_MISSING
            )
            yield Missing(part, reason, _said(bot, reference, lacking, there=seen is not None))


def _said(bot: Bot, reference: Reference, lacking: list[str], *, there: bool) -> str:
    keys = " and ".join(lacking)
    whole = f"{reference.kind} {reference.name}"
    if there:
        what = f"{whole} has no key {keys} ({reference.field}); add it"
    else:
        namespace = bot.chatbot.metadata.namespace
        what = (
            f"{whole} is missing ({reference.field});"
            f" create it in namespace {namespace} with {keys}"
        )
    return f"{what}, or <service>.creds for each service" if reference.use == "nats" else what
