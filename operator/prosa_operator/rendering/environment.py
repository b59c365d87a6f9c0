"""The environment of each part, as its `settings.py` reads it. Never a secret: those are files."""

from datetime import timedelta

from prosa_operator.observed import Object
from prosa_operator.rendering import addresses, exposure, references, resources, volumes
from prosa_operator.rendering.bot import Bot, Part

HEALTH_PORT = 8081
WEBHOOK_PORT = 8000
HANDOFF_PORT = 8010
ANALYTICS_PORT = 8080

GRACE = timedelta(seconds=20)
"""PROSA_GRACE: time for the work in hand after SIGTERM."""

_EVERYWHERE = "0.0.0.0"  # noqa: S104 - a pod listens on its own address, which it does not know


def of(bot: Bot, part: Part) -> list[Object]:
    """Give the container's `env`, sorted by name."""
    found = {
        "PROSA_CHATBOTS": volumes.CHATBOTS,
        "PROSA_HEALTH_HOST": _EVERYWHERE,
        "PROSA_HEALTH_PORT": str(HEALTH_PORT),
        "PROSA_GRACE": f"{int(GRACE.total_seconds())}s",
        "PROSA_LOG_FORMAT": "json",
        "PROSA_NATS_URL": bot.chatbot.spec.messaging.url,
        **_nats(bot, part),
    }
    if any(reference.use == "database" for reference in references.of(bot, part)):
        found["PROSA_DATABASE"] = f"{volumes.DATABASE}/{volumes.DATABASE_FILE}"
    found |= _own(bot, part)
    return [{"name": name, "value": found[name]} for name in sorted(found)]


def _nats(bot: Bot, part: Part) -> dict[str, str]:
    reference = references.nats(bot, part)
    if reference is None:
        return {}
    file = "" if reference.keys == references.NATS_USER else f"/{reference.keys[0]}"
    found = {"PROSA_NATS_CREDENTIALS": f"{volumes.NATS}{file}"}
    seen = reference.seen(bot)
    if seen is not None and references.NATS_CA in seen.keys and addresses.nats(bot).secure:
        found["PROSA_NATS_CA"] = f"{volumes.NATS}/{references.NATS_CA}"
    return found


def _own(bot: Bot, part: Part) -> dict[str, str]:
    match part:
        case "ingress":
            return {
                "PROSA_WEBHOOK_HOST": _EVERYWHERE,
                "PROSA_WEBHOOK_PORT": str(WEBHOOK_PORT),
            }
        case "handoff":
            url = exposure.url(bot, "inbox")
            public = {"PROSA_HANDOFF_URL": url, "PROSA_OIDC_REDIRECT_URL": url} if url else {}
            return {
                "PROSA_HANDOFF_HOST": _EVERYWHERE,
                "PROSA_HANDOFF_PORT": str(HANDOFF_PORT),
                **public,
            }
        case "analytics":
            url = exposure.url(bot, "console")
            public = {"PROSA_ANALYTICS_URL": url, "PROSA_OIDC_REDIRECT_URL": url} if url else {}
            return {
                "PROSA_ANALYTICS_HOST": _EVERYWHERE,
                "PROSA_ANALYTICS_PORT": str(ANALYTICS_PORT),
                "PROSA_ANALYTICS_DATA": volumes.DATA,
                "PROSA_ANALYTICS_MEMORY": resources.analytics_memory(bot),
                **public,
            }
        case _:
            return {}
