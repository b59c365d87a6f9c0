"""The ConfigMap `<chatbot>-runtime`: the Chatbot as services read it, and the dialogue that serves.

`chatbot.yaml` holds what a process reads and nothing else: a changed number of replicas must not
change it, because pods are rolled when it changes. The dialogue stands beside it also when the
Chatbot has it inline: conversation looks at its file every few seconds, so a new dialogue needs no
new pods, and customers in the middle of a flow go on with the version that they began with.
"""

import msgspec
import yaml

from prosa.contracts.chatbot import ChatbotSpec, Dialogue
from prosa.contracts.components import Component, Components
from prosa.contracts.spec import KeyRef
from prosa_operator.observed import Object
from prosa_operator.rendering.bot import Bot

NAME = "runtime"
CHATBOT = "chatbot.yaml"
DIALOGUE = "dialogue.yaml"

LARGEST = 900 * 1024
"""Bytes of a dialogue: a ConfigMap holds 1 MiB in all (Kubernetes, "ConfigMap")."""


def resolved(bot: Bot) -> ChatbotSpec:
    """Give the spec as services read it, with what only the operator acts on left out."""
    spec = bot.chatbot.spec
    return msgspec.structs.replace(
        spec,
        dialogue=Dialogue(config_map_ref=KeyRef(name=bot.child(NAME), key=DIALOGUE)),
        components=Components(
            analytics=Component(retention=spec.components.analytics.retention),
        ),
        exposure=None,
        deletion_policy="Retain",
    )


def chatbot_yaml(bot: Bot) -> str:
    """Write the resolved Chatbot."""
    whole = {
        "apiVersion": bot.chatbot.api_version,
        "kind": bot.chatbot.kind,
        "metadata": {
            "name": bot.chatbot.metadata.name,
            "namespace": bot.chatbot.metadata.namespace,
        },
        "spec": msgspec.to_builtins(resolved(bot)),
    }
    return yaml.safe_dump(whole, sort_keys=True, allow_unicode=True, width=100)


def config_map(bot: Bot, dialogue: str) -> Object:
    """Give the ConfigMap; an empty `dialogue` means that there has been no valid one yet."""
    data = {CHATBOT: chatbot_yaml(bot)}
    if dialogue:
        data[DIALOGUE] = dialogue
    return bot.object("v1", "ConfigMap", NAME, {"data": data})
