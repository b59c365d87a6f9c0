"""The dialogue's state of one contact, as it stands in the contact document.

Written by `prosa.dialogue.interpreter` and by nobody else; others may read `slots` (a campaign's
match, an agent's summary). All values are plain JSON, so that a session means the same in every
replica.
"""

from typing import Any, Literal

import msgspec


class Frame(msgspec.Struct, frozen=True, omit_defaults=True):
    """A flow in progress: `at` is the address of its next operation in the compiled program.

    `interrupted` says that the frame above came between by the customer's wish (and was not called
    by this flow), so that she is told when it goes on.
    """

    flow: str
    at: int = 0
    interrupted: bool = False


class Offer(msgspec.Struct, frozen=True, omit_defaults=True):
    """One option on her screen: what its button carries, its words, and the value it stands for."""

    payload: str
    label: str
    value: Any = None
    words: tuple[str, ...] = ()
    description: str = ""


class Question(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the bot waits for.

    `slot`: a value for `slot`. `confirm`: yes or no. `choice`: one of `offers`, each a command
    (what she may have meant, a menu). `number` counts a session's questions, so that a tap on an
    older one of the same kind is known as such. `tries` counts the answers that did not do.
    """

    kind: Literal["slot", "confirm", "choice"]
    number: int
    slot: str = ""
    offers: tuple[Offer, ...] = ()
    page: int = 0
    tries: int = 0


class Session(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One contact's conversation with the bot.

    `program` is the hash of the compiled dialogue that `stack` belongs to: addresses mean nothing
    under another one. `slots` are filled values; `results` what tools answered; `skipped` the
    optional slots she did not care to fill; `partial` what is known of a date or an hour that is
    not complete. `filled` lists slots in the order of filling, the latest last; `spent` are those
    whose flow has ended: they still tell people what was said, and the flow forgets them when it
    begins again. `misses` counts consecutive turns that were not understood; `greeted_on` is the
    local day (ISO) of the last greeting.
    """

    program: str
    stack: tuple[Frame, ...] = ()
    question: Question | None = None
    slots: dict[str, Any] = {}
    results: dict[str, Any] = {}
    skipped: tuple[str, ...] = ()
    partial: dict[str, dict[str, Any]] = {}
    filled: tuple[str, ...] = ()
    spent: tuple[str, ...] = ()
    locale: str = ""
    misses: int = 0
    questions: int = 0
    turns: int = 0
    greeted_on: str = ""
    last_turn_at_ms: int = 0
    v: int = 1


def pinned_to(session: Session | None) -> str | None:
    """Name the program that an open conversation must go on with; None when any will do."""
    return session.program if session is not None and session.stack else None
