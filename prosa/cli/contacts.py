"""`prosa contacts`: the document of one customer."""

from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
import typer
from rich.table import Table
from rich.text import Text

from prosa.cli import screen
from prosa.cli.app import new
from prosa.cli.erase import erase
from prosa.cli.finding import UnknownContact, find
from prosa.cli.reach import Bot, Credentials, Data, Json, Nats, reach, run
from prosa.cli.running import DATA
from prosa.clock import SystemClock
from prosa.contracts import subjects
from prosa.contracts.contact import SERVICE_WINDOW_MS, Contact, window_open
from prosa.contracts.session import Session
from prosa.jetstream.buckets import Bucket, Entry

app = new("Look at customers' documents, or forget one.")
app.command()(erase)


@app.command()
def show(
    who: Annotated[str, typer.Argument(help="A phone, Meta's user id, or a contact's key.")],
    data: Data = DATA,
    nats: Nats = None,
    credentials: Credentials = None,
    bot: Bot = None,
    as_json: Json = False,
) -> None:
    """Show what is known of one customer: owner, window, consent, session, outbox."""

    async def work() -> None:
        async with reach(data, nats, credentials, bot) as (jetstream, token):
            key = await find(jetstream, token, who)
            entry = await Bucket(jetstream, subjects.bucket(token, "contacts"), Contact).get(key)
            if entry is None:
                raise UnknownContact(f"{who} has no document yet: no turn was committed")
            if as_json:
                screen.result({"revision": entry.revision, "contact": entry.value})
            else:
                screen.OUT.print(_table(entry))

    run(work())


def summary(contact: Contact, now_ms: int) -> dict[str, str]:
    """Word a document for people: what decides her next answer, in the order of its weight."""
    session = contact.session or Session(program="")
    question = session.question
    closes = contact.last_inbound_at_ms + SERVICE_WINDOW_MS
    window = f"open until {_when(closes)}" if window_open(contact, now_ms) else "closed"
    rows = {
        "contact": contact.key,
        "name": contact.name or contact.username,
        "phone": contact.address.phone or "",
        "user id": contact.address.user_id or "",
        "owner": f"{contact.owner} (revision {contact.owner_revision})",
        "agent": contact.agent,
        "window": window,
        "marketing": contact.marketing,
        "unreachable": contact.unreachable,
        "last message": _when(contact.last_inbound_at_ms) if contact.last_inbound_at_ms else "",
        "cursor": str(contact.cursor),
        "flows": " > ".join(frame.flow for frame in session.stack),
        "waits for": f"{question.kind} {question.slot}" if question else "",
        "slots": _pairs(session.slots),
        "attributes": _pairs(contact.attributes),
        "tags": ", ".join(contact.tags),
        "outbox": f"{len(contact.outbox)} of the last commit" if contact.outbox else "",
    }
    return {name: value for name, value in rows.items() if value}


def _table(entry: Entry[Contact]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in summary(entry.value, SystemClock().now_ms()).items():
        table.add_row(name, Text(value))
    return table


def _pairs(values: dict[str, Any]) -> str:
    return ", ".join(
        f"{name}={msgspec.json.encode(value).decode()}" for name, value in values.items()
    )


def _when(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone().isoformat(" ", "seconds")
