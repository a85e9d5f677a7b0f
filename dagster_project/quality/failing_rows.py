"""The rows behind a failed expectation, fetched only when one has failed.

GX would collect every unexpected value of a column, or none of the keys beside it. A person wants
twenty rows with their keys, always the same ones, so the expectation's own condition is asked once more.
What an expectation means is not decided here.
"""

from typing import Any

import duckdb

from dagster_project.quality.results import Row
from dagster_project.quality.suites import Expectation, Suite
from dagster_project.warehouse.first_rows import first_rows
from dagster_project.warehouse.quoting import quote_identifier


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
    # One that could not be evaluated has none; its message already says why.
    return first_rows(con, sql, values, by=suite.key, hidden=suite.personal)


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
