"""The dealer's campaigns fill each of the parameters that its templates have."""

import re
from pathlib import Path

import pytest
import yaml

from prosa.chatbots import read_chatbot
from prosa.contracts.chatbot import Campaign

AUTOCERTO = Path(__file__).parents[3] / "manifests" / "examples" / "autocerto"
CAMPAIGNS = read_chatbot((AUTOCERTO / "chatbot.yaml").read_text(), "chatbot.yaml").spec.campaigns
TEMPLATES = {
    (each["name"], each["language"]): each["components"]
    for each in yaml.safe_load((AUTOCERTO / "templates.yaml").read_text())
}


@pytest.mark.parametrize("campaign", CAMPAIGNS, ids=lambda campaign: str(campaign.name))
def test_a_campaign_gives_as_many_parameters_as_its_template_takes(campaign: Campaign) -> None:
    template = campaign.template
    components = TEMPLATES[template.name, template.language]
    (body,) = (each["text"] for each in components if each["type"] == "BODY")

    assert len(template.parameters) == len(set(re.findall(r"\{\{\d+\}\}", body)))
