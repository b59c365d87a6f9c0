"""What became new or cheaper lately, as the items are now."""

from datetime import datetime

from prosa.contracts.catalogue import Item
from prosa.contracts.identity import BotToken
from services.campaigns.news import News
from services.campaigns.postgres.database import Database

_ADDED = """
select i.key, i.fields
from items i
where i.bot = $1 and i.removed_at is null and i.added_at > $2
order by i.added_at desc, i.key
"""
_PRICES = """
select distinct on (c.item) i.key, i.fields, c.previous, c.price
from changes c join items i on i.bot = c.bot and i.key = c.item
where c.bot = $1 and c.kind = 'price' and c.at > $2 and i.removed_at is null
order by c.item, c.at desc
"""  # the last change of each item: one that rose again is no longer cheaper


class CatalogueNews:
    """The news of one bot's catalogue."""

    def __init__(self, database: Database, bot: BotToken) -> None:
        self._database = database
        self._bot = bot

    async def added(self, since: datetime) -> tuple[News, ...]:
        """Give the items that were added since and are still there, the latest first."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(_ADDED, self._bot, since)
        return tuple(News(Item(row["key"], row["fields"])) for row in rows)

    async def prices(self, since: datetime) -> tuple[News, ...]:
        """Give the items whose price has changed since, with their last change."""
        async with self._database.connection() as connection:
            rows = await connection.fetch(_PRICES, self._bot, since)
        return tuple(
            News(Item(row["key"], row["fields"]), row["previous"], row["price"]) for row in rows
        )
