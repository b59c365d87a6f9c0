"""What people did: sign-ins, failures, sign-outs, changes of accounts; and of dead letters."""

from datetime import datetime
from typing import Literal

from prosa.postgres.database import Database

What = Literal[
    "signed_in",
    "sign_in_failed",
    "sign_in_throttled",
    "sign_in_refused",
    "signed_out",
    "session_ended",
    "account_added",
    "password_set",
    "role_set",
    "teams_set",
    "account_disabled",
    "account_enabled",
    "letters_replayed",
    "letters_dropped",
]


class Audit:
    """The table `audit`: rows are added, never changed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(
        self,
        what: What,
        *,
        now: datetime,
        account: str | None = None,
        name: str = "",
        how: str = "",
        address: str = "",
        detail: str = "",
    ) -> None:
        """Add a row. `name` is one that an account has: what a stranger typed may be a password."""
        async with self._database.connection() as connection:
            await connection.execute(
                "insert into audit (at, what, account, name, how, address, detail)"
                " values ($1, $2, $3, $4, $5, $6, $7)",
                *(now, what, account, name, how, address, detail),
            )
