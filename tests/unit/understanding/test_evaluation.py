"""The measure itself, and what it says of the two bots in tests/data."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from prosa.understanding.embedder import Embedder, build_embedder
from prosa.understanding.evaluation import Report, Share, evaluate, main

DATA = Path(__file__).parents[2] / "data" / "understanding"


def load(name: str) -> dict[str, Any]:
    """Read one data set."""
    data: dict[str, Any] = yaml.safe_load((DATA / name).read_text(encoding="utf-8"))
    return data


def report_on(data: Mapping[str, Any], embedder: Embedder | None) -> Report:
    """Evaluate one data set."""
    return evaluate(
        data["examples"],
        data["held_out"],
        data["out_of_scope"],
        embedder,
        locale=data["locale"],
        samples=data["samples"],
    )


@pytest.fixture(scope="module")
def model() -> Embedder | None:
    return build_embedder("embedded")


@pytest.mark.parametrize("name", ["car_dealer.pt-BR.yaml", "dental_clinic.en.yaml"])
def test_held_out_messages_are_none_of_the_examples(name: str) -> None:
    data = load(name)

    def sentences(part: Mapping[str, Sequence[str]]) -> set[str]:
        return {text.lower() for texts in part.values() for text in texts}

    assert not sentences(data["examples"]) & sentences(data["held_out"])
    assert data["examples"].keys() == data["held_out"].keys()


@pytest.mark.parametrize(
    ("name", "accuracy"), [("car_dealer.pt-BR.yaml", 0.80), ("dental_clinic.en.yaml", 0.75)]
)
def test_with_the_model_most_is_understood_and_little_is_invented(
    name: str, accuracy: float, model: Embedder | None
) -> None:
    report = report_on(load(name), model)

    assert report.accuracy.value >= accuracy
    assert report.accepted_right.value >= 0.88
    assert report.out_of_scope_accepted.value <= 0.12


def test_without_the_model_the_dealer_is_still_understood() -> None:
    report = report_on(load("car_dealer.pt-BR.yaml"), None)

    assert report.accuracy.value >= 0.75
    assert report.out_of_scope_accepted.value <= 0.10


def test_the_error_bar_is_wilsons() -> None:
    low, high = Share(9, 10).interval

    assert (low, high) == pytest.approx((0.596, 0.982), abs=0.001)
    assert Share(0, 0).interval == (0.0, 1.0)


def test_a_file_is_reported_in_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    main([str(DATA / "car_dealer.pt-BR.yaml"), "--provider", "tfidf"])

    printed = capsys.readouterr().out
    assert "accuracy" in printed
    assert "out of scope" in printed
