"""The words of a message, as a person sees them in a bubble: what is searched and read. Pure.

Words only: a file without a caption has none, and a template's fixed text stands at Meta, so its
name and what filled it are given.
"""

from typing import assert_never

from prosa.contracts import inbound, outbound

_LIMIT = 16_384
"""Meta's longest text is 4,096 characters; a bug of somebody else's may bring more."""


def of_inbound(body: inbound.CustomerBody) -> str:
    """Give the words of a customer's message."""
    match body:
        case inbound.Text(body=text) | inbound.Media(caption=text) | inbound.Order(text=text):
            return text[:_LIMIT]
        case inbound.Location(name=name, address=address):
            return ", ".join(filter(None, (name, address)))[:_LIMIT]
        case inbound.ContactCards(cards=cards):
            return ", ".join(card.name for card in cards if card.name)[:_LIMIT]
        case inbound.Choice(title=title):
            return title[:_LIMIT]
        case (
            inbound.FlowReply()
            | inbound.Reaction()
            | inbound.Edit()
            | inbound.Revoke()
            | inbound.Unsupported()
            | inbound.Unknown()
        ):
            return ""
        case _:
            assert_never(body)


def of_outbound(message: outbound.Message) -> str:
    """Give the words of a message that we sent."""
    match message:
        case (
            outbound.Text(body=text)
            | outbound.Buttons(body=text)
            | outbound.List(body=text)
            | outbound.Link(body=text)
            | outbound.LocationRequest(body=text)
            | outbound.ContactRequest(body=text)
            | outbound.Media(caption=text)
        ):
            return text[:_LIMIT]
        case outbound.Template(name=name, body=body, named=named):
            filled = ", ".join((*body, *named.values()))
            return (f"{name}: {filled}" if filled else name)[:_LIMIT]
        case outbound.Location(name=name, address=address):
            return ", ".join(filter(None, (name, address)))[:_LIMIT]
        case outbound.ContactCards(cards=cards):
            return ", ".join(card.name for card in cards)[:_LIMIT]
        case outbound.Reaction() | outbound.MarkRead():
            return ""
        case _:
            assert_never(message)
