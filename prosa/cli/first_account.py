"""The account that a laptop's first start makes, so that its inbox and console can be opened.

Its password is made here and stands in a file that only the owner of the data folder may read. Who
renames the account, changes its password or makes others is never overruled.
"""

from prosa.cli import layout
from prosa.cli.layout import Layout
from prosa.clock import Clock
from prosa.settings import RecordsSettings
from prosa.signin.passwords import Passwords
from prosa.signin.postgres.accounts import Accounts
from prosa.signin.postgres.database import open_database

NAME = "admin"


async def prepare(where: Layout, clock: Clock) -> None:
    """Make the account when there is none at all. Raises ConfigError, Unavailable."""
    url = RecordsSettings(database=where.postgres_url).database_url()
    async with open_database(url) as database:
        accounts = Accounts(database)
        if await accounts.all():
            return
        password = layout.password(where.admin_password)
        await accounts.add(
            name=NAME,
            display_name="Admin",
            email="",
            role="admin",
            teams=(),
            password_hash=await Passwords().hash(password.get_secret_value()),
            now=clock.now(),
        )
