"""The scripts: YAML, one file a theme, a list of conversations.

    - conversation: pede um corolla e recebe os carros na mesma hora
      at: 2026-11-24 10:00          # local to the bot; this is the default
      turns:
        - customer: "oi, tem corola ate 90 mil?"    # a list is a burst
          bot: ["Bom dia", "opções de Corolla"]     # in this order, in one or several bubbles
          never: ["Onix"]
          offers: [Corolla XEi 2.0 2016]            # titles that can be tapped in this answer
          shows: {image: 3}                         # bubbles by kind, at least
          slots: {modelo: Corolla, carro: null}     # null: empty
        - tap: Corolla XEi 2.0 2016                 # the newest option of that title
        - quick_reply: Confirmar                    # a button of a template sent to her before
        - sends: image                              # or {image: caption}
        - people: claim                             # claim, write, return
        - after: 3h                                 # before the customer acts; or at: "15:00"
          customer: oi
          silent: true                              # no answer at all

Besides: `tap` with `oldest: true` takes the first option of that title; `owner`, `team`,
`marketing`, `tags` are the contact's after the turn; `bubbles` is the most that an answer has.
"""

from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import msgspec
import yaml

from tests.conversations.driver import Act, Kind

TUESDAY_MORNING = "2026-11-24 10:00"


class Turn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What she does, and what is expected of the answer."""

    customer: str | list[str] | None = None
    tap: str | None = None
    oldest: bool = False
    quick_reply: str | None = None
    sends: Kind | dict[Kind, str] | None = None
    people: Act | None = None
    at: str | None = None
    after: str | None = None
    bot: list[str] = []
    never: list[str] = []
    offers: list[str] = []
    shows: dict[str, int] = {}
    slots: dict[str, Any] = {}
    owner: str | None = None
    team: str | None = None
    marketing: str | None = None
    tags: list[str] = []
    bubbles: int | None = None
    silent: bool = False

    def __post_init__(self) -> None:
        if sum(act is not None for act in self.acts) != 1:
            raise ValueError("a turn has one of customer, tap, quick_reply, sends and people")

    @property
    def acts(self) -> tuple[object, ...]:
        """What she may do, one of which she does."""
        return self.customer, self.tap, self.quick_reply, self.sends, self.people

    def moment(self, now: datetime) -> datetime:
        """Say when this turn happens, when the one before was at `now`."""
        if self.after is not None:
            unit = {"m": "minutes", "h": "hours", "d": "days"}[self.after[-1]]
            return now + timedelta(**{unit: int(self.after[:-1])})
        if self.at is not None:
            return datetime.combine(now.date(), time.fromisoformat(self.at))
        return now + timedelta(minutes=1)


class Script(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One conversation."""

    conversation: str
    turns: list[Turn]
    at: str = TUESDAY_MORNING

    @property
    def begins(self) -> datetime:
        """The local time of the first turn."""
        return datetime.fromisoformat(self.at)


def read(folder: Path) -> list[Script]:
    """Read the scripts of a folder, file by file. Raises ValueError that names the file."""
    scripts: list[Script] = []
    for file in sorted(folder.glob("*.yaml")):
        try:
            scripts += msgspec.convert(
                yaml.safe_load(file.read_text(encoding="utf-8")), list[Script]
            )
        except msgspec.ValidationError as error:
            raise ValueError(f"{file.name}: {error}") from error
    return scripts
