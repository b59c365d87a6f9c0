"""Days in Parquet files, and what is past its time."""

import datetime as dt
from pathlib import Path

import duckdb
import pytest

from prosa.contracts.identity import contact_digest
from services.analytics import exports, retention
from tests.support.nats import BOT
from tests.support.records import ANA, BIA, NOON_MS, Kept, a_message, a_status, a_turn

DAY = dt.date(2025, 11, 24)
NOON = dt.datetime.fromtimestamp(NOON_MS / 1000, dt.UTC)
YEAR = dt.timedelta(days=365)


def due(kept: Kept, later: dt.timedelta) -> list[dt.date]:
    days = kept.writer.do(lambda c: exports.due(c, NOON + later, YEAR))
    return [day.day for day in days]


def export(kept: Kept, folder: Path, later: dt.timedelta) -> None:
    now = NOON + later
    for day in kept.writer.do(lambda c: exports.due(c, now, YEAR)):
        kept.writer.do(lambda c, d=day: exports.export(c, folder, BOT, d, now))  # type: ignore[misc]


def test_a_day_is_exported_when_it_is_over(kept: Kept, tmp_path: Path) -> None:
    kept.takes(a_message(ANA, 1), a_turn(ANA, 1))
    assert due(kept, dt.timedelta(hours=1)) == []

    export(kept, tmp_path, dt.timedelta(days=1))
    file = tmp_path / "messages" / f"bot={BOT}" / f"date={DAY}" / "part.parquet"
    assert duckdb.read_parquet(str(file)).to_arrow_table().column("text").to_pylist() == ["oi"]
    assert list(tmp_path.rglob("*.new")) == []


def test_late_rows_are_exported_again_a_day_later(kept: Kept, tmp_path: Path) -> None:
    kept.takes(a_message(ANA, 1))
    export(kept, tmp_path, dt.timedelta(days=1))
    kept.takes(a_message(ANA, 2))
    assert due(kept, dt.timedelta(days=1, hours=1)) == []

    export(kept, tmp_path, dt.timedelta(days=2, hours=1))
    rows = duckdb.read_parquet(str(tmp_path / "messages/*/*/*.parquet")).to_arrow_table()
    assert rows.num_rows == 2


def test_an_erased_contact_leaves_the_files(kept: Kept, tmp_path: Path) -> None:
    kept.takes(a_message(ANA, 1, "segredo"), a_message(BIA, 1), a_status("x/0", "read"))
    export(kept, tmp_path, dt.timedelta(days=1))
    digests = [contact_digest(BOT, ANA)]

    changed = kept.writer.do(lambda c: exports.erase(c, tmp_path, BOT, digests))
    rows = duckdb.read_parquet(str(tmp_path / "messages/*/*/*.parquet")).to_arrow_table()
    assert (changed, rows.column("contact").to_pylist()) == (1, [BIA])


def test_old_exports_are_dropped(kept: Kept, tmp_path: Path) -> None:
    kept.takes(a_message(ANA, 1))
    export(kept, tmp_path, dt.timedelta(days=1))

    assert exports.drop_before(tmp_path, DAY) == 0
    assert exports.drop_before(tmp_path, DAY + dt.timedelta(days=1)) == 1


@pytest.mark.parametrize(("later", "left"), [(-1, 1), (1, 0)])
def test_what_is_past_its_time_is_deleted(kept: Kept, later: int, left: int) -> None:
    kept.takes(a_message(ANA, 1), a_turn(ANA, 1), a_status(f"{ANA}-1-0/0", "read"))
    oldest = NOON + dt.timedelta(seconds=later)
    kept.writer.do(lambda c: retention.delete_before(c, oldest, oldest))

    for table in ("messages", "turns", "sessions", "statuses", "contacts"):
        assert kept.value(f"select count(*) from {table}") == left, table  # noqa: S608 - our own names


def test_every_table_grows_old_by_some_instant(kept: Kept) -> None:
    names = {row["table_name"] for row in kept.rows("select table_name from duckdb_tables()")}

    stays = {"progress", "migrations", "exports", "erasures", "embedded"}
    assert names - stays == set(retention.BY_TIME)


def test_a_day_that_is_past_its_time_is_not_exported_over(kept: Kept) -> None:
    kept.takes(a_message(ANA, 1))

    assert due(kept, YEAR + dt.timedelta(days=2)) == []
