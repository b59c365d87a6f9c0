"""The document of a page: no inline script, whatever the data; the language and theme it is in."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import HTMLResponse

from prosa.web.pages import AssetsMissing, Shell, data_block, preferred_locale

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ENTRY = {"script": "inbox-A.js", "style": "inbox-B.css", "imports": ["kit-C.js"]}


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "manifest.json").write_text(json.dumps({"inbox": ENTRY}))
    return tmp_path


def a_request(root_path: str = "", **headers: str) -> Request:
    fields = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "root_path": root_path, "headers": fields})


def served(built: Path, request: Request, data: Any = None) -> str:
    shell = Shell("inbox", "Inbox <Prosa>", assets=built, now=lambda: NOON)
    answer = shell(request, user={"id": "ana"}, time_zone="America/Sao_Paulo", after=7, data=data)
    assert isinstance(answer, HTMLResponse)
    return bytes(answer.body).decode()


def boot(html: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="boot">(.*?)</script>', html, re.DOTALL)
    assert found
    block: dict[str, Any] = json.loads(found[1])
    return block


def test_the_boot_block_says_what_a_page_starts_from(built: Path) -> None:
    block = boot(served(built, a_request("/bots/inbox"), data={"view": "queue"}))

    assert block == {
        "base": "/bots/inbox/",
        "locale": "pt-BR",
        "timeZone": "America/Sao_Paulo",
        "now": 1772452800000,
        "user": {"id": "ana"},
        "after": 7,
        "data": {"view": "queue"},
    }


def test_no_script_is_inline_and_no_element_styled(built: Path) -> None:
    html = served(built, a_request())

    assert re.findall(r"<script(?! type=\"(?:module\" src=|application/json))", html) == []
    assert "style=" not in html
    assert "onload" not in html


def test_a_customers_words_cannot_leave_the_boot_block(built: Path) -> None:
    words = "</script><script>alert(1)</script><!--\u2028"

    html = served(built, a_request(), data=words)

    assert boot(html)["data"] == words
    assert "alert(1)</script>" not in html


def test_data_blocks_hold_no_angle_bracket() -> None:
    assert data_block({"a": "<b>"}) == '{"a":"\\u003cb>"}'


def test_files_are_addressed_below_the_prefix(built: Path) -> None:
    html = served(built, a_request("/bots/inbox"))

    assert 'src="/bots/inbox/assets/inbox-A.js"' in html
    assert 'href="/bots/inbox/assets/inbox-B.css"' in html
    assert 'href="/bots/inbox/assets/kit-C.js"' in html


def test_the_title_is_escaped(built: Path) -> None:
    assert "<title>Inbox &lt;Prosa&gt;</title>" in served(built, a_request())


def test_a_chosen_theme_and_language_come_from_cookies(built: Path) -> None:
    html = served(built, a_request(cookie="prosa_theme=dark; prosa_locale=en"))

    assert '<html lang="en" data-theme="dark">' in html


def test_cookies_that_we_did_not_write_are_passed_over(built: Path) -> None:
    html = served(built, a_request(cookie="prosa_theme=x; prosa_locale=tlh"))

    assert '<html lang="pt-BR">' in html


@pytest.mark.parametrize(
    ("accepted", "locale"),
    [
        ("", "pt-BR"),
        ("en-GB,en;q=0.9,pt;q=0.8", "en"),
        ("pt-PT,pt;q=0.9,en;q=0.8", "pt-BR"),
        ("de-DE,de;q=0.9,en;q=0.8", "en"),
        ("fr", "pt-BR"),
    ],
)
def test_the_first_language_that_we_speak_is_taken(accepted: str, locale: str) -> None:
    assert preferred_locale(accepted) == locale


def test_pages_that_were_not_built_name_the_command(tmp_path: Path) -> None:
    with pytest.raises(AssetsMissing, match="make assets"):
        Shell("inbox", "Inbox", assets=tmp_path)


def test_a_page_that_is_not_among_the_built_ones_names_them(built: Path) -> None:
    with pytest.raises(AssetsMissing, match=r"no page 'console' \(it has: inbox\)"):
        Shell("console", "Console", assets=built)
