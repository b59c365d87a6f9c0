"""Which keys of which Secrets and ConfigMaps each part needs: the least. Pure.

A number's access token goes to who calls Meta, its app secret to who checks Meta's signatures, and
conversation, which runs what people write into dialogues, gets no secret but its own way to NATS.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from prosa.contracts.chatbot import CrmNotify
from prosa_operator.observed import Seen
from prosa_operator.references import minted
from prosa_operator.rendering.bot import WITH_RECORDS, Bot, Part

NATS_USER = ("user", "password")
NATS_CA = "ca.crt"
"""Optional key: certificates of a private authority that signed the server's."""

CRM_KEYS: Mapping[str, tuple[str, ...]] = {
    "webhook": ("url", "signing-key"),
    "chatwoot": ("url", "account-id", "inbox-id", "access-token"),
}
"""What services.handoff.notify reads, by kind."""

WHATSAPP: Mapping[Part, tuple[str, ...]] = {
    "ingress": ("app-secret", "verify-token"),
    "sender": ("access-token",),
    "handoff": ("access-token",),
}
"""Keys of the number's Secret, as each service's `needs`."""

WHATSAPP_OPTIONAL: Mapping[Part, tuple[str, ...]] = {"ingress": ("app-secret-previous",)}

Use = Literal["whatsapp", "crm", "nats", "database", "catalogue"]


@dataclass(frozen=True)
class Reference:
    """Keys of one Secret or ConfigMap. `optional` ones may be missing.

    `field` is where the Chatbot names it, for those who read a condition.
    """

    use: Use
    kind: Literal["Secret", "ConfigMap"]
    name: str
    keys: tuple[str, ...]
    field: str
    optional: tuple[str, ...] = ()

    def seen(self, bot: Bot) -> Seen | None:
        """Find what was read of it; None when there is none."""
        found = bot.secrets if self.kind == "Secret" else bot.config_maps
        return found.get(self.name)


def of(bot: Bot, part: Part) -> tuple[Reference, ...]:
    """List what a part needs, in a fixed order."""
    return tuple(_of(bot, part))


def _of(bot: Bot, part: Part) -> Iterator[Reference]:
    spec = bot.chatbot.spec
    if keys := WHATSAPP.get(part):
        yield Reference(
            "whatsapp",
            "Secret",
            spec.whatsapp.credentials_secret_ref.name,
            keys,
            "spec.whatsapp.credentialsSecretRef",
            WHATSAPP_OPTIONAL.get(part, ()),
        )
    if part == "handoff":
        yield from _crm(bot)
    if reference := nats(bot, part):
        yield reference
    if part in WITH_RECORDS and spec.database is not None:
        ref = spec.database.url_secret_ref
        yield Reference("database", "Secret", ref.name, (ref.key,), "spec.database.urlSecretRef")
    source = spec.catalogue.source if part == "catalogue" and spec.catalogue else None
    if source is not None and source.config_map_ref is not None:
        yield Reference(
            "catalogue",
            "ConfigMap",
            source.config_map_ref.name,
            (source.config_map_ref.key,),
            "spec.catalogue.source.configMapRef",
        )


def nats(bot: Bot, part: Part) -> Reference | None:
    """Give the credentials of a part at NATS; None where NATS asks nobody who he is.

    A part's own `.creds` file is preferred to user and password, which all parts would share.
    """
    given = bot.chatbot.spec.messaging.credentials_secret_ref
    name = given.name if given else minted(bot.chatbot)
    seen = bot.secrets.get(name)
    if given is None and seen is None:
        return None
    creds = f"{identity(part)}.creds"
    keys = (creds,) if seen is not None and creds in seen.keys else NATS_USER
    field = "spec.messaging.credentialsSecretRef"
    return Reference("nats", "Secret", name, keys, field, (NATS_CA,))


def identity(part: Part) -> str:
    """Name who a part is at NATS: the catalogue is imported by campaigns' job."""
    return "campaigns" if part == "catalogue" else part


def _crm(bot: Bot) -> Iterator[Reference]:
    told: dict[str, tuple[int, CrmNotify]] = {}
    for number, team in enumerate(bot.chatbot.spec.handoff.teams):
        if team.notify.crm is not None:
            told.setdefault(team.notify.crm.webhook_secret_ref.name, (number, team.notify.crm))
    for name, (number, crm) in sorted(told.items()):
        field = f"spec.handoff.teams[{number}].notify.crm.webhookSecretRef"
        yield Reference("crm", "Secret", name, CRM_KEYS[crm.kind], field)
