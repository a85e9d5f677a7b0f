"""Lineage: the file and line that a row names hold the record it names."""

from functools import cache

import duckdb
import pytest

from dagster_project.locations import PROJECT_ROOT

BILLING = PROJECT_ROOT / "data" / "sample" / "billing"


@cache
def lines_of(file: str) -> list[str]:
    return (BILLING / file).read_text(encoding="utf-8").split("\n")


def not_there(rows: list[tuple[str, str, int]]) -> list[tuple[str, str, int]]:
    """Return the rows whose line does not begin with their key."""
    return [
        (key, file, line)
        for key, file, line in rows
        if not lines_of(file)[line - 1].startswith(f"{key},")
    ]


def test_every_movement_names_the_line_it_came_from(published: duckdb.DuckDBPyConnection) -> None:
    # The key of a line is its invoice and its id; in the file the id comes first.
    rows = published.execute(
        "select split_part(source_key, '/', 2) || ',' || split_part(source_key, '/', 1), source_file, source_row"
        " from marts.fct_mrr_movements"
    ).fetchall()
    assert (len(rows) > 100, not_there(rows)) == (True, [])


def test_every_line_of_a_purchase_names_the_line_it_came_from(
    published: duckdb.DuckDBPyConnection,
) -> None:
    rows = published.execute(
        "select document_id || ',' || line_id, source_file, source_row"
        " from marts.fct_purchase_lines"
    ).fetchall()
    assert (len(rows) > 100, not_there(rows)) == (True, [])


def test_a_churn_comes_from_the_piece_that_ended(published: duckdb.DuckDBPyConnection) -> None:
    row = published.execute(
        """
        select source_file, source_row from marts.fct_mrr_movements
        where movement_type = 'churn' order by movement_on, customer_id limit 1
        """
    ).fetchone()
    churned_on = published.execute(
        "select min(movement_on) from marts.fct_mrr_movements where movement_type = 'churn'"
    ).fetchone()
    assert row is not None and churned_on is not None
    line = lines_of(row[0])[row[1] - 1]
    assert line.split(",")[-1].startswith(str(churned_on[0]))


@pytest.fixture
def documented() -> list[str]:
    """The queries of docs/explain.md."""
    text = (PROJECT_ROOT / "docs" / "explain.md").read_text(encoding="utf-8")
    return [block.split("```")[0] for block in text.split("```sql\n")[1:]]


def cell(con: duckdb.DuckDBPyConnection, metric: str) -> tuple[object, ...] | None:
    return con.execute(
        """
        select numerator, denominator from marts.metrics
        where metric = ? and grain = 'month' and period_start = date '2026-03-01'
            and dimension = 'country' and member = 'DE'
        """,
        [metric],
    ).fetchone()


def test_the_documented_query_of_movements_adds_up_to_the_closing_mrr(
    published: duckdb.DuckDBPyConnection, documented: list[str]
) -> None:
    made = published.execute(f"select sum(amount), null from ({documented[0]})").fetchone()
    assert made == cell(published, "mrr_closing")


def test_the_documented_query_of_customers_adds_up_to_the_churn_rate(
    published: duckdb.DuckDBPyConnection, documented: list[str]
) -> None:
    made = published.execute(f"select sum(lost), sum(opening) from ({documented[1]})").fetchone()
    assert made == cell(published, "churn_rate")
