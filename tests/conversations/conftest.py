"""The bots of the examples, compiled and trained once for all conversations."""

from pathlib import Path

import pytest

from prosa.understanding.embedder import Embedder, build_embedder
from tests.conversations.in_process import Bot

EXAMPLES = Path(__file__).parents[2] / "manifests" / "examples"


@pytest.fixture(scope="session")
def embedder() -> Embedder | None:
    return build_embedder("embedded")


@pytest.fixture(scope="session")
def autocerto(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder | None) -> Bot:
    return Bot(EXAMPLES / "autocerto", tmp_path_factory.mktemp("autocerto"), embedder)


@pytest.fixture(scope="session")
def bakery(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder | None) -> Bot:
    return Bot(EXAMPLES / "bakery", tmp_path_factory.mktemp("bakery"), embedder)
