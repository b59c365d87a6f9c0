"""What the structs of a Chatbot's spec have in common: camelCase outside, no unknown fields."""

from typing import Annotated

import msgspec

Said = Annotated[str, msgspec.Meta(min_length=1)]


def says(description: str) -> msgspec.Meta:
    """Describe a field, as `kubectl explain` prints it."""
    return msgspec.Meta(description=description)


class Spec(
    msgspec.Struct,
    frozen=True,
    omit_defaults=True,
    kw_only=True,
    rename="camel",
    forbid_unknown_fields=True,
):
    """A part of the spec."""


class SecretRef(Spec, frozen=True):
    """A Secret in the Chatbot's namespace."""

    name: Annotated[Said, says("Name of the Secret.")]


class KeyRef(Spec, frozen=True):
    """One key of a Secret or ConfigMap in the Chatbot's namespace."""

    name: Annotated[Said, says("Name of the Secret or ConfigMap.")]
    key: Annotated[Said, says("The key in it.")]
