"""From words and options to WhatsApp messages that Meta accepts, whatever the data holds.

Limits are Meta's ("Interactive messages", "Text messages"). Long texts are divided at paragraphs or
words, long labels cut with the whole of them in the row's description.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from prosa.contracts import outbound
from prosa.contracts.session import Offer
from prosa.dialogue.conversation import NOTHING, Conversation
from prosa.dialogue.language import Attached, Words
from prosa.dialogue.speech import BODY, BUTTON, BUTTONS, DESCRIPTION, FOOTER, ROW, ROWS, TEXT

_ENDS = ("\n\n", "\n", ". ", " ")
_CAPTION = 1024


class Manners(msgspec.Struct, frozen=True):
    """How options are to be shown; `auto` goes by their number and length."""

    show: str = "auto"
    button: Words | None = None
    image: Attached | None = None
    footer: Words | None = None
    more: str = ""
    """Payload prefix of the row that turns the page."""
    page: int = 0


PLAIN = Manners()


def text(talk: Conversation, body: str) -> None:
    """Say words: one bubble, or several when they are long."""
    talk.messages += [
        outbound.Text(part, preview_url=_links(part)) for part in _divided(body, TEXT)
    ]


def options(
    talk: Conversation, body: str, offers: Sequence[Offer], manners: Manners = PLAIN
) -> None:
    """Say words with options below: buttons, a list, or numbered lines."""
    if not offers:
        _picture(talk, manners)
        text(talk, body)
        return
    body = shortened(talk, body)
    labels = [_line(offer.label) for offer in offers]
    fit = (
        len(offers) <= BUTTONS
        and all(0 < len(label) <= BUTTON for label in labels)
        and len(set(labels)) == len(labels)
        and not any(offer.description for offer in offers)
    )
    if manners.show == "text":
        _picture(talk, manners)
        lines = (f"{place}. {label}" for place, label in enumerate(labels, start=1))
        text(talk, "\n".join((body, *lines)))
    elif fit and manners.show != "list":
        buttons(
            talk,
            body,
            [outbound.Button(o.payload, label) for o, label in zip(offers, labels, strict=True)],
            manners,
        )
    else:
        _picture(talk, manners)
        rows(talk, body, _page(talk, offers, manners), manners)


def buttons(
    talk: Conversation, body: str, made: Sequence[outbound.Button], manners: Manners = PLAIN
) -> None:
    """Say words over at most three buttons."""
    header = None
    if manners.image and (media := file(talk, manners.image)):
        header = outbound.Header(media=media)
    talk.messages.append(
        outbound.Buttons(shortened(talk, body), tuple(made), header, _footer(talk, manners))
    )


def rows(
    talk: Conversation, body: str, made: Sequence[outbound.Row], manners: Manners = PLAIN
) -> None:
    """Say words over a list of at most ten rows."""
    button = talk.text(manners.button) if manners.button else talk.phrase("options_button")
    talk.messages.append(
        outbound.List(
            shortened(talk, body),
            clip(button, BUTTON) or "…",
            (outbound.Section(tuple(made)),),
            None,
            _footer(talk, manners),
        )
    )


def row(payload: str, label: str, description: str = "") -> outbound.Row:
    """Make a row; a label too long for a title is cut, and whole in the description."""
    title = clip(label, ROW)
    if title != label:
        description = f"{label} · {description}" if description else label
    return outbound.Row(payload, title, clip(_line(description), DESCRIPTION))


def file(
    talk: Conversation,
    attached: Attached,
    caption: str = "",
    local: Mapping[str, Any] = NOTHING,
) -> outbound.Media | None:
    """Make a file of its source; None when the source comes out empty."""
    source = talk.render(attached.source, local).strip()
    if not source:
        return None
    filename = talk.render(attached.filename, local) if attached.filename else ""
    return outbound.Media(attached.kind, source, caption, filename)


def captioned(
    talk: Conversation, attached: Attached, body: str, local: Mapping[str, Any] = NOTHING
) -> None:
    """Say words with a file; WhatsApp shows no words under audio and stickers."""
    fits = len(body) <= _CAPTION and attached.kind not in {"audio", "sticker"}
    media = file(talk, attached, body if fits else "", local)
    if media is None:
        text(talk, body)
        return
    talk.messages.append(media)
    if not fits:
        text(talk, body)


def clip(words: str, most: int) -> str:
    """Cut words at a length, with an ellipsis."""
    words = _line(words)
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def _picture(talk: Conversation, manners: Manners) -> None:
    if manners.image and (media := file(talk, manners.image)):
        talk.messages.append(media)


def _footer(talk: Conversation, manners: Manners) -> str:
    return clip(talk.text(manners.footer), FOOTER) if manners.footer else ""


def _page(talk: Conversation, offers: Sequence[Offer], manners: Manners) -> list[outbound.Row]:
    """Cut one page of at most ten rows, the last of which may lead on."""
    start = manners.page * (ROWS - 1)
    rest = offers[start:] or offers
    shown = rest if len(rest) <= ROWS else rest[: ROWS - 1]
    made = [row(offer.payload, _line(offer.label), offer.description) for offer in shown]
    if len(rest) > ROWS:
        made.append(row(f"{manners.more}{manners.page + 1}", talk.phrase("more")))
    return made


def shortened(talk: Conversation, body: str) -> str:
    """Give a body for an interactive message; what is too long is said before it."""
    body = body.strip()
    if not body:
        return talk.phrase("choose")
    if len(body) <= BODY:
        return body
    text(talk, body)
    return talk.phrase("choose")


def _line(words: str) -> str:
    return " ".join(words.split())


def _links(body: str) -> bool:
    return "https://" in body or "http://" in body


def _divided(body: str, most: int) -> list[str]:
    """Divide a text at paragraphs, lines, sentences or words, whichever comes last in time."""
    parts = []
    body = body.strip()
    while len(body) > most:
        cut = next(
            (
                at + len(end)
                for end in _ENDS
                if (at := body.rfind(end, most // 2, most - len(end))) > 0
            ),
            most,
        )
        parts.append(body[:cut].rstrip())
        body = body[cut:].lstrip()
    return [part for part in (*parts, body) if part]
