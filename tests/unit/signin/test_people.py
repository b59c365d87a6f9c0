"""Roles include each other in one order."""

import pytest

from prosa.signin.people import ROLES, Person, Role


def a_person(role: Role) -> Person:
    return Person(id="1", name="Ana", email="", role=role)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_includes_those_before_it_and_no_other(role: Role) -> None:
    allowed = [needed for needed in ROLES if a_person(role).may(needed)]

    assert allowed == list(ROLES[: ROLES.index(role) + 1])
