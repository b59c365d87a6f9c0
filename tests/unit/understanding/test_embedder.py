"""Texts to vectors: one suite for the model in the image and for the hash."""

import numpy as np
import pytest

from prosa.understanding.embedder import Embedder, NGramEncoder, SentenceEncoder, build_embedder


@pytest.fixture(params=["sentence", "ngram"], scope="module")
def embedder(request: pytest.FixtureRequest) -> Embedder:
    return SentenceEncoder() if request.param == "sentence" else NGramEncoder()


def test_vectors_have_the_dimension_that_is_promised_and_length_one(embedder: Embedder) -> None:
    vectors = embedder.encode(["oi", "quero um carro"])

    assert vectors.shape == (2, embedder.dimension)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1.0, 1.0], abs=1e-3)


def test_a_text_has_the_same_vector_in_every_batch(embedder: Embedder) -> None:
    (alone,) = embedder.encode(["quero um carro"])
    _, among, _ = embedder.encode(["oi", "quero um carro", "x" * 500])

    assert alone == pytest.approx(among, abs=1e-5)


def test_like_texts_are_closer_than_unlike_ones(embedder: Embedder) -> None:
    near, like, unlike = embedder.encode(
        ["quero comprar um carro", "queria comprar carros", "está chovendo muito"]
    )

    assert near @ like > near @ unlike


@pytest.mark.parametrize("text", ["", " ", "😀", "\x00", "\ud800", "é" * 20_000])
def test_no_text_raises(embedder: Embedder, text: str) -> None:
    assert np.isfinite(embedder.encode([text])).all()


def test_no_texts_give_no_rows(embedder: Embedder) -> None:
    assert embedder.encode([]).shape == (0, embedder.dimension)


def test_the_provider_tfidf_needs_no_model() -> None:
    assert build_embedder("tfidf") is None


def test_the_provider_embedded_knows_meaning_across_words() -> None:
    model = build_embedder("embedded")
    assert model is not None

    asked, meant, other = model.encode(
        ["onde fica a loja?", "qual o endereço de vocês?", "qual o valor da parcela?"]
    )

    assert asked @ meant > asked @ other
