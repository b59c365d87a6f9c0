"""How far EVT has been read, and what was made of it, in one transaction."""

from datetime import UTC, datetime

from prosa.contracts.identity import BotToken
from prosa.postgres.database import Connection
from services.campaigns.happenings import Change, ItemState, Loss

_TAKE = """
insert into places (bot, kind, born, sequence) values ($1, $2, $3, 0)
on conflict (bot, kind) do update
    set sequence = case when places.born = excluded.born then places.sequence else 0 end,
        born = excluded.born
returning sequence
"""  # the row is locked until the transaction ends: jobs of one bot read one after the other
_MOVE = "update places set sequence = $3 where bot = $1 and kind = $2"

_ITEM = """
insert into items (bot, key, fields, price, version, added_at, removed_at)
values ($1, $2, $3, $4, $5, case when $7 then $6::timestamptz end,
        case when $8 then $6::timestamptz end)
on conflict (bot, key) do update
    set fields = excluded.fields, price = excluded.price, version = excluded.version,
        added_at = coalesce(excluded.added_at, items.added_at), removed_at = excluded.removed_at
"""
_CHANGE = """
insert into changes (bot, event, kind, item, previous, price, at)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (bot, event) do update set at = excluded.at
"""  # the same price once more, months later
_LOSS = """
update ledger set state = $3, reason = $4, message = null
where bot = $1 and outbound = $2 and state in ('planned', 'queued')
"""


class Place:
    """One kind of event of one bot, within a transaction."""

    def __init__(self, connection: Connection, bot: BotToken, kind: str) -> None:
        self._connection = connection
        self._bot = bot
        self._kind = kind

    async def take(self, born: str) -> int:
        """Lock the place and give the sequence read last; 0 when the stream is another one."""
        return int(await self._connection.fetchval(_TAKE, self._bot, self._kind, born))

    async def move(self, sequence: int) -> None:
        """Say how far has been read."""
        await self._connection.execute(_MOVE, self._bot, self._kind, sequence)

    async def keep_items(self, states: list[ItemState], changes: list[Change]) -> None:
        """Write down how items are, and what became of them."""
        await self._connection.executemany(
            _ITEM,
            [
                (self._bot, s.key, s.fields, s.price, s.version, _at(s.at_ms), s.added, s.removed)
                for s in states
            ],
        )
        await self._connection.executemany(
            _CHANGE,
            [
                (self._bot, c.event, c.kind, c.item, c.previous, c.price, _at(c.at_ms))
                for c in changes
            ],
        )

    async def keep_losses(self, losses: list[Loss]) -> None:
        """Write down which outbounds did not leave, and free their occasions where they may be."""
        await self._connection.executemany(
            _LOSS,
            [
                (self._bot, loss.outbound, "dropped" if loss.free else "failed", loss.reason)
                for loss in losses
            ],
        )


def _at(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
