"""The defaults of sign-in, and what wrong settings say."""

from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from prosa.clock import SystemClock
from prosa.errors import ConfigError
from prosa.settings import load
from prosa.signin import SignInSettings
from prosa.signin.opening import open_signin

NO_DATABASE = SecretStr("postgresql://prosa:x@127.0.0.1:1/prosa")


async def opened(**settings: object) -> None:
    async with open_signin(SignInSettings(**settings), NO_DATABASE, SystemClock()):  # type: ignore[arg-type]
        pass


def test_a_laptop_needs_no_setting() -> None:
    settings = SignInSettings()

    assert settings.signin_passwords
    assert settings.oidc_issuer == ""
    assert settings.signin_plain_http == "loopback"
    assert (settings.session_idle, settings.session_absolute) == (
        timedelta(hours=12),
        timedelta(days=7),
    )


def test_roles_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROSA_OIDC_ROLES", '{"Support": "agent"}')
    monkeypatch.setenv("PROSA_SESSION_IDLE", "30m")

    settings = load(SignInSettings)

    assert settings.oidc_roles == {"Support": "agent"}
    assert settings.session_idle == timedelta(minutes=30)


def test_a_role_that_does_not_exist_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROSA_OIDC_ROLES", '{"Support": "boss"}')

    with pytest.raises(ConfigError, match="PROSA_OIDC_ROLES"):
        load(SignInSettings)


async def test_a_process_that_nobody_could_sign_in_to_does_not_start() -> None:
    with pytest.raises(ConfigError, match="nobody could sign in"):
        await opened(signin_passwords=False)


async def test_a_provider_without_our_id_there_does_not_start() -> None:
    with pytest.raises(ConfigError, match="PROSA_OIDC_CLIENT_ID"):
        await opened(oidc_issuer="https://id.example")


async def test_a_provider_elsewhere_needs_tls() -> None:
    with pytest.raises(ConfigError, match="https://"):
        await opened(oidc_issuer="http://id.example", oidc_client_id="prosa")


async def test_a_secret_that_is_missing_is_named_by_its_file(tmp_path: Path) -> None:
    missing = tmp_path / "client-secret"

    with pytest.raises(ConfigError, match=r"PROSA_OIDC_CLIENT_SECRET: .*client-secret"):
        await opened(
            oidc_issuer="https://id.example", oidc_client_id="prosa", oidc_client_secret=missing
        )
