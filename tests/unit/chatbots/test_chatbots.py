"""Chatbots as a folder holds them."""

import os
from pathlib import Path

import pytest
import structlog

from prosa import chatbots
from prosa.errors import ConfigError
from prosa.telemetry import logs
from tests.support.logged import logged

CHATBOT = """\
apiVersion: prosa.dev/v1alpha1
kind: Chatbot
metadata: {name: shop, namespace: bots}
spec:
  whatsapp:
    phoneNumberId: "106540352242922"
    businessAccountId: "102290129340398"
    credentialsSecretRef: {name: shop-whatsapp}
  dialogue: {configMapRef: {name: shop-dialogue, key: dialogue.yaml}}
"""


def a_bot(root: Path, text: str = CHATBOT, **secrets: str) -> Path:
    folder = root / "bots_shop"
    (folder / "whatsapp").mkdir(parents=True)
    (folder / "chatbot.yaml").write_text(text)
    (folder / "dialogue.yaml").write_text("dialogue: v1")
    secrets = {"access_token": "EAA-1", "app_secret": "app-1", "verify_token": "word-1"} | secrets
    for key, value in secrets.items():
        (folder / "whatsapp" / key.replace("_", "-")).write_text(value + "\n")
    return folder


def test_a_bot_is_read_with_its_secrets_and_its_dialogue(tmp_path: Path) -> None:
    a_bot(tmp_path)
    (bot,) = chatbots.load(tmp_path)

    assert bot.token == "bots_shop"
    assert bot.read_dialogue() == "dialogue: v1"
    assert bot.credentials.read().access_token.get_secret_value() == "EAA-1"


def test_both_app_secrets_count_while_one_rotates(tmp_path: Path) -> None:
    a_bot(tmp_path, app_secret_previous="app-0")
    (bot,) = chatbots.load(tmp_path)

    values = [secret.get_secret_value() for secret in bot.credentials.read().app_secrets]
    assert values == ["app-1", "app-0"]


def test_a_rotated_secret_is_read_without_a_restart(tmp_path: Path) -> None:
    folder = a_bot(tmp_path)
    (bot,) = chatbots.load(tmp_path)
    fresh = folder / "fresh"
    fresh.write_text("EAA-2")
    os.replace(fresh, folder / "whatsapp" / "access-token")  # noqa: PTH105 - as Kubernetes swaps it

    assert bot.credentials.read().access_token.get_secret_value() == "EAA-2"


def test_a_missing_key_is_told_by_secret_and_key(tmp_path: Path) -> None:
    (a_bot(tmp_path) / "whatsapp" / "access-token").unlink()

    with pytest.raises(ConfigError, match=r"^Secret shop-whatsapp has no key access-token"):
        chatbots.load(tmp_path)


def test_a_component_may_be_given_the_keys_alone_that_it_needs(tmp_path: Path) -> None:
    (a_bot(tmp_path) / "whatsapp" / "access-token").unlink()
    (bot,) = chatbots.load(tmp_path, needs=("app-secret", "verify-token"))

    with pytest.raises(ConfigError, match="has no key access-token"):
        _ = bot.credentials.read().access_token


def test_a_mistyped_field_is_told_with_file_and_path(tmp_path: Path) -> None:
    folder = a_bot(tmp_path, CHATBOT.replace("phoneNumberId", "phoneNumber"))

    with pytest.raises(ConfigError) as told:
        chatbots.load(tmp_path)
    assert str(told.value).startswith(f"{folder / 'chatbot.yaml'}: spec.whatsapp: ")
    assert "phoneNumber" in str(told.value)


def test_what_is_no_yaml_is_told_with_line_and_column(tmp_path: Path) -> None:
    folder = a_bot(tmp_path, "kind: Chatbot\nspec: {a\n")

    with pytest.raises(ConfigError, match=rf"^{folder / 'chatbot.yaml'}:3:1: this is no YAML"):
        chatbots.load(tmp_path)


def test_a_folder_under_another_name_is_refused(tmp_path: Path) -> None:
    a_bot(tmp_path).rename(tmp_path / "bots_store")

    with pytest.raises(ConfigError, match="belongs into a folder bots_shop"):
        chatbots.load(tmp_path)


def test_an_empty_folder_says_who_fills_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="`prosa up -f FILE` fills it"):
        chatbots.load(tmp_path)


def test_what_was_read_stays_out_of_the_logs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a_bot(tmp_path, access_token="EAA-of-one-test-alone")
    chatbots.load(tmp_path)
    logs.configure("info", "json")
    structlog.get_logger().info("asked", url="https://graph?t=EAA-of-one-test-alone")

    assert "https://graph?t=[redacted]" in capsys.readouterr().err


def test_a_secret_that_is_named_must_be_there_and_stay_in_its_folder(tmp_path: Path) -> None:
    a_bot(tmp_path)
    (bot,) = chatbots.load(tmp_path)

    with pytest.raises(ConfigError, match="Secret crm is missing"):
        bot.read_secret("crm")
    with pytest.raises(ConfigError, match="cannot be called"):
        bot.read_secret("../whatsapp")


def test_a_named_secret_is_kept_out_of_the_logs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = a_bot(tmp_path) / "secrets" / "crm"
    folder.mkdir(parents=True)
    (folder / "signing-key").write_text("key-of-the-crm-9\n")
    (bot,) = chatbots.load(tmp_path)
    logs.configure()
    structlog.get_logger().info("told", value=bot.read_secret("crm").need("signing-key"))
    structlog.get_logger().info("told", value="it is key-of-the-crm-9")

    assert "key-of-the-crm-9" not in logged(capsys)


def test_a_number_in_a_secret_leaves_no_holes_in_the_logs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = a_bot(tmp_path) / "secrets" / "crm"
    folder.mkdir(parents=True)
    (folder / "account-id").write_text("71")
    (bot,) = chatbots.load(tmp_path)
    bot.read_secret("crm")
    logs.configure()
    structlog.get_logger().info("told", attempts="171")

    assert "171" in logged(capsys)
