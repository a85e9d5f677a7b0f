"""The rows behind a failed expectation, fetched only when one has failed.

GX would collect every unexpected value of a column, or none of the keys beside it. A person wants
twenty rows with their keys, so the expectation's own condition is asked once more with a limit.
What an expectation means is not decided here.
"""

from typing import Any

import duckdb

from dagster_project.quality.results import Row
from dagster_project.quality.suites import Expectation, Suite
from dagster_project.warehouse.connection import quote_identifier

SHOWN = 20


def failing_rows(
    con: duckdb.DuckDBPyConnection, suite: Suite, expectation: Expectation
) -> tuple[Row, ...]:
    """Return up to twenty rows that break an expectation, without the columns of persons.

    :param con: the working database, open for reading.
    :param suite: whose key columns name a row.
    :param expectation: the one that failed; kinds that judge the table as a whole have no rows.
    """
    statement = _statement(suite, expectation)
    if statement is None:
        return ()
    sql, values = statement
    try:
        cursor = con.execute(sql, values)
    except duckdb.Error:
        # The expectation itself could not be evaluated; its message already says why.
        return ()
    columns = [column[0] for column in cursor.description or ()]
    shown = [column for column in columns if column not in suite.personal]
    return tuple(
        {column: value for column, value in zip(columns, row, strict=True) if column in shown}
        for row in cursor.fetchmany(SHOWN)
    )


def _statement(suite: Suite, expectation: Expectation) -> tuple[str, list[Any]] | None:
    table = f"{quote_identifier(suite.stage)}.{quote_identifier(suite.table)}"
    kwargs = expectation.kwargs
    if expectation.expectation_type == "unexpected_rows_expectation":
        query = kwargs["unexpected_rows_query"].format(batch=table)
        return f"select * from ({query}) limit {SHOWN}", []  # noqa: S608 - a committed suite's SQL
    if "column" not in kwargs:
        return None
    column = quote_identifier(kwargs["column"])
    values: list[Any]
    match expectation.expectation_type:
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
    return f"select {listed} from {table} where {condition} limit {SHOWN}", values  # noqa: S608
