"""State dumps become dated history; aliases that run in a circle are refused."""

from collections.abc import Callable
from pathlib import Path

import duckdb

from dagster_project.exports import LoadReport

Load = Callable[..., LoadReport]
MAPPING = """
format: nightly
title: Nightly dumps of subscriptions
source: billing
zone: UTC
deliveries:
  - table: subscription_items
    files: [subscriptions*]
    history:
      ended: {status: canceled}
      ended_at: ended
    columns:
      item_id: id
      subscription_id: id
      customer_id: customer
      plan_id: plan
      quantity: seats
      unit_amount: {from: price, as: decimal}
      valid_from_at: start
"""
HEADER = "id,customer,plan,seats,price,start,status,ended\n"
HISTORY = (
    "select plan_id, quantity::int, valid_from_at::date::varchar, valid_to_at::date::varchar "
    "from raw.subscription_items "
    "qualify row_number() over (partition by item_id, valid_from_at "
    "order by _load_id desc, _source_row desc) = 1 order by valid_from_at"
)


def _dumps(tmp_path: Path, landing: Path, load: Load, dumps: dict[str, str]) -> list[LoadReport]:
    mapping = tmp_path / "nightly.yml"
    mapping.write_text(MAPPING)
    reports = []
    for day, content in dumps.items():
        (landing / f"subscriptions-{day}.csv").write_text(HEADER + content)
        reports.append(load("billing", str(mapping), limit=0))
    return reports


def test_changes_between_dumps_become_dated_versions(
    tmp_path: Path, landing: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    reports = _dumps(
        tmp_path,
        landing,
        load,
        {
            "2025-01-10": "s1,c1,basic,1,10,2025-01-01,active,\n",
            "2025-01-11": "s1,c1,basic,1,10,2025-01-01,active,\n",
            "2025-01-12": "s1,c1,pro,1,20,2025-01-01,active,\n",
            "2025-01-13": "s1,c1,pro,5,20,2025-01-01,active,\n",
            "2025-01-20": "s1,c1,pro,5,20,2025-01-01,canceled,2025-01-15\n",
        },
    )

    assert con.execute(HISTORY).fetchall() == [
        ("basic", 1, "2025-01-01", "2025-01-12"),
        ("pro", 1, "2025-01-12", "2025-01-13"),
        ("pro", 5, "2025-01-13", "2025-01-15"),
    ]
    assert [report.files[-1].rows_unchanged for report in reports] == [0, 1, 0, 0, 0]


def test_an_item_that_vanishes_from_a_dump_is_over_and_may_come_back(
    tmp_path: Path, landing: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    other = "s2,c2,basic,1,10,2025-01-01,active,\n"
    kept = "s1,c1,pro,1,20,2025-01-02,active,\n"
    _dumps(
        tmp_path,
        landing,
        load,
        {"2025-01-10": kept + other, "2025-01-11": kept, "2025-01-15": kept + other},
    )

    assert con.execute(HISTORY).fetchall() == [
        ("basic", 1, "2025-01-01", "2025-01-11"),
        ("pro", 1, "2025-01-02", None),
        ("basic", 1, "2025-01-15", None),
    ]


def test_reading_the_same_dump_twice_changes_nothing(
    tmp_path: Path, landing: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    content = "s1,c1,basic,1,10,2025-01-01,active,\ns2,c2,pro,1,20,2025-01-01,canceled,2025-01-05\n"
    _dumps(tmp_path, landing, load, {"2025-01-10": content, "2025-01-10-again": content})

    assert con.execute("select count(*) from raw.subscription_items").fetchone() == (2,)


def test_aliases_in_a_circle_are_refused_and_named(
    landing: Path, load: Load, con: duckdb.DuckDBPyConnection
) -> None:
    header = "customer_id,same_as_customer_id\n"
    (landing / "customer_aliases-1.csv").write_text(header + "a,b\nb,c\nx,a\n")
    (landing / "customer_aliases-2.csv").write_text(header + "c,a\ny,x\n")

    report = load()

    assert [file.file_name for file in report.refused] == ["customer_aliases-2.csv"]
    assert "a, b, c" in report.refused[0].message
    assert con.execute("select count(*) from raw.customer_aliases").fetchone() == (3,)


def test_a_chain_of_aliases_is_no_circle(landing: Path, load: Load) -> None:
    (landing / "customer_aliases.csv").write_text(
        "customer_id,same_as_customer_id\na,b\nb,c\nc,d\nz,d\n"
    )

    assert not load().refused
