"""Who a person is and what she may do: sign-in for the inbox and the console.

    async with signin.open_signin(settings.signin, database_url, clock, registry=…) as door:
        app.state.signin = door
        app.router.routes.extend(door.routes)
        refusals.install(app)

Local accounts with argon2id passwords, or an identity provider by OpenID Connect; sessions in
PostgreSQL, schema `signin`, so that every replica and both pages know a person alike. Routes say
what they need with `rules.needs(role)`. Cross-site requests are `prosa.web.guard`'s, which stands
in front; accounts are made by `prosa accounts`.
"""

from prosa.signin.entrance import SignIn
from prosa.signin.opening import open_signin
from prosa.signin.people import Person, Role
from prosa.signin.settings import SignInSettings

open = open_signin  # noqa: A001 - `prosa.signin.open(…)` is how it reads

__all__ = ["Person", "Role", "SignIn", "SignInSettings", "open", "open_signin"]
