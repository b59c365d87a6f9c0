"""What a Chatbot says about people, in the form that decisions ask for.

Pure: read once at the start, from the same resource that a cluster runs.
"""

from collections.abc import Iterable
from datetime import timedelta
from zoneinfo import ZoneInfo

import msgspec

from prosa.contracts.chatbot import Chatbot, Team
from prosa.contracts.durations import duration
from prosa.contracts.identity import BotToken
from prosa.dialogue.hours import parse_hours
from services.handoff.business import Calendar


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """How one bot's people work; spans in milliseconds. `escalate_after_ms` of 0: never."""

    bot: BotToken
    name: str
    locale: str
    time_zone: str
    phone_number_id: str
    calendar: Calendar
    teams: tuple[Team, ...] = ()
    first_reply_ms: int
    resolution_ms: int
    escalate_after_ms: int = 0
    escalate_to: str = ""
    question: str = ""
    thanks: str = ""
    receipts: bool = True

    def team(self, name: str) -> Team | None:
        """Find a team by its name."""
        return next((team for team in self.teams if team.name == name), None)


def rules(chatbot: Chatbot) -> Rules:
    """Read a Chatbot. Raises ValueError for hours that cannot be read."""
    spec = chatbot.spec
    handoff, zone = spec.handoff, ZoneInfo(spec.time_zone)
    escalation, satisfaction = handoff.escalation, handoff.satisfaction
    return Rules(
        bot=chatbot.token,
        name=chatbot.metadata.name,
        locale=spec.locale,
        time_zone=spec.time_zone,
        phone_number_id=spec.whatsapp.phone_number_id,
        calendar=Calendar(zone, parse_hours(handoff.hours)),
        teams=handoff.teams,
        first_reply_ms=_ms(handoff.sla.first_reply),
        resolution_ms=_ms(handoff.sla.resolution),
        escalate_after_ms=_ms(escalation.after) if escalation else 0,
        escalate_to=escalation.to if escalation else "",
        question=satisfaction.ask if satisfaction else "",
        thanks=satisfaction.thanks if satisfaction else "",
        receipts=spec.whatsapp.read_receipts != "off",
    )


def is_member(team: Team, *, login: str, email: str, teams: Iterable[str]) -> bool:
    """Tell whether somebody belongs to a team: by the Chatbot's list, or by her own account.

    The list names accounts and addresses, never the name that people see: that is anybody's choice.
    """
    listed = bool(({login, email} - {""}) & set(team.members))
    return not team.members or listed or team.name in teams


def _ms(text: str) -> int:
    return duration(text) // timedelta(milliseconds=1)
