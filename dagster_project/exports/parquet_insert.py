"""The short way from a Parquet file into ``raw``, without the stage: for files in which nothing is wrong.

Parquet has no lines to reject, so what must be asked first is little: does a key occur twice, in the file
or with what is there already? The checks of the rows run inside the INSERT, and the first bad row ends it;
the file then goes the long way (``staging.py``), which says what is wrong with which row.
"""

from datetime import datetime

import duckdb

from dagster_project.exports.contract import LINEAGE
from dagster_project.exports.formats import Opened
from dagster_project.exports.mapping import Delivery, Mapping
from dagster_project.exports.row_plan import Plan
from dagster_project.exports.staging import Stage
from dagster_project.exports.writing import Writing
from dagster_project.warehouse.quoting import quote_identifier

_BAD_ROW = "ebbline: a row that cannot be loaded"


class StageNeededError(Exception):
    """The file holds rows that are not simply new; what was begun must be rolled back."""


def is_simple(opened: Opened, delivery: Delivery) -> bool:
    """Whether every record of the file is a row of this table, told by itself alone."""
    return (
        bool(opened.numbered)
        and not delivery.where
        and not delivery.full_dump
        and delivery.history is None
        and delivery.fill_down is None
        and not delivery.unnest
        and not any(rule.numbered for rule in delivery.columns.values())
    )


def insert_parquet(
    con: duckdb.DuckDBPyConnection,
    opened: Opened,
    mapping: Mapping,
    delivery: Delivery,
    *,
    writing: Writing,
    load_id: int,
    loaded_at: datetime,
    exported_at: datetime,
) -> Stage:
    """Load a simple file whose rows are all good and all new.

    :return: what a stage of the file would have counted.
    :raises StageNeededError: a row is bad, or a key occurs twice or is known already; after a bad row
        the transaction can only be rolled back.
    :raises InputRefusedError: the file's types are not the contract's.
    """
    table = delivery.canonical_table
    plan = Plan(opened, mapping, delivery, writing=writing, takes_broken_records=False)
    rows, _ = plan.checked_rows(["file_row_number as _row"], opened.numbered)
    values = opened.parameters.values
    if _some_key_is_shared(con, plan, rows):
        raise StageNeededError
    columns = ", ".join(quote_identifier(name) for name in table.column_names)
    lineage = ", ".join(name for name, _ in LINEAGE)
    try:
        inserted = con.execute(
            f"insert into raw.{quote_identifier(table.name)} ({columns}, {lineage}) "
            f"select {', '.join(plan.output())}, $load_id, $file, _row + {opened.lines_before + 1}, "
            f"$loaded_at, {'_gone' if plan.marks_deleted else 'false'}, "
            f"{'_extra' if plan.keeps_extra else 'null'}, false, "
            f"{'coalesce(v_updated_at, $exported)' if plan.compiled['updated_at'] else '$exported'} from {rows} "
            f"where case when _fault is null then true else error('{_BAD_ROW}') end",
            {
                **values,
                "load_id": load_id,
                "file": opened.file_name,
                "loaded_at": loaded_at,
                "exported": exported_at,
            },
        ).fetchone()
    except duckdb.Error as error:
        # Also what the reader cannot follow: the long way refuses it in words.
        raise StageNeededError from error
    assert inserted is not None
    return Stage(
        table,
        (),
        rows=int(inserted[0]),
        faulty=0,
        rejected=0,
        extra_columns=plan.extra,
        keeps_extra=plan.keeps_extra,
    )


def _some_key_is_shared(con: duckdb.DuckDBPyConnection, plan: Plan, rows: str) -> bool:
    """Whether two keys have one hash; two different ones by chance only cost the long way."""
    table = plan.table
    target = f"raw.{quote_identifier(table.name)}"
    names = ", ".join(quote_identifier(name) for name in table.key)
    keys = [
        sql
        for sql, name in zip(plan.output(), table.column_names, strict=True)
        if name in table.key
    ]
    hashes = f"select hash({names}) as h from (select {', '.join(keys)} from {rows})"
    values = plan.parameters.values
    try:
        twice = con.execute(
            f"select 1 from ({hashes}) group by h having count(*) > 1 limit 1", values
        ).fetchone()
        if twice is not None:
            return True
        if con.execute(f"select 1 from {target} limit 1").fetchone() is None:
            return False
        return (
            con.execute(
                f"select 1 from {target} where hash({names}) in ({hashes}) limit 1", values
            ).fetchone()
            is not None
        )
    except duckdb.Error as error:
        raise StageNeededError from error
