"""NATS does not let a service in: it says which setting to look at, and never the password."""

from datetime import timedelta
from pathlib import Path

import pytest

from prosa.errors import ConfigError
from prosa.jetstream import connection
from prosa.jetstream.connection import connect
from prosa.settings import NatsSettings
from tests.support.logged import logged
from tests.support.nats import NatsServer, nats_server

USERS = "authorization { users: [ { user: sender, password: right-one } ] }"


def as_sender(server: NatsServer, password: str) -> NatsSettings:
    """Write credentials as a Secret is mounted."""
    folder = server.folder / "credentials"
    folder.mkdir()
    (folder / "user").write_text("sender")
    (folder / "password").write_text(password)
    return NatsSettings(url=server.url, credentials=folder)


async def test_the_right_password_opens(tmp_path: Path) -> None:
    async with (
        nats_server(tmp_path, more=USERS) as server,
        connect(as_sender(server, "right-one"), "sender") as jetstream,
    ):
        assert jetstream.connected


async def test_a_wrong_password_ends_the_start_and_is_not_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(connection, "FIRST_CONNECTION", timedelta(seconds=1))
    async with nats_server(tmp_path, more=USERS) as server:
        with pytest.raises(ConfigError, match="are the credentials right") as told:
            async with connect(as_sender(server, "wrong-one"), "sender"):
                pass

    told_so = logged(capsys)
    assert "Authorization Violation" in told_so
    assert "wrong-one" not in told_so + str(told.value)
