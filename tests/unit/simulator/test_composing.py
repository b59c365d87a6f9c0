"""What a customer does, in Meta's words and on her screen."""

from datetime import UTC, datetime
from typing import Any

import pytest

from simulator import composing, rendering, screen
from simulator.composing import Utterance
from simulator.errors import Impossible
from simulator.world import Thread
from tests.unit.simulator.test_webhooks import a_world

NOW = int(datetime(2026, 11, 24, 12, tzinfo=UTC).timestamp() * 1000)


def a_thread(*messages: screen.Message) -> Thread:
    world, number = a_world()
    thread = world.thread(number, world.customers["5519999990001"])
    for message in messages:
        world.add(thread, message)
    return thread


def a_message(side: Any = "in", **more: Any) -> screen.Message:
    facts = {"id": "wamid.1", "kind": "text", "text": "olá", "state": "sent", **more}
    return screen.Message(at=NOW, side=side, **facts)


def composed(thread: Thread, **said: Any) -> dict[str, Any]:
    message, _ = composing.compose(Utterance(who="ana", **said), thread, None, "wamid.2", NOW)
    return message


def test_a_reply_names_the_message_and_its_author() -> None:
    from_business = composed(a_thread(a_message("in")), text="sim", reply_to="wamid.1")
    from_herself = composed(a_thread(a_message("out")), text="sim", reply_to="wamid.1")

    assert from_business["context"] == {"from": "551933330000", "id": "wamid.1"}
    assert from_herself["context"] == {"from": "5519999990001", "id": "wamid.1"}


def test_a_forwarded_message_names_none() -> None:
    assert composed(a_thread(), text="veja", forwarded=True)["context"] == {"forwarded": True}


def test_a_row_without_description_has_none_in_the_reply() -> None:
    rows = [screen.Row(id="r1", title="Corolla")]
    asked = a_message(kind="list", sections=[screen.Section(title="Carros", rows=rows)])

    message = composed(a_thread(asked), kind="list", message_id="wamid.1", row_id="r1")

    assert message["interactive"]["list_reply"] == {"id": "r1", "title": "Corolla"}


def test_a_reaction_taken_back_has_no_emoji() -> None:
    message = composed(a_thread(a_message()), kind="reaction", message_id="wamid.1", emoji="")

    assert message["reaction"] == {"message_id": "wamid.1"}


def test_a_key_can_be_added_or_taken_away() -> None:
    message = composed(a_thread(), text="oi", raw={"text": None, "group_id": "g1"})

    assert message == {"type": "text", "group_id": "g1"}


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ({"text": ""}, "text"),
        ({"kind": "image"}, "media"),
        ({"kind": "location"}, "location"),
        ({"kind": "contacts"}, "contacts"),
        ({"kind": "order"}, "order"),
        ({"kind": "raw"}, "raw"),
        ({"kind": "reaction", "message_id": "wamid.x"}, "messageId"),
        ({"kind": "button", "message_id": "wamid.1", "button_id": "b"}, "buttonId"),
        ({"kind": "list", "message_id": "wamid.1", "row_id": "r"}, "rowId"),
        ({"kind": "edit", "message_id": "wamid.1", "text": "x"}, "her own"),
    ],
)
def test_what_cannot_be_done_is_explained(said: dict[str, Any], says: str) -> None:
    with pytest.raises(Impossible, match=says):
        composed(a_thread(a_message("in")), **said)


def test_a_side_has_one_reaction_under_a_message() -> None:
    message = a_message()
    message.react("out", "👍")
    message.react("in", "🎉")
    message.react("out", "❤️")

    assert [(each.side, each.emoji) for each in message.reactions or []] == [
        ("in", "🎉"),
        ("out", "❤️"),
    ]


def shown(kind: str, content: Any, **more: Any) -> screen.Message:
    def picture(media: dict[str, Any]) -> screen.Media:
        return screen.Media(url=f"media/{media['id']}", mime_type="image/jpeg")

    body = {"type": kind, kind: content, **more}
    return rendering.render(body, None, picture, "wamid.1", NOW)


def test_buttons_are_seen_under_a_picture() -> None:
    reply = {"type": "reply", "reply": {"id": "yes", "title": "Sim"}}
    message = shown(
        "interactive",
        {
            "type": "button",
            "header": {"type": "image", "image": {"id": "7"}},
            "body": {"text": "Este?"},
            "footer": {"text": "até 18h"},
            "action": {"buttons": [reply]},
        },
    )

    assert (message.kind, message.text, message.footer) == ("buttons", "Este?", "até 18h")
    assert message.header
    assert message.header.media
    assert message.header.media.url == "media/7"
    assert message.buttons == [screen.Button(id="yes", title="Sim")]


def test_a_link_is_seen_as_a_button() -> None:
    parameters = {"display_text": "Abrir", "url": "https://example.com"}
    action = {"name": "cta_url", "parameters": parameters}
    message = shown("interactive", {"type": "cta_url", "body": {"text": "Veja"}, "action": action})

    assert (message.kind, message.link) == (
        "cta",
        screen.Link(title="Abrir", url="https://example.com"),
    )


def test_a_place_is_seen_on_the_map() -> None:
    message = shown("location", {"latitude": "-22.9", "longitude": "-47.06", "name": "Loja"})

    assert message.location == screen.Location(latitude=-22.9, longitude=-47.06, name="Loja")


def test_a_quoted_message_is_seen_above() -> None:
    message = shown("text", {"body": "sim"}, context={"message_id": "wamid.0"})

    assert message.quotes == "wamid.0"
