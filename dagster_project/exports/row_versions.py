"""Versions of rows: what of a stage is new, what is unchanged, what has vanished.

The same key with the same content as the version before it is unchanged; with other content it is another
version, appended. Which is before which is told by the record's own time, else by that of the export, never by
the order of lines or files. Content is compared over the contract's columns: a vendor's extra column that
changes nightly makes no version. The cheap question (does any key occur twice?) is asked first, over hashes of
the keys, and only rows that share a hash are compared.
"""

from dataclasses import dataclass, replace
from datetime import datetime

import duckdb

from dagster_project.exports.contract import NEWEST_FIRST, Table
from dagster_project.exports.row_plan import STAGE, Fault
from dagster_project.exports.staging import Stage
from dagster_project.warehouse.quoting import quote_identifier

UNCHANGED = "ebb_unchanged"
COMPARED = "ebb_compared"
# The version of a stage row: its own, else that of its export.
_VERSION = "coalesce(updated_at, $exported)"
_ROW_TEXT_LIMIT = 4000
SHARED = "ebb_shared"
_VANISHED = "ebb_vanished"


def refuse_ties(con: duckdb.DuckDBPyConnection, stage: Stage, *, exported_at: datetime) -> Stage:
    """Mark rows of the stage as bad that have one key and one version and are not the same.

    Nothing says which of them is the newer, and the order of lines is no sign of it.

    :return: the stage with what is known of it now.
    """
    table = stage.table
    key = _listed(table.key)
    values = {"exported": exported_at}
    con.execute(
        f"create or replace temp table ebb_tied as select {key}, {_VERSION} as version from {STAGE} "
        f"where _fault is null and hash({key}) in (select h from ("
        f"  select hash({key}) as h from {STAGE} where _fault is null) group by h having count(*) > 1) "
        f"group by all having count(distinct hash({_listed(table.content)}, {stage.gone})) > 1",
        values,
    )
    if con.execute("select 1 from ebb_tied limit 1").fetchone() is None:
        return stage
    # Beyond the names that the key is made of, rows are only known by their values.
    shown = ", ".join(
        f"{quote_identifier(name)} := {STAGE}.{quote_identifier(name)}"
        for name in table.column_names
    )
    code = len(stage.faults) + 1
    marked = con.execute(
        f"update {STAGE} set _fault = {code}, "
        f"_bad = chr(31) || left(cast(to_json(struct_pack({shown})) as varchar), {_ROW_TEXT_LIMIT}) "
        f"from ebb_tied t where _fault is null and {same_key('t', STAGE, table)} "
        f"and {_VERSION} is not distinct from t.version",
        values,
    ).fetchone()
    count = int(marked[0]) if marked else 0
    reason = (
        f"another row of the file has the same {' and '.join(table.key)} and says otherwise; nothing tells "
        "which is the newer (updated_at, or two exports)"
    )
    return replace(stage, faults=(*stage.faults, Fault(None, reason)), faulty=stage.faulty + count)


def find_unchanged(con: duckdb.DuckDBPyConnection, stage: Stage, *, exported_at: datetime) -> int:
    """Fill the temporary table :data:`UNCHANGED` with the stage rows (``r``) that bring nothing new.

    A row brings nothing new where the version before it says the same. Leaves in :data:`SHARED` the hashes (``h``)
    of the keys that some other row may have.

    :param exported_at: the version of rows that have none of their own.
    :return: how many they are.
    """
    table = stage.table
    con.execute(f"create or replace temp table {UNCHANGED} (r bigint)")
    key = _listed(table.key)
    target = f"raw.{quote_identifier(table.name)}"
    con.execute(
        f"create or replace temp table {SHARED} as "
        f"select h from (select hash({key}) as h from {STAGE} where _fault is null) "
        "group by h having count(*) > 1"
    )
    if con.execute(f"select 1 from {target} limit 1").fetchone() is not None:
        con.execute(
            f"insert into {SHARED} "
            f"select distinct hash({key}) from {target} semi join "
            f"(select hash({key}) as h from {STAGE} where _fault is null) s "
            f"on hash({key}) = s.h"
        )
    if con.execute(f"select 1 from {SHARED} limit 1").fetchone() is None:
        return 0
    content = _listed(table.content)
    con.execute(
        f"create or replace temp table {COMPARED} as "
        f"with stored as (select -1::bigint as r, rowid as stored_row, {key}, hash({content}) as content, "
        "  _deleted as gone, coalesce(_version_at, _loaded_at) as version, _load_id, _source_row as line "
        f"  from {target} where hash({key}) in (select h from {SHARED})), "
        f"arriving as (select rowid as r, null::bigint as stored_row, {key}, hash({content}) as content, "
        f"  {stage.gone} as gone, {_VERSION} as version, "
        "  null::bigint as _load_id, rowid as line "
        f"  from {STAGE} where _fault is null and hash({key}) in (select h from {SHARED})), "
        "together as (select * from stored union all select * from arriving) "
        "select r, stored_row, version, "
        "  case when gone then coalesce(lag(gone) over w, false) "
        "    else coalesce(not lag(gone) over w and lag(content) over w = content, false) end as same, "
        f"  row_number() over w as place, hash({key}) as h, {key} "
        f"from together window w as (partition by {key} order by version, _load_id nulls last, line nulls last)",
        {"exported": exported_at},
    )
    con.execute(f"insert into {UNCHANGED} select r from {COMPARED} where r >= 0 and same")
    counted = con.execute(f"select count(*) from {UNCHANGED}").fetchone()
    return int(counted[0]) if counted else 0


def confirm_again(con: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Let a stored row that the file says again be as new as the file: what arrives late is older than both."""
    key = _listed(table.key)
    con.execute(
        f"update raw.{quote_identifier(table.name)} as kept set _version_at = confirmed.version from ("
        f"  select stored_row, version from (select version, r >= 0 and same as again, "
        f"    last_value(case when r < 0 or not same then coalesce(stored_row, -1) end ignore nulls) "
        f"      over (partition by {key} order by place) as stored_row, "
        f"    place = max(place) over (partition by {key}) as is_last from {COMPARED}) "
        "  where is_last and again and stored_row >= 0) as confirmed "
        "where kept.rowid = confirmed.stored_row and confirmed.version > coalesce(kept._version_at, kept._loaded_at)"
    )


def note_present(con: duckdb.DuckDBPyConnection, table: Table, *, is_first: bool) -> None:
    """Keep the keys of the stage: what one part of a full dump holds is not gone.

    :param is_first: whether the stage is that of the first part.
    """
    kept = quote_identifier(_present(table))
    if is_first:
        con.execute(f"drop table if exists temp.{kept}")
    keys = f"select {_listed(table.key)} from {STAGE} where coalesce(_fault, 0) >= 0"
    con.execute(f"create temp table if not exists {kept} as {keys} limit 0")
    con.execute(f"insert into temp.{kept} {keys}")


def _present(table: Table) -> str:
    return f"ebb_present_{table.name}"


@dataclass(frozen=True)
class Arrival:
    """The load in which rows are found to be gone, and whose rows they can be."""

    source: str
    format_name: str
    load_id: int
    file_name: str
    loaded_at: datetime
    exported_at: datetime


def mark_vanished(
    con: duckdb.DuckDBPyConnection, table: Table, arrival: Arrival, *, other_parts: bool = False
) -> int:
    """Append a deleted version of every row that a full dump no longer holds.

    :param other_parts: the dump came in several files, whose keys :func:`note_present` kept.

    Only rows that came in this format are looked at: a canonical file beside a vendor's is not the
    vendor's dump; and no row of which a newer export speaks. Rows of this dump that went to
    quarantine are still there, so they count as present.

    :return: how many rows vanished.
    """
    is_there = same_key("n", "s", table)
    there = (
        f"select 1 from temp.{quote_identifier(_present(table))} s where {is_there}"
        if other_parts
        else f"select 1 from {STAGE} s where coalesce(s._fault, 0) >= 0 and {is_there}"
    )
    con.execute(
        f"create or replace temp table {_VANISHED} as "
        "select n.*, greatest($exported, coalesce(n._version_at, n._loaded_at)) as deleted_version "
        f"from (select * from raw.{quote_identifier(table.name)} "
        f"qualify row_number() over (partition by {_listed(table.key)} order by {NEWEST_FIRST}) = 1) n "
        "join raw.loads l on l.load_id = n._load_id "
        "where not n._deleted and l.source = $source and l.format = $format "
        "and coalesce(l.exported_at, l.started_at) <= $exported "
        f"and not exists ({there})",
        {
            "source": arrival.source,
            "format": arrival.format_name,
            "exported": arrival.exported_at,
        },
    )
    return append_deleted(con, table, arrival, _VANISHED)


def append_deleted(
    con: duckdb.DuckDBPyConnection, table: Table, arrival: Arrival, rows: str
) -> int:
    """Append a deleted version of rows of ``raw``.

    :param rows: the table that has them, each with the ``deleted_version`` that it gets.
    :return: how many they are.
    """
    columns = _listed(table.column_names)
    appended = con.execute(
        f"insert into raw.{quote_identifier(table.name)} ({columns}, _load_id, _source_file, _source_row, "
        f"_loaded_at, _deleted, _extra, _version_at) select {columns}, $load_id, $file, null, $loaded_at, true, "
        f"_extra, deleted_version from {rows}",
        {"load_id": arrival.load_id, "file": arrival.file_name, "loaded_at": arrival.loaded_at},
    ).fetchone()
    return int(appended[0]) if appended else 0


def may_supersede(table: Table) -> str:
    """Return the SQL that tells whether another row may have the key of a stage row.

    Asks what :func:`find_unchanged` found; two keys of one hash are told apart by who reads them.
    """
    return f"hash({_listed(table.key)}) in (select h from {SHARED})"


def same_key(left: str, right: str, table: Table) -> str:
    return " and ".join(
        f"{left}.{quote_identifier(name)} is not distinct from {right}.{quote_identifier(name)}"
        for name in table.key
    )


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(quote_identifier(name) for name in names)
