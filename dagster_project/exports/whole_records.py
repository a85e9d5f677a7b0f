"""Rows that are parts of one record (the lines of an invoice): what a later delivery of the record no longer has.

Where the rows of a record come together, they are all that it has, and what is left out was taken off it: such a row
gets a deleted version. Where nothing says that they come together, what was left out stays, and is told.
"""

import duckdb

from dagster_project.exports.contract import NEWEST_FIRST
from dagster_project.exports.row_plan import STAGE
from dagster_project.exports.row_versions import SHARED, Arrival, append_deleted, same_key
from dagster_project.exports.staging import Stage
from dagster_project.plural import counted
from dagster_project.warehouse.quoting import quote_identifier

_LEFT_OUT = "ebb_left_out"


def mark_left_out(
    con: duckdb.DuckDBPyConnection,
    stage: Stage,
    arrival: Arrival,
    *,
    of_one_version: bool,
) -> int:
    """Append a deleted version of every row that the newest delivery of its record does not have.

    :param of_one_version: the rows of a record were delivered inside it, and have its version.
    :return: how many rows they are.
    """
    table = stage.table
    others = con.execute(
        f"select 1 from raw.{quote_identifier(table.name)} where _load_id <> $load_id limit 1",
        {"load_id": arrival.load_id},
    ).fetchone()
    if others is None and not _some_came_again(con):
        return 0
    _find_left_out(con, stage, arrival, of_one_version=of_one_version)
    return append_deleted(con, table, arrival, _LEFT_OUT)


def left_out(con: duckdb.DuckDBPyConnection, stage: Stage, arrival: Arrival) -> tuple[str, ...]:
    """Return, in words, what came before of the records that came again, and did not come with them."""
    if not _some_came_again(con):
        return ()
    table, record = stage.table, quote_identifier(stage.table.key[0])
    _find_left_out(con, stage, arrival)
    con.execute(
        f"delete from {_LEFT_OUT} where {record} not in (select n.{record} from raw.{quote_identifier(table.name)} n "
        f"join {STAGE} s on {same_key('n', 's', table)} where s._fault is null and n._load_id <> $load_id)",
        {"load_id": arrival.load_id},
    )
    found = con.execute(f"select count(*), min({record}) from {_LEFT_OUT}").fetchone()
    rows, first = found or (0, None)
    if not rows:
        return ()
    return (
        f"{counted(rows, 'row')} of records that came again did not come with them and "
        f"{'stays' if rows == 1 else 'stay'} (the first of {table.key[0]} {first}): "
        f"if the export holds whole records, say whole: [{table.name}] under the source",
    )


def _some_came_again(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether some key of the stage is that of another row: what a first load need not ask further."""
    return con.execute(f"select 1 from {SHARED} limit 1").fetchone() is not None


def _find_left_out(
    con: duckdb.DuckDBPyConnection,
    stage: Stage,
    arrival: Arrival,
    *,
    of_one_version: bool = False,
) -> None:
    """Fill the temporary table of rows that the newest delivery of their record does not have.

    Of a record with a broken row nothing is known, nor of one that has others elsewhere.

    :param of_one_version: the rows of a delivered record all have its version; else they are those of the file.
    """
    table = stage.table
    record = quote_identifier(table.key[0])
    key = ", ".join(quote_identifier(name) for name in table.key)
    version, newest, before = (
        ("coalesce(updated_at, $exported)", "max(version) over (partition by record)", "<")
        if of_one_version
        else ("$exported", "$exported", "<=")
    )
    # Most of a large file is there again: where one version is that of all, it need not be compared.
    unseen = (
        ""
        if of_one_version
        else f"and not exists (select 1 from arriving a where {same_key('r', 'a', table)})"
    )
    con.execute(
        f"create or replace temp table {_LEFT_OUT} as "
        f"with arriving as (select {key}, {version} as version, _fault, {stage.partial} as is_partial from {STAGE} "
        "  where coalesce(_fault, 0) >= 0), "
        f"records as (select {record} as record, max(version) as arriving_version from arriving group by record "
        "  having count(_fault) = 0 and not bool_or(is_partial)), "
        f"newest as (select *, coalesce(_version_at, _loaded_at) as version from raw.{quote_identifier(table.name)} r "
        f"  where {record} in (select record from records) {unseen} "
        f"  qualify row_number() over (partition by {key} order by {NEWEST_FIRST}) = 1), "
        f"kept as (select n.* from newest n left join raw.loads l on l.load_id = n._load_id "
        "  where l.load_id is null or (l.source = $source and l.format = $format)), "
        f"dated as (select kept.*, greatest(arriving_version, {newest}) as deleted_version "
        f"  from kept join records on {record} is not distinct from record) "
        f"select * from dated where not _deleted and version {before} deleted_version and not exists "
        f"(select 1 from arriving a where {same_key('dated', 'a', table)} and a.version >= deleted_version)",
        {
            "source": arrival.source,
            "format": arrival.format_name,
            "exported": arrival.exported_at,
        },
    )
