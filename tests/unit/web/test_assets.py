"""Built files are kept for ever, and sent compressed to those who take it."""

from pathlib import Path

import pytest

from prosa.web.pages import Assets
from tests.unit.web.asgi import ask


@pytest.fixture
def assets(tmp_path: Path) -> Assets:
    (tmp_path / "a-1.js").write_text("plain")
    (tmp_path / "a-1.js.br").write_bytes(b"brotli")
    (tmp_path / "a-1.js.gz").write_bytes(b"gzip")
    (tmp_path / "font-1.woff2").write_bytes(b"font")
    return Assets(tmp_path)


@pytest.mark.parametrize(
    ("accepted", "body", "coding"),
    [
        ("gzip, deflate, br, zstd", b"brotli", "br"),
        ("gzip", b"gzip", "gzip"),
        ("zstd", b"plain", None),
        ("br;q=0", b"plain", None),
        ("vibrant", b"plain", None),
    ],
)
async def test_the_smallest_twin_that_is_accepted_is_sent(
    assets: Assets, accepted: str, body: bytes, coding: str | None
) -> None:
    answer = await ask(assets, "/a-1.js", accept_encoding=accepted)

    assert answer.body == body
    assert answer.headers.get("content-encoding") == coding
    assert answer.headers["content-type"] == "text/javascript"


async def test_a_file_without_twins_is_sent_as_it_is(assets: Assets) -> None:
    answer = await ask(assets, "/font-1.woff2", accept_encoding="br")

    assert (answer.body, answer.headers["content-type"]) == (b"font", "font/woff2")


async def test_browsers_keep_files_since_a_change_renames_them(assets: Assets) -> None:
    answer = await ask(assets, "/a-1.js")

    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["vary"] == "Accept-Encoding"
