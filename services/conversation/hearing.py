"""From what Meta delivered to what the dialogue hears. Pure."""

from typing import assert_never

import msgspec

from prosa.contracts import inbound
from prosa.contracts.inbound import CustomerBody, Inbound
from prosa.dialogue.turns import File, Place, Utterance


def utterance(  # noqa: C901 - one case a kind
    message: Inbound, body: CustomerBody
) -> Utterance | None:
    """Word one message for the dialogue; None for what asks no answer (an edit, a taken-back word).

    An edit is no new request: what she meant was answered, and she sees that answer. A reaction is
    heard, because a dialogue may wish to answer a first one; by default it does not.
    """
    id_ = message.id
    match body:
        case inbound.Text(body=text):
            return Utterance(kind="text", id=id_, text=text)
        case inbound.Media():
            file = File(body.kind, body.id, body.mime_type, body.filename)
            return Utterance(kind=body.kind, id=id_, text=body.caption, file=file)
        case inbound.Location():
            place = Place(body.latitude, body.longitude, body.name, body.address)
            return Utterance(kind="location", id=id_, place=place)
        case inbound.ContactCards(cards=cards):
            phones = tuple(phone for card in cards for phone in card.phones)
            return Utterance(kind="contacts", id=id_, phones=phones)
        case inbound.Choice():
            return Utterance(kind="choice", id=id_, text=body.title, choice=body.id)
        case inbound.FlowReply(response=response):
            return Utterance(kind="flow_reply", id=id_, data=_json(response))
        case inbound.Order():
            data = msgspec.to_builtins(body)
            return Utterance(kind="order", id=id_, text=body.text, data=data)
        case inbound.Reaction(emoji=emoji):
            return Utterance(kind="reaction", id=id_, text=emoji) if emoji else None
        case inbound.Unsupported():
            return Utterance(kind="unsupported", id=id_)
        case inbound.Unknown():
            return Utterance(kind="unknown", id=id_)
        case inbound.Edit() | inbound.Revoke():
            return None
        case _:
            assert_never(body)


def _json(text: str) -> object:
    try:
        decoded: object = msgspec.json.decode(text)
    except msgspec.MsgspecError:
        return text
    return decoded
