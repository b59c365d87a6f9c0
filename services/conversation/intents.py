"""Rankings of texts: one classifier a language, trained when a dialogue is loaded.

Texts that arrive within one turn of the event loop are encoded as one batch: the sentence encoder
costs 2.6 ms alone and 0.8 ms in a batch (reference measurements in
docs/reference/understanding.md).
"""

import asyncio
from collections.abc import Mapping, Sequence

from prosa.dialogue.language import Program
from prosa.dialogue.turns import NOTHING_RANKED, Ranking, Scored
from prosa.understanding.classifier import IntentClassifier
from prosa.understanding.embedder import Embedder
from prosa.understanding.ranking import Ranking as Ranked

_Waiting = list[tuple[str, asyncio.Future[Ranking]]]


class Intents:
    """What ranks the texts of one program. Made by `train`, which takes a second of CPU."""

    def __init__(self, classifiers: Mapping[str, IntentClassifier], default: str) -> None:
        self._classifiers = classifiers
        self._default = default
        self._waiting: dict[str, _Waiting] = {}

    @classmethod
    def train(
        cls,
        program: Program,
        vocabulary: Mapping[str, tuple[str, ...]],
        embedder: Embedder | None,
    ) -> "Intents":
        """Train a classifier for each language in which the program has intents."""
        classifiers = {}
        for locale in program.locales:
            examples = program.intents_for(locale, vocabulary)
            if examples:
                classifiers[locale] = IntentClassifier.train(
                    examples, locale=locale, embedder=embedder
                )
        return cls(classifiers, program.locale)

    async def rank(self, texts: Sequence[str], locale: str) -> list[Ranking]:
        """Rank the texts in a language, the program's own when it has no intents in that one."""
        locale = locale if locale in self._classifiers else self._default
        if locale not in self._classifiers:
            return [NOTHING_RANKED] * len(texts)
        loop = asyncio.get_running_loop()
        batch = self._waiting.setdefault(locale, [])
        if not batch:
            loop.call_soon(self._rank_batch, locale)
        futures: list[asyncio.Future[Ranking]] = [loop.create_future() for _ in texts]
        batch.extend(zip(texts, futures, strict=True))
        return list(await asyncio.gather(*futures))

    def _rank_batch(self, locale: str) -> None:
        batch = self._waiting.pop(locale, [])
        try:
            rankings = self._classifiers[locale].classify([text for text, _ in batch])
        except Exception as error:  # noqa: BLE001 - each who waits is told
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), ranked in zip(batch, rankings, strict=True):
            if not future.done():
                future.set_result(_as_dialogue(ranked))


def _as_dialogue(ranked: Ranked) -> Ranking:
    """Word a classifier's ranking for the dialogue, which knows no classifier."""
    intents = tuple(Scored(each.intent, each.score) for each in ranked.intents)
    return Ranking(intents, ranked.decision)
