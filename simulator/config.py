"""The simulator's configuration file: which apps, accounts, numbers and customers exist.

The file carries secrets. Errors therefore name the file, the place and the remedy, and never show
a value.
"""

from pathlib import Path
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
import yaml
from msgspec import Meta, Struct, field

T = TypeVar("T")
Identifier = Annotated[str, Meta(pattern=r"^[0-9]+$")]
Phone = Annotated[str, Meta(pattern=r"^\+[0-9 ()-]{7,24}$")]
Count = Annotated[int, Meta(ge=1)]
Milliseconds = Annotated[int, Meta(ge=0)]
Seconds = Annotated[float, Meta(ge=0)]


class ConfigError(Exception):
    """The configuration cannot be used; the message says where and what to do."""


class _Config(Struct, rename="camel", forbid_unknown_fields=True, frozen=True):
    """What all sections share: camelCase keys, and a mistyped key is an error."""


class NumberConfig(_Config, kw_only=True, frozen=True):
    """A business phone number."""

    id: Identifier
    display: Phone
    name: str
    quality_rating: str = "GREEN"


class WabaConfig(_Config, kw_only=True, frozen=True):
    """A WhatsApp Business Account: numbers and templates under one roof."""

    id: Identifier
    name: str = "Simulated business"
    portfolio: str = ""
    """The business portfolio, within which user ids are valid; the app's own when empty."""
    time_zone: str = "America/Sao_Paulo"
    templates: list[dict[str, Any]] = []
    """Meta's template objects: name, language, status, category, components."""
    templates_file: str | None = None
    """More of them, in a YAML or JSON file beside this one."""
    phone_numbers: list[NumberConfig] = []


class AppConfig(_Config, kw_only=True, frozen=True):
    """A Meta app: the holder of secret, tokens and webhook."""

    id: Identifier
    name: str = "Simulated app"
    app_secret: str
    verify_token: str
    access_tokens: Annotated[list[str], Meta(min_length=1)]
    webhook: str | None = None
    """Where webhooks go; verified by GET as Meta does, and again until it answers."""
    webhook_version: Annotated[str, Meta(pattern=r"^v[0-9]+\.0$")] = "v23.0"
    """The version whose shapes webhooks have: statuses lose `conversation` from v24.0 on."""
    wabas: list[WabaConfig] = []


class Limits(_Config, kw_only=True, frozen=True):
    """How much Meta lets through."""

    messages_per_second: Count = 80
    """Per number, both directions together."""
    pair_per_seconds: Annotated[float, Meta(gt=0)] = 6.0
    """One message to the same customer in this many seconds …"""
    pair_burst: Count = 45
    """… but so many at once, borrowed from the time to come."""
    messaging_limit: Count = 2000
    """Customers written to outside their service window in 24 h, per portfolio."""
    oldest_version: Annotated[int, Meta(ge=1)] = 20
    newest_version: Annotated[int, Meta(ge=1)] = 26


class Timing(_Config, kw_only=True, frozen=True):
    """How long things take."""

    sent_ms: Milliseconds = 50
    delivered_ms: Milliseconds = 150
    read_ms: Milliseconds | None = None
    """When customers read by themselves; None: when someone looks at the phone page."""
    webhook_timeout_seconds: Annotated[float, Meta(gt=0)] = 10.0
    webhook_retry_seconds: Annotated[list[Seconds], Meta(min_length=1)] = field(
        default_factory=lambda: [0, 1, 4, 16, 64, 256, 1024, 4096, 16384]
    )
    """Waits before each further attempt; the last one repeats until the webhook is 7 days old."""


class Batch(_Config, kw_only=True, frozen=True):
    """How webhooks are joined. Meta joins up to 1,000 updates in a POST, at its own discretion."""

    updates: Annotated[int, Meta(ge=1, le=1000)] = 1
    wait_ms: Milliseconds = 20


class TemplateButton(Struct):
    """The least that a template's button says; it may say more."""

    type: str
    text: str


class TemplateComponent(Struct):
    """The least that a template's component says; it may say more."""

    type: str
    text: str = ""
    format: str = "TEXT"
    buttons: list[TemplateButton] = []


class CustomerConfig(_Config, kw_only=True, frozen=True):
    """A person with a phone."""

    name: str
    phone: Phone
    wa_id: Annotated[str, Meta(pattern=r"^[0-9]{7,15}$")] | None = None
    """WhatsApp's id where it differs from the phone's digits, as Brazil's ninth digit does."""
    hidden: bool = False
    """Has a username, so that businesses see a user id and no phone."""


def _some_customers() -> list[CustomerConfig]:
    return [
        CustomerConfig(name="Ana Souza", phone="+55 19 99999-0001"),
        CustomerConfig(name="Bruno Lima", phone="+55 11 98888-0002"),
        CustomerConfig(name="Carla Mendes", phone="+55 21 97777-0003"),
    ]


class Config(_Config, kw_only=True, frozen=True):
    """The whole file."""

    apps: Annotated[list[AppConfig], Meta(min_length=1)]
    limits: Limits = Limits()
    timing: Timing = Timing()
    batch: Batch = Batch()
    customers: list[CustomerConfig] = field(default_factory=_some_customers)
    allow_unreachable_links: bool = False
    """Accept media links that are not on this machine, unseen, instead of failing with 131053."""
    in_order: bool = True
    """A customer's messages are delivered one after the other; Meta promises no order."""


def load(path: Path) -> Config:
    """Read and check the file. Raises ConfigError."""
    config = _convert(_parse(path), Config, path)
    apps = [_with_templates(app, path) for app in config.apps]
    config = msgspec.structs.replace(config, apps=apps)
    _check_references(config, path)
    return config


def _parse(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}; give a readable file to --config") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        # from None, and without the mark's own text: both would print the line, maybe a secret
        raise ConfigError(f"{path}{place}: not YAML; check indentation and quotes") from None


def _convert(value: Any, kind: type[T], path: Path) -> T:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        hint = "; put ids, phones and tokens in quotes" if "got `int`" in str(error) else ""
        raise ConfigError(f"{path}: {error}{hint}") from None


def _with_templates(app: AppConfig, path: Path) -> AppConfig:
    wabas = []
    for waba in app.wabas:
        more: list[dict[str, Any]] = []
        if waba.templates_file is not None:
            file = path.parent / waba.templates_file
            more = _convert(_parse(file), list[dict[str, Any]], file)
        wabas.append(msgspec.structs.replace(waba, templates=[*waba.templates, *more]))
    return msgspec.structs.replace(app, wabas=wabas)


def _check_references(config: Config, path: Path) -> None:
    """Refuse ids and tokens given twice, zones nobody knows, and templates without a name."""
    seen: set[str] = set()
    for a, app in enumerate(config.apps):
        tokens = [(f"accessTokens[{t}]", token) for t, token in enumerate(app.access_tokens)]
        names = [("id", app.id), *tokens]
        for w, waba in enumerate(app.wabas):
            here = f"wabas[{w}]"
            names.append((f"{here}.id", waba.id))
            names += [
                (f"{here}.phoneNumbers[{n}].id", number.id)
                for n, number in enumerate(waba.phone_numbers)
            ]
            _check_waba(waba, f"{path}: apps[{a}].{here}")
        for place, name in names:
            if name in seen:
                raise ConfigError(f"{path}: apps[{a}].{place} is used twice; make it unique")
            seen.add(name)


def _check_waba(waba: WabaConfig, place: str) -> None:
    try:
        ZoneInfo(waba.time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ConfigError(f"{place}.timeZone is no IANA time zone: {waba.time_zone}") from error
    for t, template in enumerate(waba.templates):
        here = f"{place}.templates[{t}]"
        for key in ("name", "language", "components"):
            if key not in template:
                raise ConfigError(f"{here}.{key} is missing; add it")
        try:
            msgspec.convert(template["components"], list[TemplateComponent])
        except msgspec.ValidationError as error:
            raise ConfigError(f"{here}.components: {error}") from None
