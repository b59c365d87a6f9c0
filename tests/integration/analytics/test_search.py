"""Messages found by what they mean, or by their words where nothing is embedded."""

from collections.abc import Iterator

import pytest

from prosa.contracts.identity import ContactKey
from prosa.telemetry.metrics import Registry
from prosa.understanding.embedder import Embedder, NGramEncoder
from services.analytics.metrics import AnalyticsMetrics
from services.analytics.records import Records
from services.analytics.search import Asked, Search
from tests.support.nats import BOT
from tests.support.records import ANA, BIA, MINUTE_MS, NOON_MS, Kept, a_message, a_turn

ENCODER = NGramEncoder(512)
SAID = ("quero um carro automático", "vocês abrem no domingo?", "carros automáticos baratos")


@pytest.fixture
def records(kept: Kept) -> Iterator[Records]:
    for number, text in enumerate(SAID):
        at_ms = NOON_MS + number * MINUTE_MS
        kept.takes(a_message(BIA if number == 2 else ANA, number, text, at_ms=at_ms))
    readers = Records()
    readers.open(kept.opened.root)
    yield readers
    readers.shut_down()


def embed(kept: Kept) -> None:
    """Give every message its vector, as the loop does."""
    rows = kept.rows(
        "select id as message, contact, happened_at, author, coalesce(intent, '') as intent, text,"
        " changed from message_rows where author is not null order by changed, id"
    )
    for row, vector in zip(rows, ENCODER.encode([row["text"] for row in rows]), strict=True):
        row |= {"model": ENCODER.model_id, "dim": 512, "vector": vector}
    kept.writer.keep_vectors(rows, (ENCODER.model_id, rows[-1]["changed"], rows[-1]["message"]))


def a_search(records: Records, embedder: Embedder | None = ENCODER, held: int = 100) -> Search:
    return Search(BOT, records, embedder, AnalyticsMetrics(Registry()), held=held)


async def texts(search: Search, **asked: object) -> list[str]:
    found = await search.search(Asked(**asked))  # type: ignore[arg-type]
    return [match.text for match in found.items]


async def test_the_most_alike_are_found_first(kept: Kept, records: Records) -> None:
    embed(kept)

    assert await texts(a_search(records), q="carro automático", limit=2) == [SAID[0], SAID[2]]


@pytest.mark.parametrize("held", [100, 1])
async def test_what_is_no_longer_in_memory_is_found_too(
    kept: Kept, records: Records, held: int
) -> None:
    embed(kept)

    assert set(await texts(a_search(records, held=held), q="carro automático")) == set(SAID)


async def test_a_message_is_found_as_soon_as_it_has_its_vector(
    kept: Kept, records: Records
) -> None:
    embed(kept)
    search = a_search(records)
    await texts(search, q="domingo")
    kept.takes(a_message(ANA, 9, "abre domingo?"))
    assert (await search.search(Asked(q="domingo"))).unread == 1

    embed(kept)
    assert (await texts(search, q="abre domingo?"))[0] == "abre domingo?"


async def test_a_filter_by_intent(kept: Kept, records: Records) -> None:
    kept.takes(a_turn(ANA, 1, {"kind": "understood", "subject": "horario"}))
    embed(kept)

    assert await texts(a_search(records), q="carro", intent="horario") == [SAID[1]]


async def test_nothing_of_an_erased_contact_is_found(kept: Kept, records: Records) -> None:
    embed(kept)
    search = a_search(records)
    await texts(search, q="carro")
    for table in ("message_rows", "embeddings"):
        kept.opened.root.cursor().execute(f"delete from {table} where contact = ?", [BIA])  # noqa: S608 - our own names

    assert SAID[2] not in await texts(search, q="carros automáticos baratos")


@pytest.mark.parametrize("words", ["AUTOMATICO", "automático", "100%", "_"])
async def test_without_an_encoder_words_are_compared(
    kept: Kept, records: Records, words: str
) -> None:
    kept.takes(a_message(ContactKey("p3"), 7, "desconto de 100% em um_carro"))
    found = await a_search(records, None).search(Asked(q=words))

    assert found.by == "words"
    special = words in ("100%", "_")
    assert len(found.items) == (1 if special else 2)
