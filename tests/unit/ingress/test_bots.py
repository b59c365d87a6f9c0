"""The bots of the process and their secrets as of now."""

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from prosa import chatbots
from prosa.contracts.identity import bot_token
from prosa.errors import ConfigError
from services.ingress.bots import Bots
from tests.support.ingress import a_bot
from tests.support.nats import BOT

OTHER = bot_token("bots", "other")


def bots(folder: Path, monotonic: Callable[[], float] | None = None) -> Bots:
    running = chatbots.load(folder, needs=("app-secret", "verify-token"))
    return Bots(running, monotonic or count(0.0, 60.0).__next__)


def test_bots_of_one_app_share_a_key(tmp_path: Path) -> None:
    a_bot(tmp_path)
    a_bot(tmp_path, OTHER, number="2")

    (key,) = bots(tmp_path).keys

    assert key.bots == {BOT, OTHER}


def test_two_bots_on_one_number_end_the_start(tmp_path: Path) -> None:
    a_bot(tmp_path)
    a_bot(tmp_path, OTHER)

    with pytest.raises(ConfigError, match="a number has one bot"):
        bots(tmp_path)


def test_a_changed_secret_is_seen(tmp_path: Path) -> None:
    served = bots(a_bot(tmp_path))
    (tmp_path / BOT / "whatsapp" / "app-secret").write_text("new")

    assert served.refresh()
    assert [key.secret for key in served.keys] == [b"new"]


def test_an_unchanged_secret_is_no_rotation(tmp_path: Path) -> None:
    assert not bots(a_bot(tmp_path)).refresh()


def test_wrong_signatures_do_not_make_us_read_files_all_the_time(tmp_path: Path) -> None:
    served = bots(a_bot(tmp_path), count(0.0, 0.4).__next__)
    (tmp_path / BOT / "whatsapp" / "app-secret").write_text("new")

    assert [served.refresh() for _ in range(3)] == [False, False, True]


def test_a_secret_that_went_away_leaves_the_last_one_in_force(tmp_path: Path) -> None:
    served = bots(a_bot(tmp_path))
    (tmp_path / BOT / "whatsapp" / "app-secret").unlink()

    assert not served.refresh()
    assert [key.secret for key in served.keys] == [b"test_app_secret"]


async def test_it_stops_when_told_to(tmp_path: Path) -> None:
    served = bots(a_bot(tmp_path))
    served.stop()

    await served.run()
