"""The rows behind a failed expectation, fetched only when one has failed.

GX would collect every unexpected value of a column, or none of the keys beside it. A person wants
twenty rows with their keys, always the same ones, so the expectation's own condition is asked once more.
What an expectation means is not decided here.
"""

from typing import Any

import duckdb

from dagster_project.quality.results import Row
from dagster_project.quality.suites import Expectation, Suite
from dagster_project.warehouse.quoting import quote_identifier

SHOWN = 20


def failing_rows(
    con: duckdb.DuckDBPyConnection, suite: Suite, expectation: Expectation
) -> tuple[Row, ...]:
    """Return the first twenty rows that break an expectation, by their key, without the columns of persons.

    :param con: the working database, open for reading.
    :param suite: whose key columns name a row.
    :param expectation: the one that failed; kinds that judge the table as a whole have no rows.
    """
    statement = _statement(suite, expectation)
    if statement is None:
        return ()
    sql, values = statement
    try:
        columns = _columns(con, sql, values)
        ordered = f"select * from ({sql}) order by {_order(suite, columns)} limit {SHOWN}"  # noqa: S608 - a suite's SQL
        found = con.execute(ordered, values).fetchall()
    except duckdb.Error:
        # The expectation itself could not be evaluated; its message already says why.
        return ()
    shown = [column for column in columns if column not in suite.personal]
    return tuple(
        {column: value for column, value in zip(columns, row, strict=True) if column in shown}
        for row in found
    )


def _columns(con: duckdb.DuckDBPyConnection, sql: str, values: list[Any]) -> list[str]:
    described = con.execute(f"select * from ({sql}) limit 0", values).description  # noqa: S608 - a suite's SQL
    return [column[0] for column in described or ()]


def _order(suite: Suite, columns: list[str]) -> str:
    """Return the positions to sort by: the key first, then the rest, so that every run shows the same rows."""
    places = {name: place for place, name in reversed([*enumerate(columns, start=1)])}
    keys = [places[name] for name in suite.key if name in places]
    rest = [place for place in range(1, len(columns) + 1) if place not in keys]
    return ", ".join(str(place) for place in (*keys, *rest))


def _statement(suite: Suite, expectation: Expectation) -> tuple[str, list[Any]] | None:
    table = f"{quote_identifier(suite.stage)}.{quote_identifier(suite.table)}"
    kwargs = expectation.question.kwargs
    if expectation.question.expectation_type == "unexpected_rows_expectation":
        return kwargs["unexpected_rows_query"].format(batch=table), []
    if "column" not in kwargs:
        return None
    column = quote_identifier(kwargs["column"])
    values: list[Any]
    match expectation.question.expectation_type:
        case "expect_column_values_to_not_be_null":
            condition, values = f"{column} is null", []
        case "expect_column_values_to_be_in_set":
            condition, values = f"not list_contains(?, {column})", [kwargs["value_set"]]
        case "expect_column_values_to_be_between":
            limits = {
                f"{column} < ?": kwargs.get("min_value"),
                f"{column} > ?": kwargs.get("max_value"),
            }
            given = {limit: value for limit, value in limits.items() if value is not None}
            condition, values = " or ".join(given), list(given.values())
        case _:
            return None
    columns = dict.fromkeys([*suite.key, kwargs["column"]])
    listed = ", ".join(quote_identifier(name) for name in columns)
    # Identifiers are quoted and come from a committed suite; values are bound.
    return f"select {listed} from {table} where {condition}", values  # noqa: S608
