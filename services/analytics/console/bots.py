"""One bot as the console serves it: its records, queues and dead letters, its time zone."""

from dataclasses import dataclass
from datetime import timedelta

from prosa.chatbots import RunningBot
from prosa.contracts.durations import duration
from prosa.contracts.identity import BotToken
from prosa.jetstream.dead_letters import DeadLetters
from services.analytics.console.finding import Meaning
from services.analytics.console.sampler import Watch
from services.analytics.console.sections import Records
from services.analytics.console.shapes import Setting


@dataclass(frozen=True)
class Bot:
    """What the routes of one bot stand on. `meaning` is None where nothing is embedded."""

    token: BotToken
    name: str
    namespace: str
    zone: str
    idle: timedelta
    setting: Setting
    records: Records
    watch: Watch
    letters: DeadLetters
    meaning: Meaning | None

    @property
    def shown(self) -> dict[str, str]:
        """Give what pages say of it."""
        return {"token": self.token, "name": self.name, "namespace": self.namespace}


def a_bot(
    running: RunningBot,
    records: Records,
    watch: Watch,
    letters: DeadLetters,
    meaning: Meaning | None,
) -> Bot:
    """Gather what the routes need of a Chatbot."""
    spec, metadata = running.chatbot.spec, running.chatbot.metadata
    return Bot(
        token=running.token,
        name=metadata.name,
        namespace=metadata.namespace,
        zone=spec.time_zone,
        idle=duration(spec.session.idle),
        setting=Setting(prices=spec.whatsapp.prices),
        records=records,
        watch=watch,
        letters=letters,
        meaning=meaning,
    )
