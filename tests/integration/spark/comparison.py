"""What of a table only one engine has."""

from pathlib import Path

import duckdb

CONF = Path(__file__).with_name("conf")
"""How Spark is configured for small tables: its SPARK_CONF_DIR."""


def differing_rows(
    by_duckdb: Path, by_spark: Path, table: str, *, schema: str = "marts", least: int = 0
) -> list[tuple[object, ...]]:
    """Return the rows of a table that only one of two databases has.

    :param least: how many rows it must have, so that something is compared.
    """
    with duckdb.connect() as con:
        con.execute("set TimeZone = 'UTC'")
        con.execute(
            f"attach '{by_duckdb}' as duckdb (read_only); attach '{by_spark}' as spark (read_only)"
        )
        rows = con.execute(f"select count(*) from duckdb.{schema}.{table}").fetchone()
        assert rows is not None and rows[0] >= least
        columns = [
            # Rates are quotients of equal decimals; the last bit of a double may differ by engine.
            f"round({name}, 12) as {name}" if kind == "DOUBLE" else name
            for name, kind, *_ in con.execute(f"describe duckdb.{schema}.{table}").fetchall()
        ]
        of = f"select {', '.join(columns)} from"
        return con.execute(
            f"({of} duckdb.{schema}.{table} except all {of} spark.{schema}.{table})"
            f" union all ({of} spark.{schema}.{table} except all {of} duckdb.{schema}.{table})"
        ).fetchall()
