"""`prosa contacts erase`: forget one customer in every store, and show what was removed."""

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from pydantic import SecretStr

from prosa.cli import screen
from prosa.cli.finding import find
from prosa.cli.layout import Layout
from prosa.cli.reach import Bot, Credentials, Data, Json, Nats, reach, run
from prosa.cli.running import DATA
from prosa.clock import SystemClock
from prosa.erasure.erasing import Erased, Erasure
from prosa.erasure.postgres import Tables, open_tables
from prosa.errors import ConfigError

Database = Annotated[
    Path | None,
    typer.Option(help="File with PostgreSQL's URL, instead of that of `prosa up`."),
]


def erase(
    who: Annotated[str, typer.Argument(help="A phone, Meta's user id, or a contact's key.")],
    data: Data = DATA,
    nats: Nats = None,
    credentials: Credentials = None,
    database: Database = None,
    bot: Bot = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    no_database: Annotated[
        bool, typer.Option("--no-database", help="There is no PostgreSQL with tickets or figures.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Forget one customer everywhere: streams, documents, tickets, campaigns, records, exports.

    Nothing brings it back. What breaks it off is mended by doing it again. The records of analytics
    follow within seconds while it runs, else when it runs again. A message that she writes later
    makes her a new contact.
    """
    url = None if no_database else _database_url(database or Layout(data).postgres_url)

    async def work() -> None:
        async with AsyncExitStack() as stack:
            jetstream, token = await stack.enter_async_context(reach(data, nats, credentials, bot))
            key = await find(jetstream, token, who)
            if not yes:
                typer.confirm(f"Forget {key} of {token} for ever?", abort=True)
            tables: Tables | None = None
            if url is not None:
                tables = await stack.enter_async_context(open_tables(url))
            removed: list[Erased] = []
            async for erased in Erasure(jetstream, token, tables, SystemClock()).erase(key):
                removed.append(erased)
                if not as_json:
                    screen.OUT.print(f"{erased.removed:>7}  {erased.store}", highlight=False)
            if as_json:
                screen.result({"contact": key, "removed": msgspec.to_builtins(removed)})
            else:
                screen.success(
                    "forgotten; analytics takes her out of its records and exports as it reads on"
                )

    run(work())


def _database_url(file: Path) -> SecretStr:
    try:
        return SecretStr(file.read_text().strip())
    except OSError:
        raise ConfigError(
            f"{file} cannot be read; say where PostgreSQL's URL stands (--database FILE), or that"
            " there is none (--no-database)"
        ) from None
