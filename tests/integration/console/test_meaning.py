"""Search by meaning: the records' own search is asked with the page's words, period and filters."""

from datetime import datetime
from pathlib import Path
from typing import Any

from prosa.web import build
from tests.support.console import a_console
from tests.support.postgres import a_postgres

ROW = {
    "contact": "p5519990007919",
    "name": "Marina",
    "phone": "5519990007919",
    "at": 1_795_000_000_000,
    "text": "=queria um carro grande",
    "author": "customer",
    "kind": "text",
    "intent": "buscar",
    "message": "wamid.1",
    "score": 0.83,
}


class Nearest:
    """Finds one message, whatever is asked, and remembers how it was asked."""

    def __init__(self) -> None:
        self.asked: dict[str, Any] = {}

    async def __call__(self, text: str, **filters: Any) -> list[dict[str, Any]]:
        self.asked = {"text": text, **filters}
        return [ROW]


async def test_words_period_and_filters_reach_the_search_and_its_rows_the_page(
    tmp_path: Path,
) -> None:
    build.install(with_tools=False)
    build.build()
    nearest = Nearest()
    question = "q=espaçoso&by=meaning&author=customer&from=2026-11-01&to=2026-11-02"
    async with (
        a_postgres(tmp_path) as database,
        a_console(tmp_path, database, meaning=nearest) as running,
        running.client() as client,
    ):
        answer = await client.get(f"api/conversations?{question}")
        found = await client.get(f"api/search?{question}")
        nothing = await client.get("api/search?author=customer")
        file = await client.get(f"api/files/conversations/found.csv?{question}")

    assert answer.json()["items"] == [ROW]
    assert found.json() == answer.json()
    assert (nothing.status_code, nothing.json()["code"]) == (422, "nothing_asked")
    assert (nearest.asked["text"], nearest.asked["author"]) == ("espaçoso", "customer")
    assert nearest.asked["since"] == datetime.fromisoformat("2026-11-01T03:00:00+00:00")
    assert nearest.asked["until"] == datetime.fromisoformat("2026-11-03T03:00:00+00:00")
    assert "'=queria um carro grande" in file.text
