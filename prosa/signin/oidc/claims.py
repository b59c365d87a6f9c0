"""What an identity provider's claims make of somebody here: a role, teams, or a refusal.

Pure. The claims are proven already (`oidc.provider`); which of them counts is the settings' choice.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import msgspec

from prosa.signin.people import ROLES, Role
from prosa.signin.postgres.accounts import Identity

_LONGEST = 200  # characters of a name


class Mapped(msgspec.Struct, frozen=True):
    """How claims are read: `roles` maps values of the claim to roles."""

    issuer: str
    roles_claim: str
    roles: Mapping[str, Role]
    team_prefix: str


class Unfit(msgspec.Struct, frozen=True):
    """The provider knows her, we let her in not."""

    reason: Literal["role_unmapped", "email_unverified"]


def read(claims: Mapping[str, Any], mapped: Mapped) -> Identity | Unfit:
    """Judge proven claims.

    An address that the provider calls unverified is a refusal: somebody may have typed another's.
    One of which it says nothing is left out.
    """
    if claims.get("email") and _is_false(claims.get("email_verified")):
        return Unfit("email_unverified")
    values = set(_values(_at(claims, mapped.roles_claim)))
    found = [role for value, role in mapped.roles.items() if value in values]
    if not found:
        return Unfit("role_unmapped")
    prefix = mapped.team_prefix
    teams = {value.removeprefix(prefix) for value in values if prefix and value.startswith(prefix)}
    return Identity(
        issuer=mapped.issuer,
        subject=str(claims["sub"]),
        name=_name(claims),
        email=_text(claims, "email") if _is_true(claims.get("email_verified")) else "",
        role=max(found, key=ROLES.index),
        teams=tuple(sorted(teams - {""})),
    )


def _at(claims: Mapping[str, Any], path: str) -> Any:
    """Find a claim by its name, or by a path of names with dots between them."""
    if path in claims:
        return claims[path]
    here: Any = claims
    for name in path.split("."):
        here = here.get(name) if isinstance(here, Mapping) else None
    return here


def _values(claim: Any) -> Iterable[str]:
    if isinstance(claim, str):
        return claim.split()
    values = claim if isinstance(claim, list) else ()
    return (value for value in values if isinstance(value, str) and value.isprintable())


def _name(claims: Mapping[str, Any]) -> str:
    words = ("name", "preferred_username", "email", "sub")
    return next(text for word in words if (text := _text(claims, word)))


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str):
        return ""
    return "".join(filter(str.isprintable, value)).strip()[:_LONGEST]


def _is_true(value: Any) -> bool:
    return value is True or value == "true"  # some providers write a word (AWS Cognito)


def _is_false(value: Any) -> bool:
    return value is False or value == "false"
