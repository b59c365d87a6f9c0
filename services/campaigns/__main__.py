"""`python -m services.campaigns <what> [NAME]`: do one thing for one bot's campaigns, and end.

    run NAME        write to whom the campaign concerns; what a CronJob calls
    preview NAME    print who would get what, and why others do not
    report NAME     print what became of its messages
    pause NAME      stop it now, what is queued included; resume NAME takes it back
    list            print all campaigns
    import          ask the catalogue's feed once, or load its file; what a CronJob or a Job calls
    forget CONTACT  delete what the ledger knows of a contact

All take `--bot TOKEN` where the folder holds more than one. Exit codes: see `prosa.service`; a run
that finds another one of the same campaign at work, or the campaign paused, ends with 0.
"""

import argparse
import sys
from collections.abc import Awaitable, Callable
from functools import partial

import aiohttp
import structlog

from prosa import chatbots, service
from prosa.catalogue import feeds, importing, reading
from prosa.catalogue.importing import Document
from prosa.chatbots import RunningBot
from prosa.clock import SystemClock
from prosa.contracts.campaigns import Pause
from prosa.contracts.identity import ContactKey
from prosa.errors import ConfigError
from prosa.jetstream.connection import connect
from services.campaigns import job, telling
from services.campaigns.parts import Parts, join
from services.campaigns.postgres.database import open_database
from services.campaigns.settings import CampaignsSettings

log = structlog.get_logger(__name__)


async def main(asked: argparse.Namespace, settings: CampaignsSettings) -> None:
    """Build the parts, do what was asked."""
    bot = choose(chatbots.load(settings.chatbots, needs=()), asked.bot)
    if asked.what == "import":
        await _import(bot, settings)
        return
    async with (
        open_database(settings.database_url()) as database,
        connect(settings.nats, "campaigns") as jetstream,
    ):
        await _DO[asked.what](join(bot, database, jetstream, SystemClock()), asked)


def choose(bots: tuple[RunningBot, ...], wanted: str | None) -> RunningBot:
    """Decide which bot is meant. Raises ConfigError that names them."""
    found = [bot for bot in bots if wanted in (None, bot.token, bot.chatbot.metadata.name)]
    if len(found) == 1:
        return found[0]
    known = ", ".join(bot.token for bot in bots)
    raise ConfigError(f"say which bot is meant with --bot: {known}")


async def _import(bot: RunningBot, settings: CampaignsSettings) -> None:
    """Import what the feed or the file says. Raises ConfigError, FeedFailed, Unavailable."""
    spec = bot.chatbot.spec.catalogue
    if spec is None:
        raise ConfigError(f"{bot.token}: there is no spec.catalogue to import")
    async with (
        connect(settings.nats, "campaigns") as jetstream,
        aiohttp.ClientSession() as http,
    ):
        if (ref := spec.source.config_map_ref) is None:
            outcome = await feeds.poll(jetstream, http, bot.token, spec)
        else:
            text = bot.read_catalogue(ref.key)
            document = Document(ref.key, text, reading.kind_of(ref.key))
            outcome = await importing.import_document(jetstream, bot.token, spec, document)
    log.info("catalogue_imported", bot=bot.token, outcome=type(outcome).__name__.lower())


async def _run(parts: Parts, asked: argparse.Namespace) -> None:
    outcome = await job.run(parts, parts.campaign(asked.name))
    if asked.json:
        telling.say(outcome)


async def _preview(parts: Parts, asked: argparse.Namespace) -> None:
    await telling.preview(parts, parts.campaign(asked.name), asked.limit)


async def _report(parts: Parts, asked: argparse.Namespace) -> None:
    await telling.report(parts, parts.campaign(asked.name), asked.days)


async def _pause(parts: Parts, asked: argparse.Namespace) -> None:
    campaign = parts.campaign(asked.name)
    pause = Pause(parts.clock.now_ms(), asked.by, asked.reason)
    await parts.pauses.pause(campaign.name, pause)


async def _resume(parts: Parts, asked: argparse.Namespace) -> None:
    resumed = await parts.pauses.resume(parts.campaign(asked.name).name)
    telling.say({"resumed": resumed})


async def _list(parts: Parts, asked: argparse.Namespace) -> None:
    del asked
    await telling.overview(parts)


async def _forget(parts: Parts, asked: argparse.Namespace) -> None:
    await parts.ledger.forget(ContactKey(asked.name))


_DO: dict[str, Callable[[Parts, argparse.Namespace], Awaitable[None]]] = {
    "run": _run,
    "preview": _preview,
    "report": _report,
    "pause": _pause,
    "resume": _resume,
    "list": _list,
    "forget": _forget,
}


def read(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m services.campaigns")
    commands = parser.add_subparsers(dest="what", required=True)
    for what in (*_DO, "import"):
        command = commands.add_parser(what)
        command.add_argument("--bot", help="<namespace>_<name> of the Chatbot")
        if what not in ("list", "import"):
            command.add_argument("name", help="the campaign's name, or a contact's key")
        if what == "run":
            command.add_argument("--json", action="store_true", help="print what was done")
        if what == "preview":
            command.add_argument("--limit", type=int, default=0, help="contacts of either kind")
        if what == "report":
            command.add_argument("--days", type=int, default=30)
        if what == "pause":
            command.add_argument("--by", default="a person")
            command.add_argument("--reason", default="")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    service.start("campaigns", CampaignsSettings, partial(main, read(sys.argv[1:])))
