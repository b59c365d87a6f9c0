"""WhatsApp messages as text in a terminal, and what can be tapped on them."""

from collections.abc import Iterable
from typing import NamedTuple, assert_never

from prosa.contracts import outbound
from prosa.contracts.outbound import Message


class Tap(NamedTuple):
    """Something on the screen that can be tapped."""

    id: str
    title: str


def taps(messages: Iterable[Message]) -> tuple[Tap, ...]:
    """Give what can be tapped on these messages, in the order in which it is shown."""
    found: list[Tap] = []
    for message in messages:
        match message:
            case outbound.Buttons():
                found += [Tap(button.id, button.title) for button in message.buttons]
            case outbound.List():
                found += [Tap(row.id, row.title) for s in message.sections for row in s.rows]
            case _:
                pass
    return tuple(found)


def lines(message: Message, first: int = 1) -> list[str]:  # noqa: C901 - one case a kind
    """Word a message; what can be tapped is numbered from `first` on."""
    match message:
        case outbound.Text():
            return message.body.splitlines()
        case outbound.Media():
            return [f"[{message.kind}: {message.source}]", *message.caption.splitlines()]
        case outbound.Buttons():
            titles = [button.title for button in message.buttons]
            return [*message.body.splitlines(), *_numbered(titles, first)]
        case outbound.List():
            rows = [row for section in message.sections for row in section.rows]
            titles = [" – ".join(filter(None, (row.title, row.description))) for row in rows]
            return [*message.body.splitlines(), *_numbered(titles, first)]
        case outbound.Link():
            return [*message.body.splitlines(), f"→ {message.title}: {message.url}"]
        case outbound.Location():
            return [f"[location: {message.name or message.latitude}, {message.address}]"]
        case outbound.LocationRequest() | outbound.ContactRequest():
            return [*message.body.splitlines(), "[asks for her location or number]"]
        case outbound.ContactCards():
            return [f"[contact: {card.name} {card.phone}]" for card in message.cards]
        case outbound.Reaction():
            return [f"[reacts with {message.emoji}]"]
        case outbound.Template():
            return [f"[template {message.name}, {message.language}]"]
        case outbound.MarkRead():
            return []
        case _:
            assert_never(message)


def _numbered(titles: Iterable[str], first: int) -> list[str]:
    return [f"  /{number} {title}" for number, title in enumerate(titles, start=first)]
