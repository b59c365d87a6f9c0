"""Whatever a client sends, Meta answers with an error of its own, never with a crash."""

import contextlib
import json
from copy import deepcopy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from simulator import recipients, rendering, rules, screen, templates
from simulator.errors import Refusal
from tests.unit.simulator.test_rules import CARD, INTERACTIVE, MESSAGES, a_body
from tests.unit.simulator.test_templates import BODY, BUTTONS, PICTURE, a_send, a_template, words

TEMPLATES = [a_template(BODY, BUTTONS), a_template(PICTURE), a_template()]
RIGHT = [
    *(a_body(kind) for kind in MESSAGES),
    *(a_body("interactive", content) for content in INTERACTIVE.values()),
    a_body("contacts", [CARD]),
    a_body("template", a_send(words("Ana", "Corolla"))),
]
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


def places(value: Any) -> list[tuple[Any, Any]]:
    """List each container with each of its keys."""
    if isinstance(value, dict):
        keys: list[Any] = list(value)
    elif isinstance(value, list):
        keys = list(range(len(value)))
    else:
        return []
    return [(value, key) for key in keys] + [p for key in keys for p in places(value[key])]


def judge(body: Any) -> None:
    rules.check_message(body)
    recipients.recipient(body, "+55 19 3333-0000")
    if body["type"] == "reaction":
        return  # it changes a bubble and makes none
    if body["type"] != "template":
        show(body, None)
        return
    for template in TEMPLATES:
        with contextlib.suppress(Refusal):
            templates.check(template, body["template"])
            rules.check_parameter_media(body)
            show(body, template)


def show(body: Any, template: Any) -> None:
    list(rules.media_in(body))
    picture = screen.Media(url="media/1", mime_type="image/png")
    message = rendering.render(body, template, lambda _: picture, "wamid.1", 0)
    assert message.kind


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_a_message_with_junk_anywhere_is_judged(data: st.DataObject) -> None:
    body = deepcopy(data.draw(st.sampled_from(RIGHT)))
    container, key = data.draw(st.sampled_from(places(body)))
    container[key] = data.draw(JUNK)

    with contextlib.suppress(Refusal):
        judge(json.loads(json.dumps(body)))


@settings(max_examples=200, deadline=None)
@given(JUNK)
def test_junk_is_refused(body: Any) -> None:
    with contextlib.suppress(Refusal):
        judge(body)
        raise AssertionError("junk was taken for a message")
