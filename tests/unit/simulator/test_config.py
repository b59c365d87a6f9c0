"""The configuration file: what it may say, and that its secrets stay in it."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from simulator.config import Batch, Config, ConfigError, Limits, Timing, load
from tests.support.simulator import ROOT, a_config

SECRET = "hunter2-very-secret"


OI = {"name": "oi", "language": "pt_BR"}


def with_templates(*templates: dict[str, Any]) -> dict[str, Any]:
    [app] = a_config()["apps"]
    app["wabas"][0]["templates"] = list(templates)
    return {"apps": [app]}


def written(folder: Path, text: str) -> Path:
    file = folder / "simulator.yaml"
    file.write_text(text)
    return file


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(ConfigError) as refused:
        load(written(folder, text))
    return str(refused.value)


def test_a_configuration_is_read(tmp_path: Path) -> None:
    config = load(written(tmp_path, yaml.safe_dump(a_config())))

    assert config.apps[0].wabas[0].phone_numbers[0].name == "AutoCerto"
    assert [customer.name for customer in config.customers][:2] == ["Ana Souza", "Bruno Lima"]


def test_the_example_of_the_readme_is_read(tmp_path: Path) -> None:
    readme = (ROOT / "simulator" / "README.md").read_text()
    example = readme.split("```yaml\n")[1].split("```")[0]

    config = load(written(tmp_path, example))

    assert config.customers[1].hidden


def test_the_defaults_are_metas() -> None:
    assert Limits().messages_per_second == 80
    assert (Limits().pair_per_seconds, Limits().pair_burst) == (6, 45)
    assert Limits().messaging_limit == 2000
    assert (Limits().oldest_version, Limits().newest_version) == (20, 26)
    assert Timing().webhook_timeout_seconds == 10
    assert Timing().webhook_retry_seconds[:4] == [0, 1, 4, 16]
    assert Batch().updates == 1


def test_templates_come_from_a_file_beside(tmp_path: Path) -> None:
    (tmp_path / "templates.yaml").write_text(
        "[{name: oi, language: pt_BR, components: [{type: BODY, text: Oi}]}]"
    )
    raw = a_config()
    raw["apps"][0]["wabas"][0]["templatesFile"] = "templates.yaml"

    config = load(written(tmp_path, yaml.safe_dump(raw)))

    assert config.apps[0].wabas[0].templates[-1]["name"] == "oi"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"aps": []}, "aps"),
        ({"apps": []}, "$.apps"),
        ({"limits": {"messagesPerSecond": 0}}, "$.limits.messagesPerSecond"),
        ({"customers": [{"name": "Ana", "phone": "123"}]}, "$.customers[0].phone"),
        ({"timing": {"webhookRetrySeconds": []}}, "$.timing.webhookRetrySeconds"),
        (with_templates({"name": "oi", "language": "pt_BR"}), "templates[0].components"),
        (with_templates({**OI, "components": [{"text": "Oi"}]}), "templates[0].components"),
    ],
)
def test_a_mistake_is_named_by_its_place(
    tmp_path: Path, change: dict[str, object], says: str
) -> None:
    text = yaml.safe_dump(a_config(overrides=change))

    assert says in refusal(tmp_path, text)


def test_a_secret_does_not_leave_the_file_in_an_error(tmp_path: Path) -> None:
    raw = a_config()
    raw["apps"][0]["appSecret"] = {"not": SECRET}
    mistyped = yaml.safe_dump(raw)
    broken = f"apps:\n  - appSecret: '{SECRET}\n   x: ]"

    assert SECRET not in refusal(tmp_path, mistyped)
    assert SECRET not in refusal(tmp_path, broken)
    assert "line" in refusal(tmp_path, broken)


def test_an_id_without_quotes_is_explained(tmp_path: Path) -> None:
    raw = a_config()
    raw["apps"][0]["id"] = 1001

    assert "quotes" in refusal(tmp_path, yaml.safe_dump(raw))


def test_a_number_given_twice_is_refused(tmp_path: Path) -> None:
    raw = a_config()
    numbers = raw["apps"][0]["wabas"][0]["phoneNumbers"]
    numbers.append(numbers[0])

    assert "phoneNumbers[1].id is used twice" in refusal(tmp_path, yaml.safe_dump(raw))


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--config"):
        load(tmp_path / "nowhere.yaml")


def test_customers_exist_without_being_configured() -> None:
    assert len(Config(apps=[]).customers) == 3
