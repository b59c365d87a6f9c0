"""A past: thousands of closed conversations, written straight into the database."""

from prosa.postgres.database import Database
from tests.support.nats import BOT

CONVERSATIONS = 5000

_TICKETS = """
insert into tickets (
    bot, id, contact, opened_by, opened_at_ms, status, revision, outcome, owner, owner_revision,
    name, phone, user_id, phone_number_id, team, agent, agent_name, assigned_at_ms, tags, reason,
    summary, slots, unread, last_text, last_from, last_at_ms, last_inbound_id, last_inbound_at_ms,
    window_closed, unreachable, late, closed_at_ms, rating, backfilled, words
)
select
    $1, 'old-' || n, 'old-contact-' || n, 'old-event-' || n, at, 'closed', 1, 'closed', 'bot', 1,
    'Cliente ' || n, '5519' || 900000000 + n, '', '106540352242922', 'vendas', 'somebody',
    'Luísa Prado', at, array['troca'], 'asked', 'Queria um SUV', '{}', 0, 'Obrigado! ' || n,
    'customer', at, '', at, false, false, '{}', at, 5, true, to_tsvector('simple', 'cliente ' || n)
from (select n, 1700000000000 - n::bigint * 60000 as at from generate_series(1, $2::int) n) past
"""


async def remember(database: Database, conversations: int) -> None:
    """Write so many closed conversations of the last days, each with a customer of its own."""
    async with database.connection() as connection:
        await connection.execute(_TICKETS, BOT, conversations)
        await connection.execute(
            "insert into contacts (bot, contact, ticket)"
            " select bot, contact, id from tickets where id like 'old-%'"
        )
        await connection.execute("analyze tickets")
