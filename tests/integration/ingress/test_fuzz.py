"""A hundred thousand webhooks gone wrong: no crash, no 5xx, and whatever Meta signed is kept.

The real application on a real nats-server. What was JSON and what a webhook held is judged by
Python's own json module and a few lines here, not by the code under test.
"""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prosa.contracts import subjects
from prosa.contracts.events import Event, WebhookUnknown
from prosa.contracts.inbound import Inbound
from tests.support.ingress import Ingress, a_bot, an_ingress
from tests.support.mutations import Mutator
from tests.support.nats import BOT, provisioned
from tests.support.webhooks import ACCOUNT, NUMBER, names, post, signed, stored

MUTATED = 98_000
INVENTED = 2_000
AT_ONCE = 250
SEED = 20_261_124

COUNTERS = (
    "prosa_ingress_updates_total",
    "prosa_ingress_unknown_total",
    "prosa_ingress_unrouted_total",
    "prosa_ingress_duplicates_total",
)


@pytest.fixture
async def ingress(tmp_path: Path) -> AsyncIterator[Ingress]:
    async with provisioned(tmp_path) as (_, jetstream):
        yield an_ingress(jetstream, a_bot(tmp_path / "chatbots"))


def refuse(constant: str) -> None:
    raise ValueError(constant)


def parsed(body: bytes) -> tuple[bool, Any]:
    """Tell whether a body is JSON as the standard has it, and what it holds."""
    try:
        value = json.loads(body.decode(), parse_constant=refuse)
        json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except (ValueError, RecursionError):
        return False, None
    return True, value


def changes_in(webhook: Any) -> int:
    """Count what must not get lost: each change, and each thing in the place of one."""
    if not isinstance(webhook, dict) or not isinstance(webhook.get("entry"), list):
        return 1
    return sum(
        len(entry["changes"])
        if isinstance(entry, dict) and isinstance(entry.get("changes"), list)
        else 1
        for entry in webhook["entry"]
    )


def accounted(ingress: Ingress) -> float:
    """Sum up what the metrics say was stored."""
    lines = ingress.registry.render()[0].decode().splitlines()
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(COUNTERS))


async def everything_stored_can_be_read(ingress: Ingress) -> None:
    for stream, subject, kind in (
        (subjects.in_stream(BOT), f"prosa.{BOT}.in.*", Inbound),
        (subjects.evt_stream(BOT), f"prosa.{BOT}.evt.>", Event),
        (subjects.UNROUTED_STREAM, "prosa_unrouted.>", WebhookUnknown),
    ):
        decode = msgspec.json.Decoder(kind).decode
        for message in await ingress.read(stream, subject):
            decode(message.payload)


async def test_mutated_webhooks_never_crash_it_and_signed_ones_are_kept(ingress: Ingress) -> None:
    mutator = Mutator([stored(name) for name in names()], SEED)
    answers: Counter[tuple[str, int]] = Counter()
    owed = 0
    for _ in range(0, MUTATED, AT_ONCE):
        bodies = [mutator.body() for _ in range(AT_ONCE)]
        forged = [mutator.chance() < 0.1 for _ in bodies]
        outcomes = await asyncio.gather(
            *(
                post(ingress.app, body, signed(body, "wrong") if bad else "")
                for body, bad in zip(bodies, forged, strict=True)
            )
        )
        for body, bad, outcome in zip(bodies, forged, outcomes, strict=True):
            is_json, webhook = (False, None) if bad else parsed(body)
            answers["forged" if bad else "json" if is_json else "broken", outcome.status] += 1
            owed += changes_in(webhook) if is_json else 0

    assert sum(answers.values()) == MUTATED
    assert set(answers) == {("forged", 401), ("json", 200), ("broken", 400)}, answers
    assert accounted(ingress) >= owed > MUTATED / 2
    assert ingress.counted("prosa_ingress_unknown_total", reason="fault") == 0
    await everything_stored_can_be_read(ingress)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
FIELDS = st.sampled_from(
    ["messages", "standby", "smb_message_echoes", "messaging_handovers", "user_preferences"]
)
LISTS = ("contacts", "messages", "statuses", "errors", "message_echoes", "user_preferences")
ITEM = st.dictionaries(
    st.sampled_from(["id", "type", "from", "from_user_id", "timestamp", "text", "system", "to"]),
    ANYTHING | st.sampled_from(["text", "system", "reaction", "5519987654321"]),
)
VALUE = st.fixed_dictionaries(
    {"metadata": st.just({"phone_number_id": NUMBER})},
    optional={name: st.lists(ITEM | ANYTHING, max_size=3) | ANYTHING for name in LISTS},
)
CHANGE = st.fixed_dictionaries({"field": FIELDS | st.text(), "value": VALUE | ANYTHING})
ENTRY = st.fixed_dictionaries(
    {"id": st.just(ACCOUNT) | ANYTHING, "changes": st.lists(CHANGE | ANYTHING, max_size=3)}
)
WEBHOOK = st.fixed_dictionaries({"entry": st.lists(ENTRY | ANYTHING, max_size=3)}) | ANYTHING


async def test_invented_webhooks_never_crash_it_and_are_kept(ingress: Ingress) -> None:
    loop = asyncio.get_running_loop()
    owed = examples = 0

    @settings(
        max_examples=INVENTED,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(WEBHOOK)
    def check(webhook: Any) -> None:
        nonlocal owed, examples
        body = json.dumps(webhook).encode()
        is_json, value = parsed(body)
        sending = asyncio.run_coroutine_threadsafe(post(ingress.app, body), loop)

        assert sending.result(30).status == (200 if is_json else 400)
        owed += changes_in(value) if is_json else 0
        examples += 1

    await asyncio.to_thread(check)

    assert examples >= INVENTED
    assert accounted(ingress) >= owed
    assert ingress.counted("prosa_ingress_unknown_total", reason="fault") == 0
    await everything_stored_can_be_read(ingress)
