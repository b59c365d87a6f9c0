"""Finds what is wrong with a Chatbot's campaigns before a customer can meet it.

Each fault names its field by the path that leads to it in `spec`; `prosa check` finds the line, the
job the words for its log. What a struct refuses by itself (an unknown field, a trigger without a
cause) is not looked at again.
"""

from collections.abc import Collection, Iterator
from zoneinfo import ZoneInfo

import msgspec

from prosa.campaigns import audience, send_window, wording
from prosa.campaigns.audience import BadAudience
from prosa.contracts.chatbot import Campaign, ChatbotSpec
from prosa.dialogue.problems import did_you_mean
from prosa.dialogue.templates import BadTemplate

Path = tuple[str | int, ...]


class Fault(msgspec.Struct, frozen=True):
    """One fault of `spec` and what to do about it."""

    path: Path
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{field(self.path)}: {self.message}; {self.remedy}"


def field(path: Path) -> str:
    """Write a path as people do: `spec.campaigns[0].trigger.audience`."""
    return "spec" + "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in path)


def faults(spec: ChatbotSpec, item_fields: Collection[str] = ()) -> tuple[Fault, ...]:
    """Find all faults of a Chatbot's campaigns, in the order of the file.

    `item_fields` are the fields that items have, where they are known.
    """
    found = [
        fault
        for n, campaign in enumerate(spec.campaigns)
        for fault in _of(spec, campaign, n, item_fields)
    ]
    if spec.campaigns:
        found += _of_frequency(spec)
    return tuple(found)


def _of(
    spec: ChatbotSpec, campaign: Campaign, place: int, item_fields: Collection[str]
) -> Iterator[Fault]:
    path: Path = ("campaigns", place)
    if campaign.name in {other.name for other in spec.campaigns[:place]}:
        yield Fault((*path, "name"), f"two campaigns are called {campaign.name}", "Rename one.")
    if campaign.trigger.audience is not None:
        try:
            audience.compile_audience(campaign.trigger.audience)
        except BadAudience as error:
            yield Fault((*path, "trigger", "audience"), error.message, error.remedy)
    yield from _of_catalogue(spec, campaign, path)
    yield from _of_texts(campaign, path, item_fields)


def _of_catalogue(spec: ChatbotSpec, campaign: Campaign, path: Path) -> Iterator[Fault]:
    if campaign.trigger.catalogue is None:
        return
    if spec.catalogue is None:
        yield Fault(
            (*path, "trigger", "catalogue"),
            "this Chatbot has no catalogue",
            "Write spec.catalogue.",
        )
    elif campaign.trigger.catalogue == "priceDrop" and not spec.catalogue.price:
        yield Fault(
            (*path, "trigger", "catalogue"),
            "no field of the catalogue is known to be the price",
            "Name it: spec.catalogue.price.",
        )


def _of_texts(campaign: Campaign, path: Path, item_fields: Collection[str]) -> Iterator[Fault]:
    texts: list[tuple[Path, str]] = [
        ((*path, "template", "parameters", n), text)
        for n, text in enumerate(campaign.template.parameters)
    ]
    if campaign.text:
        texts.append(((*path, "text"), campaign.text))
    for where, text in texts:
        try:
            template = wording.parsed(text, campaign)
        except BadTemplate as error:
            yield Fault(where, error.message, error.remedy)
            continue
        for placeholder in template.placeholders():
            asked = placeholder.path[1] if placeholder.path[0] == "item" else ""
            if asked and item_fields and asked not in item_fields:
                yield Fault(
                    where, f"no item has the field `{asked}`", did_you_mean(asked, item_fields)
                )


def _of_frequency(spec: ChatbotSpec) -> Iterator[Fault]:
    try:
        send_window.parse(spec.frequency.send_window)
    except ValueError as error:
        message, _, remedy = str(error).partition("; ")
        yield Fault(("frequency", "sendWindow"), message, remedy.capitalize() + ".")
    try:
        ZoneInfo(spec.time_zone)
    except (KeyError, ValueError, OSError):
        yield Fault(
            ("timeZone",),
            f"nobody knows the time zone {spec.time_zone!r}",
            "Write a name such as America/Sao_Paulo.",
        )
