"""What the operator's environment may say, and what it is told back."""

from datetime import timedelta

import pytest

from prosa import settings as settings_module
from prosa.errors import ConfigError
from prosa_operator.settings import OperatorSettings, explained


def test_the_defaults_are_pinned() -> None:
    settings = OperatorSettings()

    assert settings.operator_namespaces == ()
    assert settings.operator_resync == timedelta(seconds=60)
    assert settings.operator_rollouts_per_minute == 5
    assert settings.operator_channel_every == timedelta(minutes=5)


def test_namespaces_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROSA_OPERATOR_NAMESPACES", "bots, shops")

    assert OperatorSettings().operator_namespaces == ("bots", "shops")


def test_an_image_without_a_component_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROSA_OPERATOR_IMAGE", "prosa:1")

    with pytest.raises(ConfigError, match="PROSA_OPERATOR_IMAGE: give an image"):
        settings_module.load(OperatorSettings)


def test_help_tells_every_setting_with_a_sentence() -> None:
    text = explained()

    for name, field in OperatorSettings.model_fields.items():
        if name.startswith("operator_"):
            assert f"PROSA_{name.upper()}" in text
            assert field.description
