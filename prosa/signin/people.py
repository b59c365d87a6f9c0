"""Who works with Prosa's pages: a person, her role, and what a role includes.

Pure. How somebody proves who she is stands in `passwords` and `oidc`; which route needs which role,
in `rules`.
"""

from typing import Literal, get_args

import msgspec

Role = Literal["agent", "supervisor", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
"""In order: each includes what stands before it."""

HowSignedIn = Literal["password", "oidc"]


class Person(msgspec.Struct, frozen=True):
    """Somebody signed in, as she is now: a changed role counts from the next request on.

    `id` never changes and is what other tables refer to; `name` is what people see; `email` is ""
    when nobody vouches for it; `login` is the account's own name, "" for whom a provider sends.
    """

    id: str
    name: str
    email: str
    role: Role
    teams: tuple[str, ...] = ()
    login: str = ""

    def may(self, needed: Role) -> bool:
        """Whether her role includes another."""
        return includes(self.role, needed)


def includes(role: Role, needed: Role) -> bool:
    """Whether a role includes another: agent < supervisor < admin."""
    return ROLES.index(role) >= ROLES.index(needed)
