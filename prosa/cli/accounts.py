"""`prosa accounts`: who may sign in to the inbox and the console with a password, and as what.

A password comes from a prompt or a file, never from the command line, where other users of the
machine and the shell's history would see it.
"""

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import SecretStr
from rich.table import Table
from rich.text import Text

from prosa.cli import screen
from prosa.cli.app import new
from prosa.cli.layout import Layout
from prosa.cli.reach import Json, run
from prosa.cli.running import DATA
from prosa.clock import SystemClock
from prosa.errors import ConfigError
from prosa.signin import passwords
from prosa.signin.passwords import Passwords
from prosa.signin.people import ROLES, Role
from prosa.signin.postgres.accounts import Account, Accounts
from prosa.signin.postgres.audit import Audit, What
from prosa.signin.postgres.database import open_database
from prosa.signin.postgres.sessions import Sessions

app = new("Say who may sign in to the inbox and the console.")


Database = Annotated[
    Path | None,
    typer.Option(
        envvar="PROSA_DATABASE",
        help="File with PostgreSQL's URL; without it, that of the `prosa up` of --data.",
    ),
]
Data = Annotated[Path, typer.Option(help="Data folder of the `prosa up` to talk to.")]
Who = Annotated[str, typer.Argument(help="Name, e-mail address or id.")]
RoleOption = Annotated[str, typer.Option(help="agent, supervisor or admin.")]
Team = Annotated[list[str] | None, typer.Option(help="A team; give it again for more.")]
PasswordFile = Annotated[
    Path | None, typer.Option(help="File with the password; without it you are asked.")
]


class _Tables:
    """What the commands work on."""

    def __init__(self, accounts: Accounts, sessions: Sessions, audit: Audit) -> None:
        self.accounts = accounts
        self.sessions = sessions
        self.audit = audit
        self.now = SystemClock().now()

    async def note(self, what: What, account: Account, detail: str = "") -> None:
        await self.audit.note(
            what,
            now=self.now,
            account=account.id,
            name=account.person.name,
            how="cli",
            detail=detail,
        )


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="Name to sign in with.")],
    role: RoleOption = "agent",
    display_name: Annotated[str, typer.Option("--display-name", help="Name to be shown.")] = "",
    email: Annotated[str, typer.Option(help="E-mail address, for notifications.")] = "",
    team: Team = None,
    password_file: PasswordFile = None,
    database: Database = None,
    data: Data = DATA,
    as_json: Json = False,
) -> None:
    """Make an account."""
    wanted = _role(role)
    if not name.strip() or name != name.strip() or not name.isprintable():
        raise ConfigError(f"{name!r} is no name to sign in with; use letters without spaces around")
    secret = _password(password_file)

    async def work() -> Account:
        async with _tables(database, data) as tables:
            account = await tables.accounts.add(
                name=name,
                display_name=display_name or name,
                email=email,
                role=wanted,
                teams=team or (),
                password_hash=await Passwords().hash(secret.get_secret_value()),
                now=tables.now,
            )
            made = await tables.accounts.find(account)
            await tables.note("account_added", made, wanted)
            return made

    _tell(run(work()), as_json, "added")


@app.command(name="list")
def list_(database: Database = None, data: Data = DATA, as_json: Json = False) -> None:
    """List accounts, by the name that is shown."""

    async def work() -> Sequence[Account]:
        async with _tables(database, data) as tables:
            return await tables.accounts.all()

    found = run(work())
    if as_json:
        screen.result([_row(account) for account in found])
    else:
        screen.OUT.print(_table(found) if found else "no accounts; `prosa accounts add` makes one")


@app.command(name="set-password")
def set_password(
    who: Who,
    password_file: PasswordFile = None,
    database: Database = None,
    data: Data = DATA,
    as_json: Json = False,
) -> None:
    """Replace a password; the account's open sessions end."""
    secret = _password(password_file)

    async def work() -> Account:
        async with _tables(database, data) as tables:
            account = await tables.accounts.find(who)
            if account.name is None:
                raise ConfigError(f"{who} signs in by the identity provider and has no password")
            fresh = await Passwords().hash(secret.get_secret_value())
            await tables.accounts.set_password(account.id, fresh, tables.now)
            await tables.sessions.end_all(account.id)
            await tables.note("password_set", account)
            return account

    _tell(run(work()), as_json, "has a new password")


@app.command()
def role(
    who: Who,
    new_role: Annotated[str | None, typer.Argument(help="agent, supervisor or admin.")] = None,
    team: Team = None,
    no_teams: Annotated[bool, typer.Option("--no-teams", help="Take all teams away.")] = False,
    database: Database = None,
    data: Data = DATA,
    as_json: Json = False,
) -> None:
    """Replace a role, teams, or both; it counts at once, in open sessions too."""
    wanted = _role(new_role) if new_role is not None else None
    if wanted is None and not team and not no_teams:
        raise ConfigError("say which role, or which teams with --team or --no-teams")

    async def work() -> Account:
        async with _tables(database, data) as tables:
            account = await tables.accounts.find(who)
            if wanted is not None:
                await tables.accounts.set_role(account.id, wanted, tables.now)
                await tables.note("role_set", account, wanted)
            if team or no_teams:
                await tables.accounts.set_teams(account.id, team or (), tables.now)
                await tables.note("teams_set", account, ", ".join(team or ()))
            return await tables.accounts.find(account.id)

    _tell(run(work()), as_json, "changed")


@app.command()
def disable(
    who: Who,
    enable: Annotated[bool, typer.Option("--enable", help="Let it in again.")] = False,
    database: Database = None,
    data: Data = DATA,
    as_json: Json = False,
) -> None:
    """Shut an account out, at once; open sessions end."""

    async def work() -> Account:
        async with _tables(database, data) as tables:
            account = await tables.accounts.find(who)
            await tables.accounts.set_disabled(account.id, not enable, tables.now)
            if not enable:
                await tables.sessions.end_all(account.id)
            await tables.note("account_enabled" if enable else "account_disabled", account)
            return await tables.accounts.find(account.id)

    _tell(run(work()), as_json, "may sign in again" if enable else "is shut out")


@asynccontextmanager
async def _tables(file: Path | None, data: Path) -> AsyncIterator[_Tables]:
    chosen = file or Layout(data).postgres_url
    try:
        url = SecretStr(chosen.read_text().strip())
    except (OSError, UnicodeDecodeError):
        raise ConfigError(
            f"{chosen} cannot be read; start `prosa up`, or give the file that holds PostgreSQL's"
            " URL with --database"
        ) from None  # a UnicodeDecodeError holds the secret's bytes
    async with open_database(url) as database:
        yield _Tables(Accounts(database), Sessions(database), Audit(database))


def _role(word: str) -> Role:
    for known in ROLES:
        if word == known:
            return known
    raise ConfigError(f"{word} is no role; there are {', '.join(ROLES)}")


def _password(file: Path | None) -> SecretStr:
    if file is None:
        if not os.isatty(0):
            raise ConfigError("no terminal to ask for the password; give it with --password-file")
        given: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        try:
            given = file.read_text().rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"{file} cannot be read ({type(error).__name__})") from None
    passwords.check(given)
    return SecretStr(given)


def _tell(account: Account, as_json: bool, what: str) -> None:
    if as_json:
        screen.result(_row(account))
    else:
        screen.success(f"{account.name or account.person.name} {what}")


def _row(account: Account) -> dict[str, Any]:
    return {
        "id": account.id,
        "name": account.name,
        "display_name": account.person.name,
        "email": account.person.email,
        "role": account.person.role,
        "teams": list(account.person.teams),
        "signs_in_by": "password" if account.issuer is None else "identity provider",
        "disabled": account.disabled,
    }


def _table(accounts: Sequence[Account]) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("name", "shown as", "e-mail", "role", "teams", "signs in by", ""):
        table.add_column(column)
    for account in accounts:
        row = _row(account)
        table.add_row(
            *(
                Text(str(cell))
                for cell in (
                    row["name"] or row["id"],
                    row["display_name"],
                    row["email"],
                    row["role"],
                    ", ".join(row["teams"]),
                    row["signs_in_by"],
                    "shut out" if account.disabled else "",
                )
            )
        )
    return table
