"""A load says which rows may be newer versions, so that staging compares only those."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagster_project.clock import FixedClock
from dagster_project.config import Settings
from dagster_project.exports import LoadReport, ensure_raw_tables, load_source
from tests.integration.exports.conftest import NOW

Load = Callable[..., LoadReport]
HEADER = "customer_id,created_at,name\n"
MARKED = (
    "select customer_id, name, _may_supersede from raw.customers order by _load_id, _source_row"
)


def _versions_taken_for_single(con: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    """Return the rows said to be alone with their key though an earlier row has it too."""
    return con.execute(
        """
        select customer_id, _load_id, _source_row
        from raw.customers
        qualify
            not _may_supersede
            and row_number() over (partition by customer_id order by _load_id, _source_row) > 1
        """
    ).fetchall()


def test_only_a_key_that_came_again_is_marked(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    (landing / "customers-1.csv").write_text(HEADER + "c1,2025-01-01,Ann\nc2,2025-01-01,Bob\n")
    (landing / "customers-2.csv").write_text(HEADER + "c2,2025-01-01,Bobby\nc3,2025-01-01,Cid\n")
    (landing / "customers-3.csv").write_text(HEADER + "c4,2025-01-01,Dan\nc4,2025-01-01,Dan\n")
    load()

    assert con.execute(MARKED).fetchall() == [
        ("c1", "Ann", False),
        ("c2", "Bob", False),
        ("c2", "Bobby", True),
        ("c3", "Cid", False),
        ("c4", "Dan", True),
    ]


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_new_keys_are_not_marked_whichever_way_they_are_loaded(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection, file_format: str
) -> None:
    duckdb.sql(
        "copy (select 'c' || i as customer_id, timestamptz '2025-01-01' as created_at from range(9) r(i))"
        f" to '{landing / f'customers.{file_format}'}' (format {file_format})"
    )
    load()

    assert con.execute(
        "select count(*), count(*) filter (_may_supersede) from raw.customers"
    ).fetchall() == [(9, 0)]


def test_rows_of_a_warehouse_that_did_not_say_are_all_compared(
    con: duckdb.DuckDBPyConnection,
) -> None:
    ensure_raw_tables(con)
    con.execute("alter table raw.customers drop column _may_supersede")
    con.execute("insert into raw.customers (customer_id, _load_id) values ('c1', 1), ('c1', 2)")

    ensure_raw_tables(con)

    assert con.execute("select _may_supersede from raw.customers").fetchall() == [(True,), (True,)]


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    files=st.lists(
        st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from(["Ann", "Bob"])), max_size=6),
        max_size=4,
    )
)
def test_no_newer_version_is_ever_taken_for_a_single_one(
    tmp_path_factory: pytest.TempPathFactory, files: list[list[tuple[str, str]]]
) -> None:
    landing = tmp_path_factory.mktemp("landing")
    for number, data in enumerate(files):
        (landing / f"customers-{number}.csv").write_text(
            HEADER + "".join(f"{key},2025-01-01,{name}\n" for key, name in data)
        )
    with duckdb.connect() as con:
        load_source(
            con,
            source="billing",
            format="canonical",
            path=landing,
            settings=Settings.model_validate({"sources": {"billing": {"path": str(landing)}}}),
            clock=FixedClock(NOW),
        )
        assert _versions_taken_for_single(con) == []
