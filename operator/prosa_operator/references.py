"""The Secrets and ConfigMaps that a Chatbot names, and are therefore watched. Pure.

Which part needs which key of them is `rendering.references`' to know.
"""

from dataclasses import dataclass

from prosa.contracts.chatbot import Chatbot, ChatbotSpec
from prosa_operator import names


@dataclass(frozen=True)
class References:
    """Names in the Chatbot's namespace."""

    secrets: frozenset[str]
    config_maps: frozenset[str]


def references(spec: ChatbotSpec) -> References:
    """Give what a spec names: of the number, NATS, PostgreSQL, CRMs; dialogue and catalogue."""
    secrets = {spec.whatsapp.credentials_secret_ref.name}
    if spec.messaging.credentials_secret_ref is not None:
        secrets.add(spec.messaging.credentials_secret_ref.name)
    if spec.database is not None:
        secrets.add(spec.database.url_secret_ref.name)
    secrets.update(
        team.notify.crm.webhook_secret_ref.name
        for team in spec.handoff.teams
        if team.notify.crm is not None
    )
    config_maps = set()
    if spec.dialogue.config_map_ref is not None:
        config_maps.add(spec.dialogue.config_map_ref.name)
    if spec.catalogue is not None and spec.catalogue.source.config_map_ref is not None:
        config_maps.add(spec.catalogue.source.config_map_ref.name)
    return References(frozenset(secrets), frozenset(config_maps))


def minted(chatbot: Chatbot) -> str:
    """Name the Secret with the NATS credentials that the operator makes itself."""
    return names.child(chatbot, "nats")
