"""Files that bots send, over HTTP."""

import urllib.error
import urllib.request
from pathlib import Path

import pytest

from prosa.cli import asset_server
from tests.support.nats import free_port


def fetched(url: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(url) as answer:  # noqa: S310 - our own server
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, b""


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "car.jpg").write_bytes(b"jpeg")
    (tmp_path / "secrets.yaml").write_text("a secret")
    return tmp_path / "assets"


def test_a_bots_files_are_served_below_its_token(assets: Path) -> None:
    with asset_server.serve({"bots_shop": assets}, free_port()) as urls:
        assert fetched(urls["bots_shop"] + "car.jpg") == (200, b"jpeg")


@pytest.mark.parametrize("path", ["../secrets.yaml", "%2e%2e/secrets.yaml", "", "nothing.jpg"])
def test_nothing_else_is_served(assets: Path, path: str) -> None:
    with asset_server.serve({"bots_shop": assets}, free_port()) as urls:
        assert fetched(urls["bots_shop"] + path) == (404, b"")


def test_another_bots_name_leads_nowhere(assets: Path) -> None:
    with asset_server.serve({"bots_shop": assets}, free_port()) as urls:
        assert fetched(urls["bots_shop"].replace("shop", "cars") + "car.jpg")[0] == 404
