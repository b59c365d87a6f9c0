"""What components are told by their environment."""

from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from prosa.errors import ConfigError
from prosa.settings import ComponentSettings, NatsSettings, load


class WithSecret(ComponentSettings):
    """A component that is given a secret and a number."""

    key: SecretStr
    batch: int = 10


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*ComponentSettings.model_fields, "nats_url", "nats_credentials", "nats_ca"):
        monkeypatch.delenv(f"PROSA_{name.upper()}", raising=False)


def test_the_defaults_work_on_a_laptop() -> None:
    assert load(ComponentSettings).model_dump() == {
        "nats": {"url": "nats://127.0.0.1:4222", "credentials": None, "ca": None},
        "chatbots": Path(".data/chatbots"),
        "log_level": "info",
        "log_format": "auto",
        "health_host": "127.0.0.1",
        "health_port": 8081,
        "grace": timedelta(seconds=20),
        "tracing_endpoint": "",
    }


def test_every_setting_has_its_sentence() -> None:
    fields = ComponentSettings.model_fields | NatsSettings.model_fields

    assert [name for name, field in fields.items() if not field.description] == []


def test_the_environment_sets_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROSA_NATS_URL", "nats://nats:4222")
    monkeypatch.setenv("PROSA_GRACE", "1m30s")
    settings = load(ComponentSettings)

    assert settings.nats.url == "nats://nats:4222"
    assert settings.grace == timedelta(seconds=90)


def test_a_wrong_value_is_told_by_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROSA_GRACE", "soon")

    with pytest.raises(ConfigError, match=r"^PROSA_GRACE: 'soon' is no duration; write for"):
        load(ComponentSettings)


def test_an_error_beside_a_secret_does_not_print_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROSA_KEY", "hunter2-in-production")
    monkeypatch.setenv("PROSA_BATCH", "many")
    with pytest.raises(ConfigError) as told:
        load(WithSecret)

    assert "PROSA_BATCH" in str(told.value)
    assert "hunter2" not in f"{told.value!r} {told.value.__cause__!r}"
