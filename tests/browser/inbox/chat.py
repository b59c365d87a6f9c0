"""A conversation to look at: one message of every kind, from everybody who can say something."""

from typing import Any

from prosa.contracts import inbound, outbound
from prosa.contracts.events import ReactionSeen, SendFailed
from prosa.contracts.identity import Address
from prosa.contracts.outbound import Outbound, OutboundId
from tests.browser.inbox.desk import Desk, Ticket
from tests.support.eventually import eventually
from tests.support.handoff import key_of
from tests.support.signin import SignedIn
from tests.support.simulator import ANA, NUMBER_ID


async def every_kind(desk: Desk, agent: SignedIn, ticket: Ticket) -> None:
    """Let the customer, the bot, a campaign and agents say what they can."""
    says, phone = desk.world.says, ticket.phone
    buttons = (outbound.Button("hatch", "Hatch"), outbound.Button("suv", "SUV"))
    rows = outbound.Section((outbound.Row("1", "Compass"), outbound.Row("2", "Creta")))

    await _sent(desk, ticket, outbound.Template(name="volta_ai", language="pt_BR"), "campaign")
    first = await says(phone, "Oi, vi o *Corolla* em https://example.com/corolla")
    await _sent(desk, ticket, outbound.Buttons(body="Que tipo?", buttons=buttons))
    await says(phone, inbound.Choice("button", "suv", "SUV"))
    await _sent(desk, ticket, outbound.List(body="Achei dois", button="Ver", sections=(rows,)))
    link = outbound.Link(body="A ficha", title="Ver no site", url="https://example.com/ficha")
    await _sent(desk, ticket, link)
    await says(phone, await _media(desk, "image", "Olha o meu"))
    await says(phone, await _media(desk, "audio", ""))
    await says(phone, await _media(desk, "document", ""))
    await says(phone, inbound.Media("sticker", "gone", "image/webp"))
    await says(phone, inbound.Location(-23.5874, -46.6576, "Parque", "Av. Pedro Álvares Cabral"))
    await says(phone, inbound.ContactCards((inbound.ContactCard("Marina", ("+55 19 99876",)),)))
    await says(phone, inbound.Order("1", (inbound.OrderItem("Tapete", 2),), "quero estes"))
    await says(phone, inbound.Unsupported("poll"))
    regretted = await says(phone, "não era para você")
    await says(phone, inbound.Revoke(regretted.id))
    meant = await says(phone, "quero umm SUV")
    await says(phone, inbound.Edit(meant.id, "quero um SUV"))
    await says(phone, "qual a parcela?", reply_to=first.id)
    await desk.world.tells(
        ReactionSeen(
            id=f"{first.id}:reaction",
            contact=key_of(phone),
            at_ms=desk.world.clock.now_ms(),
            message=first.id,
            emoji="👍",
        )
    )
    await desk.ask(
        agent, f"conversations/{ticket.id}/notes", {"id": f"n{phone}", "text": "Cliente antigo"}
    )
    await _failed_reply(desk, agent, ticket)
    await says(phone, "alguém aí?")
    await eventually(lambda: _is_told(desk, ticket))


async def _sent(desk: Desk, ticket: Ticket, message: Any, author: str = "bot") -> None:
    told = Outbound(
        id=OutboundId(f"{key_of(ticket.phone)}-{desk.world.clock.now_ms()}-{id(message)}"),
        contact=key_of(ticket.phone),
        address=Address(phone=ticket.phone),
        phone_number_id=NUMBER_ID,
        messages=(message,),
        author=author,  # type: ignore[arg-type]  # the two that tests name
        owner_revision=1,
        created_at_ms=desk.world.clock.now_ms(),
    )
    await desk.world.sends(told)


async def _media(desk: Desk, kind: Any, caption: str) -> inbound.Media:
    """Let Meta hold a file of a customer's."""
    await desk.meta.customer_says(ANA, kind=kind, sample=True)
    file = (await desk.meta.thread(ANA))[-1]["media"]
    return inbound.Media(
        kind,
        str(file["url"]).rsplit("/", 1)[-1],
        str(file["mimeType"]),
        caption=caption,
        filename=str(file.get("filename", "")),
        voice=kind == "audio",
    )


async def _failed_reply(desk: Desk, agent: SignedIn, ticket: Ticket) -> None:
    reply = {"id": f"f{ticket.phone}", "kind": "text", "text": "Segue o laudo"}
    status, answer = await desk.ask(agent, f"conversations/{ticket.id}/messages", reply)
    assert status == 202, answer
    (told, *_) = await eventually(lambda: desk.sent(ticket))
    await desk.world.tells(
        SendFailed(
            id=f"{told.id}:failed",
            contact=told.contact,
            at_ms=desk.world.clock.now_ms(),
            outbound=told.id,
            index=0,
            reason="meta_131026",
            author="agent",
        )
    )


async def _is_told(desk: Desk, ticket: Ticket) -> bool:
    lines = await desk.lines(ticket)
    failed = any(line.get("tick") == "failed" for line in lines)
    return failed and any(line["text"] == "alguém aí?" for line in lines)
