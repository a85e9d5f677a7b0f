"""Versions of rows: what of a stage is new, what is unchanged, what has vanished.

The same key with the same content as its newest version is unchanged; with other content it is a newer
version, appended. Content is compared over the contract's columns: a vendor's extra column that changes
nightly makes no version. The cheap question (does any key occur twice?) is asked first, over hashes of
the keys, and only rows that share a hash are compared.
"""


# every value of a file or a mapping is a parameter.

from datetime import datetime

import duckdb

from dagster_project.exports.contract import NEWEST_FIRST, Table
from dagster_project.exports.staging import STAGE
from dagster_project.warehouse.connection import quote_identifier

UNCHANGED = "ebb_unchanged"
SHARED = "ebb_shared"


def find_unchanged(con: duckdb.DuckDBPyConnection, table: Table) -> int:
    """Fill the temporary table :data:`UNCHANGED` with the stage rows (``r``) that bring nothing new.

    Leaves in :data:`SHARED` the hashes (``h``) of the keys that some other row may have.

    :return: how many they are.
    """
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
        f"insert into {UNCHANGED} "
        f"with newest as (select -1::bigint as r, {key}, hash({content}) as content, _deleted as gone "
        f"  from {target} where hash({key}) in (select h from {SHARED}) "
        f"  qualify row_number() over (partition by {key} order by {NEWEST_FIRST}) = 1), "
        f"arriving as (select rowid as r, {key}, hash({content}) as content, false as gone "
        f"  from {STAGE} where _fault is null and hash({key}) in (select h from {SHARED})), "
        "together as (select * from newest union all select * from arriving), "
        "compared as (select r, content = lag(content) over w and not lag(gone) over w as same "
        f"  from together window w as (partition by {key} order by r)) "
        "select r from compared where r >= 0 and same"
    )
    counted = con.execute(f"select count(*) from {UNCHANGED}").fetchone()
    return int(counted[0]) if counted else 0


def mark_vanished(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    *,
    source: str,
    format_name: str,
    load_id: int,
    file_name: str,
    loaded_at: datetime,
) -> int:
    """Append a deleted version of every row that a full dump no longer holds.

    Only rows that came in this format are looked at: a canonical file beside a vendor's is not the
    vendor's dump. Rows of this dump that went to quarantine are still there, so they count as present.

    :return: how many rows vanished.
    """
    key = _listed(table.key)
    columns = _listed(table.column_names)
    target = f"raw.{quote_identifier(table.name)}"
    same_key = " and ".join(
        f"n.{quote_identifier(name)} is not distinct from s.{quote_identifier(name)}"
        for name in table.key
    )
    con.execute(
        "create or replace temp table ebb_vanished as "
        f"select n.* from (select * from {target} "
        f"qualify row_number() over (partition by {key} order by {NEWEST_FIRST}) = 1) n "
        "join raw.loads l on l.load_id = n._load_id "
        "where not n._deleted and l.source = $source and l.format = $format "
        f"and not exists (select 1 from {STAGE} s where coalesce(s._fault, 0) >= 0 and {same_key})",
        {"source": source, "format": format_name},
    )
    con.execute(
        f"insert into {target} ({columns}, _load_id, _source_file, _source_row, _loaded_at, _deleted, _extra) "
        f"select {columns}, $load_id, $file, null, $loaded_at, true, _extra from ebb_vanished",
        {"load_id": load_id, "file": file_name, "loaded_at": loaded_at},
    )
    counted = con.execute("select count(*) from ebb_vanished").fetchone()
    return int(counted[0]) if counted else 0


def may_supersede(table: Table) -> str:
    """Return the SQL that tells whether another row may have the key of a stage row.

    Asks what :func:`find_unchanged` found; two keys of one hash are told apart by who reads them.
    """
    return f"hash({_listed(table.key)}) in (select h from {SHARED})"


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(quote_identifier(name) for name in names)
