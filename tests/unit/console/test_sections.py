"""Each statement answers over what the real writer wrote, within its period and its limits."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from prosa.contracts.chatbot import Prices
from prosa.contracts.identity import ContactKey
from services.analytics.console import asking, periods, sections
from services.analytics.console.asking import Ask
from services.analytics.console.shapes import Row, Setting
from services.analytics.records import Records
from tests.support.records import Kept
from tests.support.shop import DAY, HOUR, MINUTE, Story, step

NOW = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)
ZONE = "America/Sao_Paulo"
PRICED = Setting(prices=Prices(currency="BRL", per_message={"marketing": 0.35}))
ALL = sections.load()


class Desk:
    """Records of one story, and who asks them."""

    def __init__(self, folder: Path) -> None:
        self.story = Story(NOW_MS)
        self.kept = Kept(folder)
        self.records = Records()
        self.records.open(self.kept.opened.root)

    def tell(self) -> None:
        """Let the writer take what was told since."""
        self.kept.takes(*self.story.told)
        self.story.told.clear()

    async def ask(self, name: str, *, setting: Setting = PRICED, **asked: str) -> Row:
        """Ask a section as a page does."""
        self.tell()
        return await self.section(name, asked).answer(self.records, asked_for(asked), setting)

    def section(self, name: str, asked: dict[str, str]) -> sections.Section:
        if name == "replay":
            return ALL.replay
        return ALL.found if asked.get("q") else ALL.by_name[name]


def an_ask(*, rows: int = 100, **asked: str) -> Ask:
    return asked_for(asked, rows)


def asked_for(asked: dict[str, str], rows: int = 100) -> Ask:
    period = periods.read(asked.pop("first", ""), asked.pop("last", ""), ZONE, NOW)
    return asking.read(asked, period, NOW - timedelta(hours=24), rows)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    own = Desk(tmp_path)
    yield own
    own.records.shut_down()
    own.kept.opened.close()


def one(rows: list[Row], **wanted: Any) -> Row:
    (found,) = [row for row in rows if wanted.items() <= row.items()]
    return found


# --- all of them ----------------------------------------------------------------------------------

EVERY = [
    *((name, part) for name, section in ALL.by_name.items() for part in section.statements),
    *(("found", part) for part in ALL.found.statements),
    *(("replay", part) for part in ALL.replay.statements),
]


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    own = Desk(tmp_path_factory.mktemp("records"))
    own.story.fortnight(12)
    own.tell()
    yield own
    own.records.shut_down()
    own.kept.opened.close()


@pytest.mark.parametrize(("name", "part"), EVERY)
async def test_every_statement_is_answered_over_a_fortnight(
    full: Desk, name: str, part: str
) -> None:
    known = {"found": ALL.found, "replay": ALL.replay} | ALL.by_name
    statement = known[name].statements[part]
    contact = full.kept.value("select contact from handoffs limit 1")
    ask = an_ask(first="2026-11-10", q="compass", contact=contact if name == "replay" else "")

    rows = await full.records.query(statement.sql, statement.bound(ask))

    assert rows or part in {"oddities", "misses", "found", "trace"}
    assert (
        msgspec.json.decode(msgspec.json.encode(rows)) == rows
    )  # nothing that JSON has no word for


@pytest.mark.parametrize("name", ALL.by_name)
async def test_an_empty_file_answers_too(desk: Desk, name: str) -> None:
    assert await desk.ask(name)


# --- flows ----------------------------------------------------------------------------------------


async def test_a_flow_is_completed_left_or_still_open(desk: Desk) -> None:
    desk.story.search(1, NOW_MS - 3 * DAY)
    desk.story.search(2, NOW_MS - 3 * DAY, stops_at=1)
    desk.story.search(3, NOW_MS - HOUR, stops_at=0)

    answer = await desk.ask("flows")

    flow = one(answer["flows"], flow="buscar")
    assert (flow["started"], flow["completed"], flow["left"], flow["open"]) == (3, 1, 1, 1)
    assert flow["medianMs"] > 0


async def test_questions_stand_in_the_order_people_meet_them_with_who_stopped(desk: Desk) -> None:
    for who in range(4):
        desk.story.search(who, NOW_MS - 3 * DAY, stops_at=1 if who < 2 else 9)

    (flow,) = (await desk.ask("flows"))["flows"]

    assert [(q["step"], q["reached"], q["left"]) for q in flow["questions"]] == [
        ("tipo", 4, 0),
        ("preco_max", 4, 2),
        ("cidade", 2, 0),
    ]


# --- intents --------------------------------------------------------------------------------------


async def test_what_was_not_understood_stands_once_with_how_often_it_was_said(desk: Desk) -> None:
    for who, text in enumerate(("Faz para PCD?", "faz para pcd?", "FAZ PARA PCD?")):
        heard = desk.story.says(who, NOW_MS - HOUR + who * MINUTE, text)
        desk.story.turn(who, NOW_MS - HOUR + who * MINUTE + 900, heard, step("not_understood"))

    (miss,) = (await desk.ask("intents"))["misses"]

    assert (miss["text"], miss["times"], miss["kind"]) == ("FAZ PARA PCD?", 3, "not_understood")


async def test_a_doubt_brings_its_likeliest_intent_and_can_be_asked_for(desk: Desk) -> None:
    heard = desk.story.says(1, NOW_MS - HOUR, "aceita moto?")
    doubt = (step("clarified", "financiar", score=0.41), step("clarified", "visitar", score=0.3))
    desk.story.turn(1, NOW_MS - HOUR + 900, heard, *doubt)

    (miss,) = (await desk.ask("intents", intent="visitar"))["misses"]

    assert (miss["guess"], miss["score"]) == ("financiar", 0.41)
    assert (await desk.ask("intents", intent="buscar"))["misses"] == []
    assert (await desk.ask("intents", kind="low"))["misses"] == []


# --- people ---------------------------------------------------------------------------------------


async def test_waiting_promises_and_ratings_are_counted(desk: Desk) -> None:
    desk.story.handoff(1, NOW_MS - 2 * DAY, waits=4, rating=5)
    desk.story.handoff(2, NOW_MS - 2 * DAY, waits=22, rating=2, late=True)
    desk.story.handoff(3, NOW_MS - 9 * MINUTE, waits=-1)

    answer = await desk.ask("people")

    assert answer["now"]["waiting"] == 1
    assert (answer["summary"]["tickets"], answer["summary"]["lateFirstReply"]) == (3, 1)
    assert answer["summary"]["rating"] == 3.5
    assert answer["load"]["held"][-1] == 1
    assert sum(answer["load"]["opened"]) == 3


async def test_what_was_open_before_the_period_is_part_of_its_load(desk: Desk) -> None:
    desk.story.handoff(1, NOW_MS - 20 * DAY, waits=-1)

    assert (await desk.ask("people"))["load"]["held"] == [1] * 7


# --- campaigns and costs --------------------------------------------------------------------------


async def test_a_campaign_costs_what_meta_bills_at_the_bots_prices(desk: Desk) -> None:
    desk.story.campaign("price-drop", NOW_MS - DAY, range(20))

    answer = await desk.ask("campaigns")

    row = one(answer["campaigns"], campaign="price-drop")
    assert row["sent"] == 20
    assert row["cost"] == pytest.approx(0.35 * (20 - row["failed"]))
    assert answer["currency"] == "BRL"
    assert answer["runs"][0]["skipped"]["frequency"] == 22


async def test_without_prices_there_are_counts_and_no_invented_cost(desk: Desk) -> None:
    desk.story.campaign("price-drop", NOW_MS - DAY, range(5))

    answer = await desk.ask("costs", setting=Setting())

    assert {bill["cost"] for bill in answer["bills"]} == {None}
    assert answer["currency"] == ""


async def test_a_free_message_costs_nothing_whatever_its_category(desk: Desk) -> None:
    desk.story.search(1, NOW_MS - HOUR)

    (bill,) = (await desk.ask("costs"))["bills"]

    assert (bill["billableAs"], bill["cost"]) == ("free_customer_service/service", 0)


async def test_volume_is_counted_on_the_bots_own_days(desk: Desk) -> None:
    late = int(datetime(2026, 11, 23, 1, 30, tzinfo=UTC).timestamp() * 1000)  # 22:30 of the 22nd
    desk.story.says(1, late, "boa noite")

    answer = await desk.ask("costs")

    local = [datetime.fromtimestamp(at / 1000, UTC).isoformat()[:13] for at in answer["at"]]
    assert local[4] == "2026-11-22T03"
    assert answer["volume"]["customer"] == [0, 0, 0, 0, 1, 0, 0]


# --- conversations --------------------------------------------------------------------------------


async def test_words_are_found_whatever_their_case_and_accents(desk: Desk) -> None:
    desk.story.says(1, NOW_MS - HOUR, "Aceita CONSÓRCIO contemplado?")
    desk.story.says(2, NOW_MS - HOUR, "outra coisa")

    found = await desk.ask("conversations", q="consorcio")

    assert [item["text"] for item in found["items"]] == ["Aceita CONSÓRCIO contemplado?"]


async def test_a_person_is_found_by_her_name_and_her_phone(desk: Desk) -> None:
    desk.story.says(1, NOW_MS - HOUR, "oi", name="Cíntia Alves")
    phone = desk.story.contact(1)[1:]

    assert len((await desk.ask("conversations", q="cintia"))["items"]) == 1
    assert len((await desk.ask("conversations", q=f"+{phone[:8]}"))["items"]) == 1


@pytest.mark.parametrize("q", ["'; drop table messages; --", "%", "_", "\\", "$q", "oi' or '1'='1"])
async def test_what_is_typed_is_searched_for_and_never_run(desk: Desk, q: str) -> None:
    desk.story.says(1, NOW_MS - HOUR, "oi")

    assert (await desk.ask("conversations", q=q))["items"] == []
    assert desk.kept.value("select count(*) from messages") == 1


async def test_a_list_goes_on_where_the_page_before_ended(desk: Desk) -> None:
    for who in range(5):
        desk.story.says(who, NOW_MS - who * MINUTE, "oi")
    desk.tell()
    section = ALL.by_name["conversations"]

    first = await section.answer(desk.records, an_ask(rows=3), PRICED)
    rest = await section.answer(desk.records, an_ask(rows=3, before=str(first["next"])), PRICED)

    seen = [item["contact"] for item in (*first["items"], *rest["items"])]
    assert seen == [desk.story.contact(who) for who in range(5)]
    assert rest["next"] is None


async def test_a_conversation_is_replayed_with_reasons_answers_and_ticks(desk: Desk) -> None:
    desk.story.search(1, NOW_MS - HOUR)

    replay = await desk.ask("replay", contact=desk.story.contact(1))

    authors = [message["author"] for message in replay["messages"]]
    assert authors == ["customer", "bot"] * 4
    assert [step["what"] for step in replay["turns"][0]["steps"]][:2] == [
        "understood",
        "flow_started",
    ]
    assert replay["messages"][1]["options"] == ["Hatch", "SUV", "Sedan"]
    assert replay["messages"][1]["status"] in {"delivered", "read"}


async def test_who_held_the_conversation_stands_between_the_messages(desk: Desk) -> None:
    desk.story.handoff(1, NOW_MS - HOUR, rating=4)

    replay = await desk.ask("replay", contact=desk.story.contact(1))

    moves = [(move["what"], move["subject"]) for move in replay["moves"]]
    assert ("handoff", "vendas") in moves
    assert [subject for what, subject in moves if what == "owner"] == ["queue", "human", "bot"]


async def test_nobody_sees_somebody_elses_words(desk: Desk) -> None:
    desk.story.search(1, NOW_MS - HOUR)
    desk.story.handoff(2, NOW_MS - HOUR)

    replay = await desk.ask("replay", contact=ContactKey("p5599999999999"))

    assert (replay["person"], replay["messages"], replay["turns"], replay["moves"]) == (
        None,
        [],
        [],
        [],
    )
