"""The examples are what they say: whole, small, and the same for a laptop and a cluster."""

from pathlib import Path

import pytest
import yaml

from prosa.catalogue import reading
from prosa.cli import manifests, simulation
from prosa.cli.manifests import Bundle
from prosa.contracts.catalogue import Item
from prosa.dialogue.compiler import compile_dialogue
from prosa.dialogue.hours import parse_hours
from prosa.dialogue.language import Program

EXAMPLES = Path(__file__).parents[3] / "manifests" / "examples"
NAMES = sorted(folder.name for folder in EXAMPLES.iterdir() if folder.is_dir())


def bundle(name: str) -> Bundle:
    (found,) = manifests.read(EXAMPLES / name)
    return found


def program(name: str) -> Program:
    dialogue = bundle(name).dialogue
    return compile_dialogue(dialogue.text, dialogue.name)


def cars() -> tuple[Item, ...]:
    found = bundle("autocerto")
    assert found.catalogue is not None
    assert found.chatbot.spec.catalogue is not None
    return reading.read(found.catalogue.text, found.catalogue.name, found.chatbot.spec.catalogue)


@pytest.mark.parametrize("name", NAMES)
def test_its_dialogue_compiles_without_a_warning(name: str) -> None:
    assert program(name).warnings == ()


@pytest.mark.parametrize("name", NAMES)
def test_it_speaks_the_chatbots_language_and_hands_over_to_its_teams(name: str) -> None:
    spec = bundle(name).chatbot.spec
    assert program(name).locale == spec.locale
    assert set(program(name).handoff.teams) <= {team.name for team in spec.handoff.teams}
    assert parse_hours(spec.handoff.hours) is not None


@pytest.mark.parametrize("name", NAMES)
def test_its_kustomization_makes_the_config_maps_that_the_chatbot_names(name: str) -> None:
    spec = bundle(name).chatbot.spec
    named = [spec.dialogue.config_map_ref]
    if spec.catalogue is not None:
        named.append(spec.catalogue.source.config_map_ref)
    body = yaml.safe_load((EXAMPLES / name / "kustomization.yaml").read_text())
    made = {each["name"]: each["files"] for each in body["configMapGenerator"]}
    assert made == {ref.name: [ref.key] for ref in named if ref is not None}
    assert all((EXAMPLES / name / file).exists() for file in body["resources"])


def test_both_can_run_side_by_side() -> None:
    assert len(manifests.read(EXAMPLES)) == len(NAMES) == 2


def test_a_chatbot_is_short() -> None:
    assert len((EXAMPLES / "bakery" / "chatbot.yaml").read_text().splitlines()) < 25
    assert len((EXAMPLES / "autocerto" / "chatbot.yaml").read_text().splitlines()) < 60
    assert len((EXAMPLES / "bakery" / "dialogue.yaml").read_text().splitlines()) < 100


def test_the_dealer_has_a_stock_worth_searching() -> None:
    assert len(cars()) >= 60
    fields = {name for item in cars() for name in item.fields}
    assert program("autocerto").catalogue_fields_used <= fields


def test_each_car_has_a_picture_that_whatsapp_takes() -> None:
    assets = EXAMPLES / "autocerto" / "assets"
    pictures = {item.fields["foto"] for item in cars()}
    assert pictures == {file.name for file in assets.iterdir()}
    for name in pictures:
        picture = (assets / name).read_bytes()
        assert picture.startswith(b"\xff\xd8\xff")
        assert len(picture) <= 15 * 1024


def test_the_campaigns_templates_are_known_to_the_simulator() -> None:
    found = bundle("autocerto")
    world = simulation.world([found], "http://127.0.0.1:1/webhook")
    known = {(t["name"], t["language"]) for t in world["apps"][0]["wabas"][0]["templates"]}
    campaigns = found.chatbot.spec.campaigns
    assert {(c.template.name, c.template.language) for c in campaigns} < known
    assert ("lembrete_test_drive", "pt_BR") in known
