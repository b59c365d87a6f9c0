"""The parts of one bot's campaigns, joined; what `job`, `walking` and `telling` work with."""

from dataclasses import dataclass

from prosa.chatbots import RunningBot
from prosa.clock import Clock
from prosa.contracts.chatbot import Campaign, ChatbotSpec
from prosa.contracts.identity import BotToken
from prosa.errors import ConfigError
from prosa.jetstream.connection import JetStream
from services.campaigns.feed import Feed
from services.campaigns.pauses import Pauses
from services.campaigns.postgres.catalogue import CatalogueNews
from services.campaigns.postgres.database import Database
from services.campaigns.postgres.ledger import Ledger
from services.campaigns.postgres.people import People
from services.campaigns.postgres.results import Results
from services.campaigns.postgres.runs import Runs
from services.campaigns.queue import Queue


@dataclass(frozen=True, kw_only=True)
class Parts:
    """All that a run of one bot's campaigns needs."""

    bot: BotToken
    spec: ChatbotSpec
    database: Database
    feed: Feed
    people: People
    news: CatalogueNews
    ledger: Ledger
    runs: Runs
    results: Results
    pauses: Pauses
    queue: Queue
    clock: Clock

    def campaign(self, name: str) -> Campaign:
        """Find a campaign. Raises ConfigError that names those there are."""
        for campaign in self.spec.campaigns:
            if campaign.name == name:
                return campaign
        known = ", ".join(campaign.name for campaign in self.spec.campaigns) or "none"
        raise ConfigError(f"{self.bot} has no campaign {name}; it has: {known}")


def join(bot: RunningBot, database: Database, jetstream: JetStream, clock: Clock) -> Parts:
    """Make the parts."""
    token, spec = bot.token, bot.chatbot.spec
    price = spec.catalogue.price if spec.catalogue else ""
    return Parts(
        bot=token,
        spec=spec,
        database=database,
        feed=Feed(jetstream, database, token, price_field=price),
        people=People(database, token),
        news=CatalogueNews(database, token),
        ledger=Ledger(database, token),
        runs=Runs(database, token),
        results=Results(database, token),
        pauses=Pauses(jetstream, database, token),
        queue=Queue(jetstream, token),
        clock=clock,
    )
