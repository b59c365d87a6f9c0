"""What the build is made from, and when it is made again."""

import json
from pathlib import Path

import pytest

from prosa.web import build

ROOT = build.ROOT


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for path in ("prosa/web/kit/a.ts", "services/handoff/web/page.tsx", "simulator/web/b.css"):
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_text("one")
    return tmp_path


def test_pages_are_built_from_their_folders_and_the_kit(checkout: Path) -> None:
    (checkout / "services/handoff/store.py").write_text("")
    (checkout / "services/handoff/diagram.svg").write_text("")

    assert build.sources(checkout) == [
        "prosa/web/kit/a.ts",
        "services/handoff/web/page.tsx",
        "simulator/web/b.css",
    ]


def test_a_changed_file_changes_the_digest(checkout: Path) -> None:
    before = build.digest(checkout, build.sources(checkout))
    (checkout / "simulator/web/b.css").write_text("two")

    assert build.digest(checkout, build.sources(checkout)) != before


def test_a_renamed_file_changes_the_digest(checkout: Path) -> None:
    before = build.digest(checkout, build.sources(checkout))
    (checkout / "simulator/web/b.css").rename(checkout / "simulator/web/c.css")

    assert build.digest(checkout, build.sources(checkout)) != before


def test_another_time_changes_nothing(checkout: Path) -> None:
    before = build.digest(checkout, build.sources(checkout))
    (checkout / "simulator/web/b.css").touch()

    assert build.digest(checkout, build.sources(checkout)) == before


def test_what_needs_building_from_a_checkout_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(build, "ROOT", tmp_path)

    with pytest.raises(SystemExit):
        build.main([])

    assert "is no checkout" in capsys.readouterr().err


def test_every_package_is_pinned_to_one_version() -> None:
    package = json.loads((ROOT / "package.json").read_text())
    versions = {**package["dependencies"], **package["devDependencies"]}

    assert [name for name, version in versions.items() if not version[0].isdigit()] == []


def test_the_lock_holds_hashes_and_no_addresses() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    packages = {name: each for name, each in lock["packages"].items() if name}

    assert [name for name, each in packages.items() if "resolved" in each] == []
    assert [name for name, each in packages.items() if "integrity" not in each] == []
