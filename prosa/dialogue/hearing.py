"""What a turn's utterances came to, as far as they have been heard."""

from prosa.dialogue.conversation import Conversation
from prosa.dialogue.repair import Feedback
from prosa.dialogue.turns import Scored, Utterance

CANDIDATES = 3
"""Intents that she is asked to choose from: as many as there are buttons."""


class Hearing:
    """The outcome of listening, for the answer to be made of.

    `moved`: something was understood. `over`: no more is heard. `silent`: nothing asks for an
    answer. `greeting`, `thanks`, `menu`: she said as much. `remarks` are said before all else,
    `digressions` answered next, `feedback` goes with the open question, `pending` is offered to the
    first question reached. `missed` was not understood, `candidates` is what it might have meant.
    `worded` names the text slot that this turn answered: what else she writes belongs to it.
    """

    def __init__(self, talk: Conversation) -> None:
        self.talk = talk
        self.moved = self.over = self.greeting = self.thanks = self.menu = False
        self.silent = True
        self.menu_page = 0
        self.handoff: str | None = None
        self.remarks: list[str] = []
        self.digressions: list[str] = []
        self.feedback: Feedback | None = None
        self.pending: Utterance | None = None
        self.missed: Utterance | None = None
        self.worded = ""
        self.candidates: tuple[Scored, ...] = ()

    def accepted(self, heard: Utterance) -> str | None:
        """Give the intent to act on, if the ranking is sure of one."""
        ranking = heard.ranking
        if ranking.decision != "accept" or not ranking.intents:
            return None
        intent = ranking.intents[0].intent
        return intent if intent in self.talk.program.intents else None

    def understood(self, heard: Utterance) -> None:
        """Note the intent that is acted on."""
        best = heard.ranking.intents[0]
        self.talk.note("understood", best.intent, score=best.score)

    def digress(self, intent: str) -> None:
        """Answer a question of the `faq` in place."""
        if intent not in self.digressions:
            self.digressions.append(intent)
            self.talk.note("digressed", intent)
        self.moved = True

    def finish(self, phrase: str) -> None:
        """Say one thing, and hear and do no more."""
        self.remarks = [self.talk.phrase(phrase)]
        self.digressions.clear()
        self.over = self.moved = True

    def hand_over(self, team: str) -> None:
        """Call people, and hear no more."""
        self.handoff = team
        self.over = self.moved = True
