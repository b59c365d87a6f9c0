"""What runs and ends: campaigns on their schedules, the catalogue's feed, the catalogue's file.

A run that still works lets the next moment pass (Forbid); one that dies is started anew, and sends
once all the same, because the ledger knows each occasion. A run that ends with code 2 is not tried
again: a person must change the configuration (prosa.service).
"""

from collections.abc import Mapping
from datetime import timedelta
from zlib import crc32

from prosa.contracts.chatbot import Campaign
from prosa.contracts.durations import duration
from prosa_operator import names
from prosa_operator.observed import Object
from prosa_operator.rendering import pods, references
from prosa_operator.rendering.bot import Bot, Part, digest

LATE = 300
"""Seconds that a start may be late, as after a restart of the controller; later it is left out."""

LONGEST_RUN = 3600
"""Seconds: a run that hangs would hold up all later ones."""

HISTORY = 3
MISCONFIGURED = 2
"""Exit code of prosa.service."""

TRIES = 4

_MINUTES = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30)
_HOURS = (1, 2, 3, 4, 6, 8, 12)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


def campaigns(bot: Bot) -> list[Object]:
    """Give a CronJob for each campaign."""
    return [_campaign(bot, campaign) for campaign in bot.chatbot.spec.campaigns]


def feed(bot: Bot) -> list[Object]:
    """Give the CronJob that asks the catalogue's feed, where it has one."""
    spec = bot.chatbot.spec.catalogue
    if spec is None or spec.source.http is None:
        return []
    job = _job(bot, "catalogue", ("import", "--bot", bot.chatbot.token), "")
    schedule = every(duration(spec.source.http.every), bot.uid)
    return [_cron_job(bot, "catalogue", job, schedule)]


def file(bot: Bot, children: Mapping[tuple[str, str], Object]) -> list[Object]:
    """Give the Job that loads the catalogue's ConfigMap; its name tells the contents.

    A Job cannot be changed: one that stands is kept as it is, and other contents are another Job.
    """
    spec = bot.chatbot.spec.catalogue
    reference = next((r for r in references.of(bot, "catalogue") if r.use == "catalogue"), None)
    seen = reference.seen(bot) if reference else None
    if spec is None or seen is None:
        return []
    name = f"{bot.child('catalogue')}-{digest([seen.digest, spec])[:10]}"
    job = _job(bot, "catalogue", ("import", "--bot", bot.chatbot.token), "")["spec"]
    if standing := children.get(("Job", name)):
        job = {key: standing["spec"][key] for key in job}
    return [bot.object("batch/v1", "Job", "catalogue", {"spec": job}, name=name)]


def every(interval: timedelta, seed: str) -> str:
    """Write an interval as a cron expression: the next shorter one that divides an hour or a day.

    Bots begin at different minutes, by `seed`, so that a hundred of them do not ask at once.
    """
    chance = crc32(seed.encode())
    minute = chance % 60
    if interval >= _DAY:
        return f"{minute} {chance // 60 % 24} * * *"
    if interval >= _HOUR:
        hours = max(h for h in _HOURS if h * _HOUR <= interval)
        return f"{minute} {_steps(hours, chance // 60, 24)} * * *"
    minutes = max((m for m in _MINUTES if timedelta(minutes=m) <= interval), default=1)
    return f"{_steps(minutes, chance, 60)} * * * *"


def _steps(step: int, chance: int, end: int) -> str:
    return "*" if step == 1 else f"{chance % step}-{end - 1}/{step}"


def _campaign(bot: Bot, campaign: Campaign) -> Object:
    job = _job(bot, "campaigns", ("run", campaign.name, "--bot", bot.chatbot.token), campaign.name)
    cron_job = _cron_job(bot, "campaigns", job, campaign.schedule, name=bot.child(campaign.name))
    cron_job["spec"] |= {"timeZone": bot.chatbot.spec.time_zone, "suspend": campaign.suspend}
    return cron_job


def _cron_job(bot: Bot, part: Part, job: Object, schedule: str, *, name: str = "") -> Object:
    spec = {
        "schedule": schedule,
        "concurrencyPolicy": "Forbid",
        "startingDeadlineSeconds": LATE,
        "successfulJobsHistoryLimit": HISTORY,
        "failedJobsHistoryLimit": HISTORY,
        "jobTemplate": job,
    }
    return bot.object("batch/v1", "CronJob", part, {"spec": spec}, name=name)


def _job(bot: Bot, part: Part, arguments: tuple[str, ...], campaign: str) -> Object:
    labels = names.labels(bot.chatbot, part)
    del labels["app.kubernetes.io/managed-by"]
    if campaign:
        labels[pods.CAMPAIGN] = campaign
    return {
        "metadata": {"labels": labels},
        "spec": {
            "backoffLimit": TRIES - 1,
            "activeDeadlineSeconds": LONGEST_RUN,
            "podReplacementPolicy": "Failed",
            "podFailurePolicy": {
                "rules": [
                    {
                        "action": "FailJob",
                        "onExitCodes": {
                            "containerName": part,
                            "operator": "In",
                            "values": [MISCONFIGURED],
                        },
                    },
                    {
                        "action": "Ignore",  # a drained node is no failure
                        "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}],
                    },
                ]
            },
            "template": pods.job_pod(bot, part, arguments, labels),
        },
    }
