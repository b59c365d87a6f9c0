"""Finds what is wrong with a spec beyond what the schema and the CEL rules of the CRD can see.

Each fault names its field and the remedy. A Chatbot with faults changes nothing: what runs goes on.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import msgspec

from prosa.campaigns import checks
from prosa.contracts.chatbot import Chatbot, ChatbotSpec
from prosa.contracts.durations import PATTERN, duration
from prosa.dialogue.hours import parse_hours
from prosa_operator import names
from prosa_operator.judging import cron
from prosa_operator.rendering import resources

_NAME = re.compile(r"[a-z]([a-z0-9-]{0,38}[a-z0-9])?")
"""A label of DNS, as names of Services are, short enough for all that is put behind it."""

_HOST = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")
_LONGEST_HOST = 240


class Fault(NamedTuple):
    """One fault and what to do about it."""

    field: str
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.field}: {self.message}. {self.remedy}"


def of(chatbot: Chatbot, item_fields: frozenset[str]) -> tuple[Fault, ...]:
    """Find all faults. `item_fields` are the catalogue's, where they are known."""
    spec = chatbot.spec
    if endless := tuple(_endless(msgspec.to_builtins(spec), "spec")):
        return endless
    found = [
        *_name(chatbot),
        *(
            Fault(checks.field(fault.path), fault.message, fault.remedy)
            for fault in checks.faults(spec, item_fields)
        ),
        *_schedules(spec),
        *_zone(spec),
        *_hours(spec),
        *_addresses(spec),
        *_durations(spec),
        *_teams(spec),
        *_exposure(spec),
        *_resources(spec),
    ]
    return tuple(dict.fromkeys(found))


def _endless(value: object, field: str) -> Iterator[Fault]:
    """Find durations that no clock can count; all others would stumble over them."""
    if isinstance(value, Mapping):
        for key, below in value.items():
            yield from _endless(below, f"{field}.{key}")
    elif isinstance(value, list | tuple):
        for number, below in enumerate(value):
            yield from _endless(below, f"{field}[{number}]")
    elif isinstance(value, str) and re.fullmatch(PATTERN, value):
        try:
            duration(value)
        except OverflowError:
            yield Fault(field, "it lasts longer than time is counted", "Shorten it.")


def _name(chatbot: Chatbot) -> Iterator[Fault]:
    if not _NAME.fullmatch(chatbot.metadata.name):
        yield Fault(
            "metadata.name",
            f"{chatbot.metadata.name!r} cannot be part of a Service's name",
            "Use at most 40 of a-z, 0-9 and -, beginning with a letter.",
        )


def _schedules(spec: ChatbotSpec) -> Iterator[Fault]:
    feed = spec.catalogue is not None and spec.catalogue.source.http is not None
    for number, campaign in enumerate(spec.campaigns):
        field = f"spec.campaigns[{number}]"
        if not cron.comes_due(campaign.schedule):
            yield Fault(
                f"{field}.schedule",
                f"{campaign.schedule!r} is no cron expression of five fields that comes due",
                'Write for example "0 10 * * *"; days of the week are 0 (Sunday) to 6.',
            )
        if feed and campaign.name == "catalogue":
            yield Fault(
                f"{field}.name", "the catalogue's own CronJob has this name", "Rename the campaign."
            )


def _zone(spec: ChatbotSpec) -> Iterator[Fault]:
    try:
        ZoneInfo(spec.time_zone)
    except (KeyError, ValueError, OSError):
        yield Fault(
            "spec.timeZone",
            f"nobody knows the time zone {spec.time_zone!r}",
            "Write a name such as America/Sao_Paulo.",
        )


def _hours(spec: ChatbotSpec) -> Iterator[Fault]:
    try:
        parse_hours(spec.handoff.hours)
    except (ValueError, TypeError) as error:
        yield Fault("spec.handoff.hours", str(error), "Write for example mon-fri: ['09:00-18:00'].")


def _addresses(spec: ChatbotSpec) -> Iterator[Fault]:
    web = ("http", "https")
    yield from _address("spec.whatsapp.graphUrl", spec.whatsapp.graph_url, web)
    if spec.assets is not None:
        yield from _address("spec.assets.baseUrl", spec.assets.base_url, web)
    if spec.catalogue is not None and spec.catalogue.source.http is not None:
        url = spec.catalogue.source.http.url
        yield from _address("spec.catalogue.source.http.url", url, web)
    for url in spec.messaging.url.split(","):
        yield from _address("spec.messaging.url", url.strip(), ("nats", "tls"))


def _address(field: str, url: str, schemes: tuple[str, ...]) -> Iterator[Fault]:
    try:
        parts = urlsplit(url)
        right = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        right = False
    if not right:  # the address itself is not repeated: it may hold a password
        yield Fault(field, "this is no address", f"Begin with {schemes[-1]}:// and a host's name.")
    elif parts.username or parts.password:
        yield Fault(field, "it holds a user or a password", "Put those into a Secret.")


def _durations(spec: ChatbotSpec) -> Iterator[Fault]:
    if duration(spec.session.quiet_time) > duration(spec.session.max_wait):
        yield Fault(
            "spec.session.quietTime",
            f"{spec.session.quiet_time} is longer than maxWait, {spec.session.max_wait}",
            "Shorten it, or lengthen spec.session.maxWait.",
        )
    asked = {}
    if spec.catalogue is not None and spec.catalogue.source.http is not None:
        asked["spec.catalogue.source.http.every"] = spec.catalogue.source.http.every
    for name in names.COMPONENTS:
        if autoscaling := getattr(spec.components, name).autoscaling:
            field = f"spec.components.{name}.autoscaling.pollingInterval"
            asked[field] = autoscaling.polling_interval
    for field, text in asked.items():
        if duration(text) < timedelta(seconds=1):
            yield Fault(field, f"{text} is too often", "Write at least 1s.")


def _teams(spec: ChatbotSpec) -> Iterator[Fault]:
    teams = [team.name for team in spec.handoff.teams]
    escalation = spec.handoff.escalation
    if escalation is not None and escalation.to and escalation.to not in teams:
        yield Fault(
            "spec.handoff.escalation.to",
            f"there is no team {escalation.to!r}",
            f"Name one of spec.handoff.teams: {', '.join(teams) or 'there is none yet'}.",
        )


def _exposure(spec: ChatbotSpec) -> Iterator[Fault]:
    host = spec.exposure.host if spec.exposure else "a.b"
    if not _HOST.fullmatch(host) or len(host) > _LONGEST_HOST:
        yield Fault(
            "spec.exposure.host",
            f"{host!r} is no host name",
            "Write for example bot.autocerto.example, without scheme and path.",
        )


def _resources(spec: ChatbotSpec) -> Iterator[Fault]:
    for name in names.COMPONENTS:
        field = f"spec.components.{name}.resources"
        written: Mapping[str, Any] = getattr(spec.components, name).resources
        yield from _quantities(field, written)


def _quantities(field: str, written: Mapping[str, Any]) -> Iterator[Fault]:
    for part in sorted(set(written) - {"requests", "limits"}):
        yield Fault(f"{field}.{part}", "nobody knows this field", "Write requests and limits.")
    read: dict[str, dict[str, float]] = {"requests": {}, "limits": {}}
    for part, found in read.items():
        given = written.get(part) or {}
        if not isinstance(given, Mapping):
            yield Fault(f"{field}.{part}", "this is no mapping", "Write memory: 256Mi below it.")
            continue
        for what, quantity in given.items():
            value = resources.parsed(quantity)
            if value is None:
                yield Fault(
                    f"{field}.{part}.{what}",
                    f"{str(quantity)[:40]!r} is no quantity",
                    "Write for example 100m or 256Mi.",
                )
            else:
                found[what] = value
    for what, request in read["requests"].items():
        if request > read["limits"].get(what, request):
            yield Fault(f"{field}.requests.{what}", "it is more than the limit", "Raise the limit.")
