"""From an identity provider's claims to a role, teams, or a refusal."""

from typing import Any

import pytest

from prosa.signin.oidc.claims import Mapped, Unfit, read
from prosa.signin.postgres.accounts import Identity
from prosa.signin.settings import SignInSettings


def mapped(claim: str = "groups") -> Mapped:
    settings = SignInSettings()
    return Mapped("https://id.example", claim, settings.oidc_roles, settings.oidc_team_prefix)


def an_identity(claim: str = "groups", **claims: Any) -> Identity:
    identity = read({"sub": "7", "groups": ["prosa-agent"], **claims}, mapped(claim))
    assert isinstance(identity, Identity)
    return identity


def test_the_highest_role_counts() -> None:
    assert an_identity(groups=["prosa-agent", "prosa-admin", "prosa-supervisor"]).role == "admin"


def test_teams_come_from_groups_with_the_prefix() -> None:
    groups = ["prosa-agent", "prosa-team-vendas", "prosa-team-pos venda", "prosa-team-", "vendas"]

    assert an_identity(groups=groups).teams == ("pos venda", "vendas")


@pytest.mark.parametrize("groups", [None, [], ["others"], "others", 7, {"prosa-admin": True}, [7]])
def test_without_a_mapped_role_nobody_comes_in(groups: Any) -> None:
    assert read({"sub": "7", "groups": groups}, mapped()) == Unfit("role_unmapped")


def test_a_claim_may_lie_inside_another() -> None:
    claims = {"groups": [], "realm_access": {"roles": ["prosa-supervisor"]}}

    assert an_identity("realm_access.roles", **claims).role == "supervisor"


def test_a_claim_whose_own_name_has_dots_is_found() -> None:
    claim = "https://prosa.example/roles"

    assert an_identity(claim, **{claim: ["prosa-admin"]}).role == "admin"


def test_words_with_spaces_between_them_are_values_too() -> None:
    assert an_identity(groups="openid prosa-supervisor").role == "supervisor"


@pytest.mark.parametrize("verified", [True, "true"])
def test_a_verified_address_is_taken(verified: Any) -> None:
    identity = an_identity(email="ana@example.com", email_verified=verified)

    assert identity.email == "ana@example.com"


def test_an_address_of_which_nothing_is_said_is_left_out() -> None:
    assert an_identity(email="ana@example.com").email == ""


@pytest.mark.parametrize("verified", [False, "false"])
def test_an_address_that_is_not_verified_is_a_refusal(verified: Any) -> None:
    claims = {
        "sub": "7",
        "groups": ["prosa-agent"],
        "email": "boss@example.com",
        "email_verified": verified,
    }

    assert read(claims, mapped()) == Unfit("email_unverified")


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"name": " Ana Souza "}, "Ana Souza"),
        ({"name": "", "preferred_username": "ana"}, "ana"),
        ({"email": "ana@example.com"}, "ana@example.com"),
        ({"name": "Ana\x00\nSouza"}, "AnaSouza"),
        ({}, "7"),
    ],
)
def test_somebody_always_has_a_name(claims: dict[str, str], name: str) -> None:
    assert an_identity(**claims).name == name
