"""Accounts: who may sign in, and how."""

import secrets
from collections.abc import Sequence
from datetime import datetime

import asyncpg
import msgspec

from prosa.errors import ConfigError
from prosa.postgres.database import Database
from prosa.signin.people import Person, Role

_ID_BYTES = 8
_COLUMNS = "id, name, display_name, email, role, teams, disabled, password_hash, issuer, subject"


class UnknownAccount(ConfigError):
    """Nobody has this name, e-mail address or id."""


class Account(msgspec.Struct, frozen=True):
    """One account; `name` is None for people whom an identity provider sends."""

    id: str
    name: str | None
    person: Person
    disabled: bool
    password_hash: str | None = None
    issuer: str | None = None
    subject: str | None = None


class Identity(msgspec.Struct, frozen=True):
    """Somebody as an identity provider vouches for her."""

    issuer: str
    subject: str
    name: str
    email: str
    role: Role
    teams: tuple[str, ...]


class Accounts:
    """The table `accounts`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_name(self, name: str) -> Account | None:
        """Find the account that signs in by a name."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(
                f"select {_COLUMNS} from accounts where name = lower($1)",  # noqa: S608 - a constant
                name,
            )
        return _account(row) if row else None

    async def by_id(self, account: str) -> Account | None:
        """Find an account by its id."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(
                f"select {_COLUMNS} from accounts where id = $1",  # noqa: S608 - a constant
                account,
            )
        return _account(row) if row else None

    async def find(self, who: str) -> Account:
        """Find an account by name, id or e-mail address. Raises UnknownAccount."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(
                f"select {_COLUMNS} from accounts"  # noqa: S608 - a constant
                " where name = lower($1) or id = $1 or (email <> '' and lower(email) = lower($1))",
                who,
            )
        if len(rows) != 1:
            raise UnknownAccount(
                f"{who}: {'several accounts have' if rows else 'no account has'} this name,"
                " id or e-mail address; `prosa accounts list` shows them"
            )
        return _account(rows[0])

    async def all(self) -> Sequence[Account]:
        """List the accounts, by the name that people see."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(
                f"select {_COLUMNS} from accounts order by lower(display_name), id"  # noqa: S608 - a constant
            )
        return [_account(row) for row in rows]

    async def add(  # the account's own fields, by keyword
        self,
        *,
        name: str,
        display_name: str,
        email: str,
        role: Role,
        teams: Sequence[str],
        password_hash: str,
        now: datetime,
    ) -> str:
        """Make a local account; gives its id. Raises ConfigError when the name is taken."""
        made = secrets.token_hex(_ID_BYTES)
        async with self._database.connection() as connection:
            done = await connection.execute(
                "insert into accounts (id, name, display_name, email, role, teams, password_hash,"
                " created_at, changed_at) values ($1, lower($2), $3, $4, $5, $6, $7, $8, $8)"
                " on conflict (name) do nothing",
                *(made, name, display_name, email, role, list(teams), password_hash, now),
            )
        if done.endswith(" 0"):
            raise ConfigError(f"the name {name} is taken; `prosa accounts list` shows by whom")
        return made

    async def welcome(self, identity: Identity, now: datetime) -> Account:
        """Make or update the account of somebody whom an identity provider sends."""
        async with self._database.connection() as connection:
            row = await connection.fetchrow(
                "insert into accounts (id, display_name, email, role, teams, issuer, subject,"  # noqa: S608 - constants
                " created_at, changed_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $8)"
                " on conflict (issuer, subject) do update set display_name = excluded.display_name,"
                " email = excluded.email, role = excluded.role, teams = excluded.teams,"
                f" changed_at = excluded.changed_at returning {_COLUMNS}",
                secrets.token_hex(_ID_BYTES),
                *(identity.name, identity.email, identity.role, list(identity.teams)),
                *(identity.issuer, identity.subject, now),
            )
        assert row is not None  # noqa: S101 - `returning` of an upsert gives a row
        return _account(row)

    async def set_password(self, account: str, password_hash: str, now: datetime) -> None:
        """Replace the stored password."""
        await self._change(account, "password_hash", password_hash, now)

    async def set_role(self, account: str, role: Role, now: datetime) -> None:
        """Replace the role; open sessions have it from their next request on."""
        await self._change(account, "role", role, now)

    async def set_teams(self, account: str, teams: Sequence[str], now: datetime) -> None:
        """Replace the teams."""
        await self._change(account, "teams", list(teams), now)

    async def set_disabled(self, account: str, disabled: bool, now: datetime) -> None:
        """Shut an account out, or let it in again; open sessions end at their next request."""
        await self._change(account, "disabled", disabled, now)

    async def _change(self, account: str, column: str, value: object, now: datetime) -> None:
        async with self._database.connection() as connection:
            await connection.execute(
                f"update accounts set {column} = $2, changed_at = $3 where id = $1",  # noqa: S608 - our own callers name the column
                *(account, value, now),
            )


def person(row: asyncpg.Record) -> Person:
    """Read the person out of a row that has an account's columns."""
    return Person(
        id=row["id"],
        name=row["display_name"],
        email=row["email"],
        role=row["role"],
        teams=tuple(row["teams"]),
        login=row["name"] or "",
    )


def _account(row: asyncpg.Record) -> Account:
    return Account(
        id=row["id"],
        name=row["name"],
        person=person(row),
        disabled=row["disabled"],
        password_hash=row["password_hash"],
        issuer=row["issuer"],
        subject=row["subject"],
    )
