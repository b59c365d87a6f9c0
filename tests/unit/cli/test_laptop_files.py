"""What `prosa up` writes before it starts anything."""

import json
import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from prosa import chatbots
from prosa.cli import bot_folders, layout, manifests, nats_server, simulation
from prosa.contracts.identity import BotToken
from prosa.contracts.permissions import permissions
from prosa.errors import ConfigError
from tests.unit.cli.manifest_files import a_folder


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_services_read_what_was_written(tmp_path: Path) -> None:
    (bundle,) = manifests.read(a_folder(tmp_path / "shop"))
    bot_folders.write(tmp_path / "chatbots", [bundle])
    (bot,) = chatbots.load(tmp_path / "chatbots")

    assert bot.chatbot == bundle.chatbot
    assert bot.credentials.read().verify_token.get_secret_value() == "word-of-shop"


def test_secrets_are_for_our_eyes_only(tmp_path: Path) -> None:
    bot_folders.write(tmp_path / "chatbots", manifests.read(a_folder(tmp_path / "shop")))
    written = list((tmp_path / "chatbots").rglob("*"))

    assert {mode(path) for path in written if path.is_file()} == {0o600}
    assert {mode(path) for path in written if path.is_dir()} == {0o700}


def test_a_bot_that_is_gone_is_not_served_any_more(tmp_path: Path) -> None:
    for name in ("bakery", "cars"):
        bot_folders.write(tmp_path / "chatbots", manifests.read(a_folder(tmp_path / name, name)))

    assert [bot.token for bot in chatbots.load(tmp_path / "chatbots")] == ["bots_cars"]


CRM = """
  handoff: {teams: [{name: sales, notify: {crm: {webhookSecretRef: {name: crm}}}}]}
"""
CRM_SECRET = """\
---
kind: Secret
metadata: {name: crm}
stringData: {url: https://crm.example/hook, signing-key: key-of-the-crm}
"""


def a_folder_with_a_crm(root: Path, secret: str = CRM_SECRET) -> Path:
    folder = a_folder(root)
    (folder / "chatbot.yaml").write_text((folder / "chatbot.yaml").read_text() + CRM)
    (folder / "secrets.yaml").write_text((folder / "secrets.yaml").read_text() + secret)
    return folder


def test_the_secret_of_a_crm_is_written_and_read(tmp_path: Path) -> None:
    bot_folders.write(tmp_path / "chatbots", manifests.read(a_folder_with_a_crm(tmp_path / "shop")))
    (bot,) = chatbots.load(tmp_path / "chatbots")

    assert bot.read_secret("crm").need("signing-key").get_secret_value() == "key-of-the-crm"


def test_a_crm_without_its_key_is_told_before_anything_starts(tmp_path: Path) -> None:
    folder = a_folder_with_a_crm(tmp_path, CRM_SECRET.replace("signing-key", "key"))

    with pytest.raises(ConfigError, match=r"secrets.yaml: Secret crm has no key signing-key"):
        manifests.read(folder)


def test_the_secret_of_a_crm_that_is_gone_is_removed(tmp_path: Path) -> None:
    bot_folders.write(tmp_path / "chatbots", manifests.read(a_folder_with_a_crm(tmp_path / "shop")))
    bot_folders.write(tmp_path / "chatbots", manifests.read(a_folder(tmp_path / "shop")))

    assert list((tmp_path / "chatbots").glob("*/secrets/*")) == []


def test_a_chatbot_is_pointed_to_this_machine(tmp_path: Path) -> None:
    (bundle,) = manifests.read(a_folder(tmp_path))
    here = bot_folders.resolved(
        bundle.chatbot, nats_url="nats://here", graph_url="http://sim", assets_url="http://files/"
    )

    assert here.spec.messaging.url == "nats://here"
    assert here.spec.whatsapp.graph_url == "http://sim"
    assert here.spec.assets is not None
    assert here.spec.assets.base_url == "http://files/"


def test_a_password_is_made_once_and_kept(tmp_path: Path) -> None:
    first = layout.password(tmp_path / "nats" / "password")

    assert layout.password(tmp_path / "nats" / "password") == first
    assert len(first.get_secret_value()) >= 32
    assert mode(tmp_path / "nats" / "password") == 0o600


def test_each_service_has_its_own_user_with_its_own_rights() -> None:
    rights = permissions("ingress", (BotToken("bots_shop"),))
    users = {"ingress": (SecretStr("a"), rights)}
    config = json.loads(nats_server.config(4222, Path("/data"), users))  # type: ignore[arg-type]
    (user,) = config["authorization"]["users"]

    assert config["listen"] == "127.0.0.1:4222"
    assert user["user"] == "ingress"
    assert user["permissions"]["subscribe"] == {"allow": ["_INBOX_ingress.>"]}
    assert "prosa.bots_shop.out.*.*" not in user["permissions"]["publish"]["allow"]


def test_the_simulated_world_has_the_bots_number_and_secrets(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    (folder / "templates.yaml").write_text("[{name: volta, language: pt_BR, components: []}]")
    (app,) = simulation.world(manifests.read(folder), "http://hook")["apps"]
    (waba,) = app["wabas"]

    assert (app["webhook"], app["appSecret"]) == ("http://hook", "app-secret-of-shop")
    assert waba["phoneNumbers"][0]["id"] == "106540352242922"
    assert waba["templates"][0]["name"] == "volta"


def test_bots_with_the_same_app_secret_share_an_app(tmp_path: Path) -> None:
    for name, number in (("bakery", "1"), ("cars", "2")):
        a_folder(tmp_path / name, name, number)
    bundles = manifests.read(tmp_path, SecretStr("one"))
    (app,) = simulation.world(bundles, "http://hook")["apps"]

    assert app["accessTokens"] == ["EAA-of-bakery", "EAA-of-cars"]
    assert [n["id"] for n in app["wabas"][0]["phoneNumbers"]] == ["1", "2"]
