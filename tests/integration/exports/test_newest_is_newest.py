"""Which of several versions of a row holds: by its own time, else that of its export; never by the order of lines."""

import os
from collections.abc import Callable, Sequence
from itertools import permutations
from pathlib import Path

import duckdb
import pytest

from dagster_project.exports import LoadReport
from dagster_project.exports.contract import NEWEST_FIRST

Load = Callable[..., LoadReport]
CASES = Path(__file__).parents[2] / "cases" / "field"
MINE = """
format: mine
title: Made up
source: billing
version: [changed]
deleted: {gone: true}
deliveries:
  - table: customers
    files: [people*]
    columns: {customer_id: id, created_at: made, name: name}
"""


def _standing(
    con: duckdb.DuckDBPyConnection, table: str, key: str, columns: str
) -> list[tuple[object, ...]]:
    return con.execute(
        f"select {columns} from (select * from raw.{table} qualify "
        f"row_number() over (partition by {key} order by {NEWEST_FIRST}) = 1) where not _deleted order by all"
    ).fetchall()


def _names(con: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return _standing(con, "customers", "customer_id", "customer_id, name")


def _at(file: Path, text: str, day: int) -> None:
    file.write_text(text)
    os.utime(file, (1_700_000_000 + day * 86_400,) * 2)


def test_of_a_history_table_the_latest_version_holds_whichever_line_comes_first(
    load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    load(format_name="recurly", path=CASES / "10-recurly-history-newest-first" / "billing")

    assert _standing(con, "invoices", "invoice_id", "distinct status") == [("paid",)]


@pytest.mark.parametrize("lines", permutations(["old,1", "newer,2", "newest,3"]))
def test_no_order_of_lines_changes_what_holds(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection, tmp_path: Path, lines: Sequence[str]
) -> None:
    mapping = tmp_path / "mine.yml"
    mapping.write_text(MINE)
    rows = (line.split(",") for line in lines)
    (landing / "people.csv").write_text(
        "id,made,name,changed\n"
        + "".join(f"c1,2025-01-01,{name},2025-02-0{day} 10:00:00\n" for name, day in rows)
    )

    load(format_name=str(mapping))

    assert _names(con) == [("c1", "newest")]


@pytest.mark.parametrize("column", ["_fivetran_synced", "_airbyte_extracted_at", "_sdc_batched_at"])
def test_what_a_connector_writes_is_a_version_where_a_vendor_gives_none(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection, column: str
) -> None:
    (landing / "plans.csv").write_text(
        f"id,product_id,nickname,amount,currency,interval,interval_count,{column}\n"
        "p,x,new,100,usd,month,1,2025-03-02 00:00:00\np,x,old,100,usd,month,1,2025-03-01 00:00:00\n"
    )

    load(format_name="stripe")

    assert _standing(con, "plans", "plan_id", "plan_name") == [("new",)]


def test_a_name_that_sorts_last_is_not_the_newest(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    _at(landing / "customers-z.csv", "customer_id,created_at,name\nc1,2025-01-01,old\n", day=1)
    _at(landing / "customers-a.csv", "customer_id,created_at,name\nc1,2025-01-01,new\n", day=2)

    load()

    assert _names(con) == [("c1", "new")]


def test_the_date_in_a_name_goes_before_the_time_of_the_file(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    _at(landing / "customers-2026-02-01.csv", "customer_id,created_at,name\nc1,2025-01-01,new\n", 1)
    _at(landing / "customers-2026-01-31.csv", "customer_id,created_at,name\nc1,2025-01-01,old\n", 9)

    load()

    assert _names(con) == [("c1", "new")]


def test_an_export_that_comes_late_changes_nothing_that_is_newer(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    head = "customer_id,created_at,name\n"
    (landing / "customers-2026-01-01.csv").write_text(head + "c1,2025-01-01,A\n")
    (landing / "customers-2026-03-01.csv").write_text(head + "c1,2025-01-01,A\n")
    load()
    (landing / "customers-2026-02-01.csv").write_text(head + "c1,2025-01-01,B\n")
    load()

    assert _names(con) == [("c1", "A")]
    assert con.execute("select count(*) from raw.customers").fetchall() == [(2,)]


def test_a_nightly_table_of_all_versions_brings_each_of_them_once(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    head = "customer_id,created_at,name,updated_at\n"
    versions = "c1,2025-01-01,A,2025-01-02\nc1,2025-01-01,B,2025-01-03\n"
    (landing / "customers-2026-01-01.csv").write_text(head + versions)
    (landing / "customers-2026-01-02.csv").write_text(
        head + versions + "c2,2025-01-01,C,2025-01-04\n"
    )

    report = load()

    assert [(f.rows_loaded, f.rows_unchanged) for f in report.files] == [(2, 0), (1, 2)]


@pytest.mark.parametrize(
    ("column", "value"),
    [("_fivetran_deleted", "TRUE"), ("_ab_cdc_deleted_at", "2026-01-01"), ("gone", "t")],
)
def test_a_row_that_a_connector_or_vendor_marks_as_deleted_is_gone(
    landing: Path,
    load: Load,
    con: duckdb.DuckDBPyConnection,
    tmp_path: Path,
    column: str,
    value: str,
) -> None:
    mapping = tmp_path / "mine.yml"
    mapping.write_text(MINE)
    head = f"id,made,name,{column}\n"
    (landing / "people-2026-01-01.csv").write_text(head + "c1,2025-01-01,A,\nc2,2025-01-01,B,\n")
    # Of what is gone, some say no more than its id.
    (landing / "people-2026-01-02.csv").write_text(head + f"c1,,,{value}\n")

    report = load(format_name=str(mapping))

    assert _names(con) == [("c2", "B")]
    assert [file.rows_quarantined for file in report.files] == [0, 0]


def test_what_is_gone_from_a_full_dump_is_deleted(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    head = "subscription_id,customer_id,plan_id,mrr,valid_from_on\n"
    (landing / "subscription_periods-2024-12-01.csv").write_text(
        head + "s1,c1,p,100,2024-01-01\ns2,c2,p,50,2024-02-10\n"
    )
    (landing / "subscription_periods-2024-12-10.csv").write_text(
        head + "s1,c1,p,100,2024-01-15\ns2,c2,p,50,2024-02-10\n"
    )

    load(said={"full": ["subscription_periods"]})

    key = "subscription_id, plan_id, valid_from_on"
    assert _standing(
        con, "subscription_periods", key, "subscription_id, cast(valid_from_on as varchar)"
    ) == [
        ("s1", "2024-01-15"),
        ("s2", "2024-02-10"),
    ]


def test_an_old_full_dump_that_comes_late_deletes_nothing(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    head = "customer_id,created_at\n"
    (landing / "customers-2026-02-01.csv").write_text(head + "c1,2025-01-01\nc2,2026-01-15\n")
    load(said={"full": ["customers"]})
    (landing / "customers-2026-01-01.csv").write_text(head + "c1,2025-01-01\n")
    load(said={"full": ["customers"]})

    assert _standing(con, "customers", "customer_id", "customer_id") == [("c1",), ("c2",)]


def _dump(landing: Path, names: dict[str, str], day: int = 1) -> None:
    """Write files of customers, each with those that its letters name."""
    for name, customers in names.items():
        rows = "".join(f"{one},2025-01-01\n" for one in customers)
        _at(landing / name, f"customer_id,created_at\n{rows}", day)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            {"customers-2026-01-01-1.csv": "ab", "customers-2026-01-01-2.csv": "cd"},
            {"customers-2026-02-01-1.csv": "a", "customers-2026-02-01-2.csv": "cd"},
        ),
        (
            {"customers_eu-2026-01-01.csv": "ab", "customers_us-2026-01-01.csv": "cd"},
            {"customers_eu-2026-02-01.csv": "a", "customers_us-2026-02-01.csv": "cd"},
        ),
        (
            {"customers_part1of2.csv": "ab", "customers_part2of2.csv": "cd"},
            {"customers_part1of2.csv": "a"},
        ),
        (
            {"customers000000000000.csv": "ab", "customers000000000001.csv": "cd"},
            {"customers000000000000.csv": "c", "customers000000000001.csv": "ad"},
        ),
    ],
    ids=[
        "numbered on one day",
        "of one day",
        "parts, one of which is new",
        "shards that move rows",
    ],
)
def test_a_full_dump_may_come_in_several_files(
    landing: Path,
    load: Load,
    con: duckdb.DuckDBPyConnection,
    before: dict[str, str],
    after: dict[str, str],
) -> None:
    _dump(landing, before)
    load(said={"full": ["customers"]})
    assert _standing(con, "customers", "customer_id", "customer_id") == [
        *(("a",), ("b",), ("c",), ("d",))
    ]

    _dump(landing, after, day=2)
    load(said={"full": ["customers"]})

    assert _standing(con, "customers", "customer_id", "customer_id") == [("a",), ("c",), ("d",)]


def test_a_dump_of_which_a_part_cannot_be_read_deletes_nothing(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    _dump(landing, {"customers-2026-01-01-1.csv": "ab", "customers-2026-01-01-2.csv": "cd"})
    load(said={"full": ["customers"]})
    _dump(landing, {"customers-2026-02-01-2.csv": "cd"})
    (landing / "customers-2026-02-01-1.csv").write_text("who\na\n")

    report = load(said={"full": ["customers"]})

    assert [file.file_name for file in report.refused] == ["customers-2026-02-01-1.csv"]
    assert len(_standing(con, "customers", "customer_id", "customer_id")) == 4


def test_a_lines_id_may_repeat_on_other_invoices(
    load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    load(format_name="stripe", path=CASES / "20-line-ids-repeat" / "billing")

    counts = "count(*), count(distinct line_id)"
    assert _standing(con, "invoice_lines", "invoice_id, line_id", counts) == [(12, 7)]


def test_two_equal_lines_of_an_order_without_ids_are_two_lines(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    order = "o1,c1,2026-01-01,mug,20.00,EUR\n"
    (landing / "orders.csv").write_text(
        "order_id,customer_id,ordered_at,product_id,amount,currency\n"
        + order * 2
        + "o2,c1,2026-02-01,cup,5,EUR\n"
    )
    load()
    # The same export again brings the same lines.
    (landing / "orders-again.csv").write_text((landing / "orders.csv").read_text())
    load()

    standing = _standing(
        con, "orders", "order_id, line_id", "order_id, line_id, cast(amount as varchar)"
    )
    assert standing == [("o1", "2", "20.00"), ("o1", None, "20.00"), ("o2", None, "5.00")]


def test_two_equal_lines_that_a_mapping_gives_an_id_are_numbered(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    mapping = tmp_path / "shop.yml"
    mapping.write_text(
        "format: shop\ntitle: A shop\nsource: billing\ndeliveries:\n  - table: orders\n    files: [sales*]\n"
        "    columns: {order_id: nr, line_id: {digest: [nr, sku], numbered: true}, customer_id: who,\n"
        "      ordered_at: at, amount: paid, currency: {value: EUR}}\n"
    )
    (landing / "sales.csv").write_text(
        "nr,sku,who,at,paid\n1,mug,c1,2026-01-01,20\n1,mug,c1,2026-01-01,20\n1,cup,c1,2026-01-01,5\n"
    )

    load(format_name=str(mapping))

    assert con.execute(
        "select count(distinct line_id), sum(amount)::int from raw.orders"
    ).fetchall() == [(3, 45)]


def test_full_dumps_without_date_and_number_are_refused_with_what_to_write(
    landing: Path, load: Load
) -> None:
    _dump(landing, {"customers_eu.csv": "ab", "customers_us.csv": "cd"})

    refused = load(said={"full": ["customers"]}).refused

    assert [(file.file_name, "(part-1, part-2)" in file.message) for file in refused] == [
        ("customers_eu.csv", True),
        ("customers_us.csv", True),
    ]


@pytest.mark.parametrize(
    ("later", "newest", "words"),
    [(0, "customers_old.csv", "the names' own order"), (60, "customers_new.csv", "the times at")],
)
def test_which_of_two_files_without_a_date_is_newer_is_said(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection, later: int, newest: str, words: str
) -> None:
    for number, name in enumerate(("customers_new.csv", "customers_old.csv")):
        file = landing / name
        file.write_text(f"customer_id,created_at,name\na,2025-01-01,{name}\n")
        os.utime(file, (1_700_000_000 - later * number,) * 2)

    (said,) = load().warnings

    assert _names(con) == [("a", newest)]
    assert "1 row of customers says something else in" in said and words in said


@pytest.mark.parametrize("is_full", [True, False])
def test_an_item_that_begins_later_in_a_later_export_is_corrected_where_that_is_said(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection, *, is_full: bool
) -> None:
    header = "item_id,subscription_id,customer_id,plan_id,valid_from_at\n"
    for day, first in (("2026-01-31", "2026-01-01"), ("2026-02-28", "2026-01-15")):
        (landing / f"subscription_items-{day}.csv").write_text(f"{header}x,s,c,p,{first}\n")

    report = load(said={"full": ["subscription_items"]} if is_full else {})

    standing = _standing(
        con, "subscription_items", "item_id, valid_from_at", "valid_from_at::date::varchar"
    )
    assert standing == [*([] if is_full else [("2026-01-01",)]), ("2026-01-15",)]
    assert [("say full: [subscription_items]" in one) for one in report.warnings] == (
        [] if is_full else [True]
    )
