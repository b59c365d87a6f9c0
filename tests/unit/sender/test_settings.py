"""Defaults work on a laptop, and are changed on purpose only."""

from datetime import timedelta

import pytest

from prosa.errors import ConfigError
from prosa.settings import load
from services.sender.settings import SenderSettings


def test_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PROSA_IN_FLIGHT", raising=False)

    own = {
        name: getattr(load(SenderSettings), name)
        for name in SenderSettings.model_fields
        if name in SenderSettings.__annotations__
    }

    assert own == {
        "in_flight": 256,
        "status_wait": timedelta(seconds=20),
        "doubt_wait": timedelta(seconds=5),
        "connect_timeout": timedelta(seconds=5),
        "answer_timeout": timedelta(seconds=15),
        "retry_pause": timedelta(seconds=60),
    }


def test_fewer_slots_than_classes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROSA_IN_FLIGHT", "2")

    with pytest.raises(ConfigError, match="PROSA_IN_FLIGHT"):
        load(SenderSettings)
