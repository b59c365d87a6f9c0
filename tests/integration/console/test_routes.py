"""Every route of the console says who may ask it, and refuses everybody else."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from prosa.clock import SystemClock
from prosa.signin import rules
from prosa.web import build
from tests.support.analytics import tell
from tests.support.console import Running, a_console
from tests.support.eventually import eventually
from tests.support.postgres import a_postgres
from tests.support.shop import Story

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOW_MS = SystemClock().now_ms()
ROUTES = [
    ("GET", "api/queues"),
    ("GET", "api/events"),
    ("GET", "api/dead"),
    ("GET", "api/dead/1"),
    ("POST", "api/dead/replay"),
    ("POST", "api/dead/drop"),
    ("GET", "api/conversations"),
    ("GET", "api/search"),
    ("GET", "api/conversations/p5519990007919"),
    ("GET", "api/sections/flows"),
    ("GET", "api/sections/costs"),
    ("GET", "api/files/flows/flows.csv"),
    ("GET", "api/files/dead/letters.csv"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    build.install(with_tools=False)
    build.build()
    folder = tmp_path_factory.mktemp("console")
    async with a_postgres(folder) as database, a_console(folder, database) as console:
        yield console


async def test_no_route_is_without_a_rule(running: Running) -> None:
    assert rules.unguarded(running.app) == []


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_nobody_gets_anything(running: Running, method: str, path: str) -> None:
    async with running.client(None) as client:
        answer = await client.request(method, path, json={"numbers": [1]})

    assert (answer.status_code, answer.json()["code"]) == (401, "signed_out")


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_an_agent_is_told_which_role_is_missing(
    running: Running, method: str, path: str
) -> None:
    async with running.client("agent") as client:
        answer = await client.request(method, path, json={"numbers": [1]})

    assert answer.status_code == 403
    assert (answer.json()["code"], answer.json()["role"]) == ("role_missing", "supervisor")


async def test_the_page_leads_nobody_to_the_sign_in_and_back(running: Running) -> None:
    async with running.client(None, accept="text/html") as client:
        answer = await client.get("flows?from=2026-11-01")

    assert answer.status_code == 303
    assert answer.headers["location"] == "/signin?next=/bots_test/flows%3Ffrom%3D2026-11-01"


async def test_the_page_tells_an_agent_no_figures(running: Running) -> None:
    async with running.client("agent", accept="text/html") as client:
        answer = await client.get("")

    assert '"allowed":false' in answer.text
    assert '"dead":0' in answer.text


async def test_every_answer_carries_the_policy(running: Running) -> None:
    async with running.client() as client:
        for path in ("", "api/queues", "api/nothing", "api/sections/nothing"):
            answer = await client.get(path)
            assert "default-src 'none'" in answer.headers["content-security-policy"], path


@pytest.mark.parametrize("verb", ["replay", "drop"])
async def test_another_site_changes_nothing(running: Running, verb: str) -> None:
    async with running.client("admin", **{"sec-fetch-site": "cross-site"}) as client:
        answer = await client.post(f"api/dead/{verb}", json={"numbers": [1]})

    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"numbers": []}, "malformed"),
        ({"numbers": ["1; drop"]}, "malformed"),
        ({"numbers": list(range(501))}, "malformed"),
        ({"numbers": [1], "all": True}, "malformed"),
        ([], "malformed"),
    ],
)
async def test_a_body_that_asks_for_something_else_is_refused(
    running: Running, body: object, code: str
) -> None:
    async with running.client() as client:
        answer = await client.post("api/dead/drop", json=body)

    assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("api/sections/flows?from=2026-02-30", 422, "bad_period"),
        ("api/sections/flows?from=2020-01-01&to=2026-01-01", 422, "bad_period"),
        ("api/conversations?before=x", 422, "bad_cursor"),
        (f"api/conversations?q={'x' * 300}", 422, "too_long"),
        ("api/conversations?q=oi&by=meaning", 501, "no_meaning"),
        ("api/search?q=oi", 404, "no_meaning"),
        ("api/conversations/..%2F..%2Fetc", 404, "not_found"),
        ("api/conversations/pnobody", 404, "contact_unknown"),
        ("api/conversations/x;drop", 404, "contact_unknown"),
        ("api/sections/secrets", 404, "section_unknown"),
        ("api/files/flows/tables.csv", 404, "section_unknown"),
        ("api/dead/999999", 404, "letter_gone"),
        ("api/dead/-1", 404, "letter_gone"),
        ("api/nothing", 404, "not_found"),
    ],
)
async def test_a_question_without_an_answer_is_named(
    running: Running, path: str, status: int, code: str
) -> None:
    async with running.client() as client:
        answer = await client.get(path)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_customers_formula_leaves_as_a_text(running: Running) -> None:
    story = Story(NOW_MS)
    story.says(1, NOW_MS - 1000, '=HYPERLINK("https://evil.example","oi")', name="@SUM(1)")
    await tell(running.jetstream, *story.told)
    await running.holds("messages", 1)

    async with running.client("supervisor", **{"accept-language": "en"}) as client:
        answer = await client.get("api/files/conversations/conversations.csv")

    assert answer.headers["content-disposition"].startswith('attachment; filename="test-conv')
    assert "'=HYPERLINK" in answer.text
    assert "'@SUM(1)" in answer.text


@pytest.mark.parametrize("part", ["queues", "streams", "history"])
async def test_what_waits_is_taken_along_too(running: Running, part: str) -> None:
    watch = running.app.sampler.watches[0]
    await eventually(lambda: watch.history)

    async with running.client("supervisor", **{"accept-language": "en"}) as client:
        answer = await client.get(f"api/files/queues/{part}.csv")

    head, *rows = answer.text.removeprefix("\ufeff").splitlines()
    first = {"queues": "stream,consumer", "streams": "stream,messages", "history": "at,received"}
    assert head.startswith(first[part])
    assert rows


async def test_records_that_are_away_are_told_as_such_and_come_back(running: Running) -> None:
    root = running.records._root
    assert root is not None
    running.records.close("the file is rewritten")
    async with running.client() as client:
        away = await client.get("api/sections/flows")
        running.records.open(root)
        back = await client.get("api/sections/flows")

    assert (away.status_code, away.json()["code"]) == (503, "unavailable")
    assert back.status_code == 200


async def test_samples_come_while_nats_does_and_go_on_after_it_was_away(running: Running) -> None:
    watch = running.app.sampler.watches[0]
    await eventually(lambda: watch.history and not watch.away)

    running.server.freeze()
    try:
        await eventually(lambda: watch.away, within=30)
    finally:
        running.server.thaw()
    seen = watch.history[-1].at

    await eventually(lambda: not watch.away and watch.history[-1].at > seen, within=30)
