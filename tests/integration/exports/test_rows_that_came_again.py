"""A load says which rows may be newer versions, so that staging compares only those; and which are no longer there."""

import json
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


LINES = "invoice_id,line_id,invoice_status,customer_id,kind,amount,currency,issued_at,updated_at\n"
THERE = """
    select invoice_id, line_id from raw.invoice_lines
    qualify row_number() over (partition by invoice_id, line_id
        order by coalesce(_version_at, _loaded_at) desc, _load_id desc) = 1 and not _deleted order by all
"""


def _lines(*ids: str, updated_at: str = "") -> str:
    rows = (one.split("/") for one in ids)
    return LINES + "".join(
        f"{invoice},{line},paid,c1,recurring,9,USD,2026-01-01,{updated_at}\n"
        for invoice, line in rows
    )


def _twice(landing: Path) -> None:
    (landing / "invoice_lines-2026-02-01.csv").write_text(_lines("i1/a", "i1/b", "i2/a"))
    (landing / "invoice_lines-2026-02-02.csv").write_text(_lines("i1/a"))


def test_a_line_that_its_invoice_no_longer_has_is_gone_where_invoices_come_whole(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    _twice(landing)

    again = load(said={"whole": ["invoice_lines"]}).files[1]

    assert con.execute(THERE).fetchall() == [("i1", "a"), ("i2", "a")]
    assert (again.outcome, again.message) == (
        "loaded",
        "1 row no longer in the record, marked deleted",
    )


def test_where_nothing_says_so_the_line_stays_and_is_told(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    _twice(landing)

    again = load().files[1]

    assert con.execute(THERE).fetchall() == [("i1", "a"), ("i1", "b"), ("i2", "a")]
    assert again.message == (
        "1 row of records that came again did not come with them and stays (the first of invoice_id i1): "
        "if the export holds whole records, say whole: [invoice_lines] under the source"
    )


def test_an_invoice_that_two_files_share_is_nothing_to_tell_of(landing: Path, load: Load) -> None:
    (landing / "invoice_lines-2026-02-01.csv").write_text(_lines("i1/a"))
    (landing / "invoice_lines-2026-02-02.csv").write_text(_lines("i1/b"))

    assert load().files[1].message == ""


def _chargebee(day: int, *lines: str) -> str:
    invoice = {
        **{"id": "i1", "customer_id": "c1", "status": "paid", "currency_code": "USD"},
        **{"date": 1767225600, "updated_at": 1767225600 + 86400 * day, "discount_amount": 0},
        "line_items": [
            {"id": one, "entity_type": "plan", "entity_id": "p", "amount": 900} for one in lines
        ],
    }
    return json.dumps({"invoice": invoice}) + "\n"


@pytest.mark.parametrize(
    "files",
    [
        {"invoices-2026-02-01.jsonl": _chargebee(0, "a", "b") + _chargebee(1, "a")},
        {"invoices-2026-02-01.jsonl": _chargebee(1, "a") + _chargebee(0, "a", "b")},
        {
            "invoices-2026-02-01.jsonl": _chargebee(0, "a", "b"),
            "invoices-2026-02-02.jsonl": _chargebee(1, "a"),
        },
        {
            "invoices-2026-02-01.jsonl": _chargebee(1, "a"),
            "invoices-2026-02-02.jsonl": _chargebee(0, "a", "b"),
        },
    ],
    ids=["in one file", "the newer first", "in two files", "the older later"],
)
def test_the_newest_version_of_an_invoice_says_which_lines_it_has(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection, files: dict[str, str]
) -> None:
    for name, text in files.items():
        (landing / name).write_text(text)

    load(format_name="chargebee")

    assert con.execute(THERE).fetchall() == [("i1", "a")]


def _stripe(*lines: str, has_more: bool) -> str:
    invoice = {
        **{
            "id": "i1",
            "customer": "c1",
            "status": "paid",
            "currency": "usd",
            "created": 1767225600,
        },
        "lines": {
            "has_more": has_more,
            "data": [
                {"id": one, "type": "subscription", "amount": 900, "currency": "usd"}
                for one in lines
            ],
        },
    }
    return json.dumps({"data": [invoice]})


@pytest.mark.parametrize(
    ("has_more", "there"), [(False, [("i1", "a")]), (True, [("i1", "a"), ("i1", "b")])]
)
def test_a_page_of_an_invoice_does_not_say_what_it_has(
    landing: Path,
    load: Load,
    con: duckdb.DuckDBPyConnection,
    has_more: bool,
    there: list[tuple[str, str]],
) -> None:
    (landing / "invoices-2026-02-01.json").write_text(_stripe("a", "b", has_more=False))
    (landing / "invoices-2026-02-02.json").write_text(_stripe("a", has_more=has_more))

    load(format_name="stripe")

    assert con.execute(THERE).fetchall() == there
