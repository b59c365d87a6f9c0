"""`prosa send`: one message to one customer, through the same queue and gate as the bot's own."""

import asyncio
import secrets
import time
from typing import Annotated

import msgspec
import typer

from prosa.cli import finding, screen
from prosa.cli.app import new
from prosa.cli.reach import Bot, Credentials, Data, Json, Nats, reach, run
from prosa.cli.running import DATA
from prosa.clock import SystemClock
from prosa.contracts import subjects
from prosa.contracts.contact import Contact
from prosa.contracts.events import Event, MessageSent, SendFailed
from prosa.contracts.identity import Address, BotToken, ContactKey, contact_key
from prosa.contracts.outbound import Message, Outbound, OutboundId, Template, Text
from prosa.errors import ConfigError, ProsaError
from prosa.jetstream.buckets import Bucket
from prosa.jetstream.connection import JetStream

_LOOK_SECONDS = 0.2
_BATCH = 64

_event = msgspec.json.Decoder(Event).decode


class NotSent(ProsaError):
    """The sender dropped the message, or said nothing in time."""


app = new()


@app.command()
def send(
    to: Annotated[str, typer.Argument(help="A phone with its country code, or a contact's key.")],
    text: Annotated[str, typer.Argument(help="What to say; only inside the 24-hour window.")] = "",
    template: Annotated[
        str | None, typer.Option(help="An approved template, which may be sent at any time.")
    ] = None,
    language: Annotated[str, typer.Option(help="The template's language.")] = "pt_BR",
    param: Annotated[
        list[str] | None, typer.Option(help="The template's parameters, in their order.")
    ] = None,
    number: Annotated[
        str, typer.Option(help="phoneNumberId to send from; the contact's own unless given.")
    ] = "",
    wait: Annotated[
        float, typer.Option(min=0, help="Seconds to wait for the sender's word; 0: do not.")
    ] = 15,
    data: Data = DATA,
    nats: Nats = None,
    credentials: Credentials = None,
    bot: Bot = None,
    as_json: Json = False,
) -> None:
    """Send a text or a template to one customer."""
    if bool(text) == bool(template):
        raise ConfigError("say what to send: either a text or --template NAME")
    message: Message = Text(body=text)
    if template:
        message = Template(name=template, language=language, body=tuple(param or ()))

    async def work() -> None:
        async with reach(data, nats, credentials, bot) as (jetstream, token):
            outbound = await _outbound(jetstream, token, to, message, number)
            state = await jetstream.stream_state(subjects.evt_stream(token))
            await jetstream.publish(
                subjects.outbound(token, outbound.priority, outbound.contact),
                msgspec.json.encode(outbound),
                message_id=outbound.id,
            )
            event = await _outcome(jetstream, token, outbound, state.last_sequence, wait)
        if isinstance(event, SendFailed):
            code = f" (Meta's code {event.code})" if event.code else ""
            raise NotSent(f"not sent: {event.reason}{code}")
        if wait and event is None:
            raise NotSent(
                f"queued as {outbound.id}, but the sender did not report within {wait:g} s;"
                " `prosa streams` shows whether it is behind"
            )
        wamid = event.wamid if event else None
        if as_json:
            screen.result({"outbound": outbound.id, "contact": outbound.contact, "wamid": wamid})
        else:
            screen.success(f"sent as {wamid}" if wamid else f"queued as {outbound.id}")

    run(work())


async def _outbound(
    jetstream: JetStream, bot: BotToken, to: str, message: Message, number: str
) -> Outbound:
    try:
        key = await finding.find(jetstream, bot, to)
        document = await Bucket(jetstream, subjects.bucket(bot, "contacts"), Contact).get(key)
        contact = document.value if document else None
    except finding.UnknownContact:
        contact = None
        key = ContactKey("")
    if contact is None:
        digits = "".join(c for c in to if c.isdigit())
        if not digits or not number:
            raise ConfigError(
                f"{to} has never written to {bot}; give a phone with its country code,"
                " and --number, the phoneNumberId to send from"
            )
        address = Address(phone=digits)
        key = key or contact_key(address)
    else:
        address = contact.address
        number = number or contact.phone_number_id
    return Outbound(
        id=OutboundId(f"cli-{secrets.token_hex(8)}"),
        contact=key,
        address=address,
        phone_number_id=number,
        messages=(message,),
        author="platform",
        owner_revision=contact.owner_revision if contact else 0,
        created_at_ms=SystemClock().now_ms(),
        priority="high",
        category="utility" if isinstance(message, Template) else "service",
    )


async def _outcome(
    jetstream: JetStream, bot: BotToken, outbound: Outbound, after: int, wait: float
) -> MessageSent | SendFailed | None:
    """Wait for the event that tells what became of the outbound."""
    stream, subject = subjects.evt_stream(bot), subjects.event(bot, "*", outbound.contact)
    ends = time.monotonic() + wait
    while time.monotonic() < ends:
        for stored in await jetstream.read(stream, subject, after=after, limit=_BATCH):
            after = stored.sequence
            event = _event(stored.payload)
            if isinstance(event, MessageSent | SendFailed) and event.outbound == outbound.id:
                return event
        await asyncio.sleep(_LOOK_SECONDS)
    return None
