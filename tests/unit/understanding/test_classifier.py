"""A bot's intents are ranked, and what is none of its business is refused; without a model."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prosa.understanding import classifier as classifying
from prosa.understanding.calibration import Thresholds
from prosa.understanding.classifier import IntentClassifier
from prosa.understanding.embedder import Embedder, NGramEncoder, Vectors

EXAMPLES = {
    "visita": (
        "quero agendar um test drive",
        "posso ver o carro amanhã?",
        "dá para marcar uma visita?",
        "quero conhecer o carro pessoalmente",
    ),
    "horario": (
        "que horas abre?",
        "vocês abrem no domingo?",
        "até que horas vocês funcionam?",
        "qual o horário de funcionamento?",
    ),
    "financiar": (
        "vocês financiam?",
        "qual o valor da parcela?",
        "dá para parcelar em 48 vezes?",
        "quero simular um financiamento",
    ),
}


class CountingEncoder(NGramEncoder):
    """An encoder that tells how many texts it was given, batch by batch."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[int] = []

    def encode(self, texts: object) -> Vectors:
        assert isinstance(texts, (list, tuple))
        self.batches.append(len(texts))
        return super().encode(texts)


def trained(embedder: Embedder | None = None, **more: object) -> IntentClassifier:
    """Train on the examples above."""
    return IntentClassifier.train(EXAMPLES, locale="pt-BR", embedder=embedder, **more)  # type: ignore[arg-type]


CLASSIFIER = trained()


@pytest.mark.parametrize("embedder", [None, NGramEncoder()], ids=["spelling", "two views"])
def test_a_message_like_an_example_is_accepted(embedder: Embedder | None) -> None:
    (ranking,) = trained(embedder).classify(["vcs financiam??"])

    assert ranking.decision == "accept"
    assert ranking.intents[0].intent == "financiar"


def test_a_ranking_names_the_likeliest_intents_first() -> None:
    (ranking,) = CLASSIFIER.classify(["quero agendar uma visita"])

    scores = [scored.score for scored in ranking.intents]
    assert scores == sorted(scores, reverse=True)
    assert ranking.best == ranking.intents[0]
    assert sum(scores) <= 1.0


@pytest.mark.parametrize(
    "text",
    ["", " ", "😀😀", "...", "\x00\x00", "asdf", "qual a capital da França?", "kkkk", "x" * 20_000],
)
def test_noise_and_other_matters_are_rejected(text: str) -> None:
    (ranking,) = CLASSIFIER.classify([text])

    assert ranking.decision == "reject"


def test_what_resembles_no_example_at_all_is_rejected_whatever_the_thresholds() -> None:
    open_to_all = trained(thresholds=Thresholds(accept=0.0, clarify=0.0, gate=-1.0))

    (ranking,) = open_to_all.classify(["жжж"])

    assert ranking.decision == "reject"


@pytest.mark.parametrize(
    ("accept", "clarify", "decision"),
    [(0.0, 0.0, "accept"), (1.0, 0.0, "clarify"), (1.0, 1.0, "reject")],
)
def test_the_thresholds_decide(accept: float, clarify: float, decision: str) -> None:
    strict = trained(thresholds=Thresholds(accept=accept, clarify=clarify, gate=-1.0))

    (ranking,) = strict.classify(["quero agendar uma visita"])

    assert (ranking.decision, ranking.accept, ranking.clarify) == (decision, accept, clarify)


def test_a_closed_gate_rejects_whatever_the_score() -> None:
    closed = trained(thresholds=Thresholds(accept=0.0, clarify=0.0, gate=1.1))

    assert closed.classify(["vocês financiam?"])[0].decision == "reject"


def test_a_bots_own_business_is_not_out_of_scope_because_the_platform_thinks_so() -> None:
    baker = IntentClassifier.train(
        {
            "pedir": ("quero pedir uma pizza", "me vê uma pizza", "queria uma pizza grande"),
            "horario": ("que horas abre?", "vocês abrem hoje?", "até que horas funciona?"),
        },
        locale="pt-BR",
    )

    (ranking,) = baker.classify(["quero pedir uma pizza de calabresa"])

    assert ranking.decision == "accept"


def test_a_bots_own_negatives_are_refused() -> None:
    refusing = trained(negatives=["vocês consertam parachoque?", "vocês consertam lataria?"])

    assert refusing.classify(["vcs consertam parachoque"])[0].decision == "reject"


def test_several_texts_are_ranked_in_their_order_and_encoded_at_once() -> None:
    encoder = CountingEncoder()
    classifier = trained(encoder)
    encoder.batches.clear()

    rankings = classifier.classify(["que horas abre?", "vocês financiam?", "que horas abre?"])

    assert [r.intents[0].intent for r in rankings] == ["horario", "financiar", "horario"]
    assert encoder.batches == [2]


def test_a_text_that_was_ranked_is_not_encoded_again_however_it_is_spelt() -> None:
    encoder = CountingEncoder()
    classifier = trained(encoder)
    first = classifier.classify(["vocês financiam?"])
    encoder.batches.clear()

    assert classifier.classify(["VCS FINANCIAM???", "vocês financiam?"]) == first * 2
    assert encoder.batches == []


def test_the_cache_stays_within_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classifying, "CACHE_SIZE", 10)
    classifier = trained()

    texts = [f"pergunta {number}" for number in range(50)]

    assert len(classifier.classify(texts)) == 50
    assert len(classifier._cache) == 10


def test_training_twice_gives_the_same_scores() -> None:
    text = ["posso passar aí no sábado?"]

    assert trained().classify(text) == trained().classify(text)


def test_placeholders_are_filled_with_samples() -> None:
    examples = {"modelo": ("tem {modelo}?", "e o {modelo}?"), "outro": ("bom dia", "boa tarde")}

    def score(**samples: list[str]) -> float:
        classifier = IntentClassifier.train(examples, locale="pt-BR", samples=samples)
        (ranking,) = classifier.classify(["corolla"])
        return {s.intent: s.score for s in ranking.intents}["modelo"]

    assert score(modelo=["corolla"]) > score()


def test_an_intent_without_examples_says_what_to_do() -> None:
    with pytest.raises(ValueError, match=r"'visita' has no example; give it"):
        IntentClassifier.train({"visita": ()}, locale="pt-BR")


@given(st.lists(st.text(), max_size=4))
def test_no_text_raises_and_each_gets_a_ranking(texts: list[str]) -> None:
    rankings = CLASSIFIER.classify(texts)

    assert len(rankings) == len(texts)
    assert all(np.isfinite(r.gate) for r in rankings)
