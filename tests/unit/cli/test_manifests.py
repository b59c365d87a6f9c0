"""From manifests to what a bot needs to run."""

import base64
from pathlib import Path

import pytest
from pydantic import SecretStr

from prosa.cli import manifests
from prosa.errors import ConfigError
from tests.unit.cli.manifest_files import DIALOGUE, a_chatbot, a_folder, a_secret


def test_a_folder_is_read_like_kubectl_would(tmp_path: Path) -> None:
    (bundle,) = manifests.read(a_folder(tmp_path))

    assert bundle.chatbot.token == "bots_shop"
    assert bundle.dialogue.text == DIALOGUE
    assert bundle.secrets["access-token"].get_secret_value() == "EAA-of-shop"


def test_a_file_may_hold_everything(tmp_path: Path) -> None:
    config_map = "kind: ConfigMap\nmetadata: {name: shop-dialogue}\ndata: {dialogue.yaml: abc}\n"
    file = tmp_path / "all.yaml"
    file.write_text(f"{a_chatbot()}---\n{a_secret()}---\n{config_map}")
    (bundle,) = manifests.read(file)

    assert bundle.dialogue.text == "abc"


def test_a_kustomization_says_which_file_stands_under_a_key(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    (folder / "dialogue.yaml").rename(folder / "talk.yaml")
    (folder / "kustomization.yaml").write_text(
        "configMapGenerator: [{name: shop-dialogue, files: [dialogue.yaml=talk.yaml]}]"
    )
    (bundle,) = manifests.read(folder)

    assert bundle.dialogue.text == DIALOGUE


def test_a_folder_of_folders_holds_many_bots(tmp_path: Path) -> None:
    a_folder(tmp_path / "bakery", "bakery", "1")
    a_folder(tmp_path / "cars", "cars", "2")

    tokens = [bundle.chatbot.token for bundle in manifests.read(tmp_path)]
    assert tokens == ["bots_bakery", "bots_cars"]


def test_two_bots_on_one_number_are_refused(tmp_path: Path) -> None:
    a_folder(tmp_path / "bakery", "bakery", "1")
    a_folder(tmp_path / "cars", "cars", "1")

    with pytest.raises(ConfigError, match="bots_bakery and bots_cars both have phoneNumberId 1"):
        manifests.read(tmp_path)


def test_encoded_secrets_are_decoded(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    encoded = base64.b64encode(b"EAA-encoded").decode()
    secret = (
        a_secret().replace("access-token: EAA-of-shop, ", "") + f"data: {{access-token: {encoded}}}"
    )
    (folder / "secrets.yaml").write_text(secret)
    (bundle,) = manifests.read(folder)

    assert bundle.secrets["access-token"].get_secret_value() == "EAA-encoded"


def test_a_missing_secret_says_where_to_write_what(tmp_path: Path) -> None:
    (a_folder(tmp_path) / "secrets.yaml").unlink()

    with pytest.raises(
        ConfigError, match=r"Secret shop-whatsapp is in no manifest .*secrets\.yaml"
    ):
        manifests.read(tmp_path)


def test_a_missing_key_is_told_by_secret_and_key(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    (folder / "secrets.yaml").write_text(a_secret().replace("app-secret:", "app-sekret:"))

    with pytest.raises(ConfigError, match="Secret shop-whatsapp has no key app-secret"):
        manifests.read(folder)


def test_broken_yaml_beside_a_secret_does_not_print_it(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    (folder / "secrets.yaml").write_text("kind: Secret\nstringData: {access-token: EAA-x\nb: [")
    with pytest.raises(ConfigError, match=r"secrets\.yaml:3:2: this is no YAML") as told:
        manifests.read(folder)

    assert "EAA-x" not in f"{told.value} {told.value.__cause__}"


def test_a_missing_dialogue_names_the_file_that_is_wanted(tmp_path: Path) -> None:
    (a_folder(tmp_path) / "dialogue.yaml").unlink()

    with pytest.raises(ConfigError, match=r"ConfigMap shop-dialogue is in no manifest"):
        manifests.read(tmp_path)


def test_a_measuring_program_may_bring_its_own_app_secret(tmp_path: Path) -> None:
    (bundle,) = manifests.read(a_folder(tmp_path), SecretStr("of-the-benchmark"))

    assert bundle.secrets["app-secret"].get_secret_value() == "of-the-benchmark"


def test_a_path_without_a_chatbot_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="holds no manifest with `kind: Chatbot`"):
        manifests.read(tmp_path)


def test_no_secret_is_needed_to_check_a_dialogue(tmp_path: Path) -> None:
    (a_folder(tmp_path) / "secrets.yaml").unlink()
    (script,) = manifests.scripts(tmp_path)

    assert script.dialogue.text == DIALOGUE
