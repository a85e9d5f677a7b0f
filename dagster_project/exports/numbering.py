"""Rows that are alike in what a vendor gives of their key, and are different things: they get a number.

Two equal lines of one order are two lines. Which of them is the first does not matter, as long as the same export
gives the same numbers again: they are counted in the order of their content.
"""

import duckdb

from dagster_project.exports.mapping import Delivery
from dagster_project.exports.row_plan import STAGE
from dagster_project.warehouse.quoting import quote_identifier


def number_alike(con: duckdb.DuckDBPyConnection, delivery: Delivery) -> None:
    """Give the rows of the stage that share a key and have no id of their own a number each, the first excepted."""
    table = delivery.canonical_table
    if table.numbered is not None:
        alike = [name for name in table.key if name != table.numbered]
        _number(
            con,
            table.numbered,
            alike,
            [name for name in table.content if name not in table.key],
            where=f"{quote_identifier(table.numbered)} is null",
            made="cast(n as varchar)",
        )
    for name, rule in delivery.columns.items():
        if rule.numbered:
            others = [one for one in table.content if one not in table.key]
            column = quote_identifier(name)
            _number(con, name, list(table.key), others, where="true", made=f"{column} || '-' || n")


def _number(
    con: duckdb.DuckDBPyConnection,
    column: str,
    alike: list[str],
    others: list[str],
    *,
    where: str,
    made: str,
) -> None:
    # Of one thing in several versions, each version is counted apart.
    group = ", ".join(quote_identifier(name) for name in (*alike, "updated_at"))
    order = ", ".join(quote_identifier(name) for name in others)
    con.execute(
        f"update {STAGE} set {quote_identifier(column)} = {made} from ("
        f"select rowid as r, row_number() over (partition by {group} order by {order}, rowid) as n "
        f"from {STAGE} where _fault is null and {where}) as numbered "
        f"where numbered.r = {STAGE}.rowid and n > 1"
    )
