"""Rows that a file without a date takes over from another such file: only the files' times tell which is newer."""

import duckdb

from dagster_project.exports.contract import Table
from dagster_project.plural import counted
from dagster_project.warehouse.quoting import quote_identifier

_TIMES = {
    True: "the names' own order does, for both were written at one time",
    False: "the times at which they were written do",
}


def replaced_by_file_time(
    con: duckdb.DuckDBPyConnection, table: Table, load_id: int
) -> tuple[str, ...]:
    """Return, in words, that rows of another file without a date were replaced, where no version of their own tells.

    :param load_id: the load of a file whose name tells no date.
    """
    name = f"raw.{quote_identifier(table.name)}"
    same_key = " and ".join(
        f"new.{quote_identifier(key)} is not distinct from old.{quote_identifier(key)}"
        for key in table.key
    )
    found = con.execute(
        f"""
        select old._source_file, count(*),
            bool_or(coalesce(new._version_at, new._loaded_at) = coalesce(old._version_at, old._loaded_at))
        from {name} as new inner join {name} as old on {same_key}
        where new._load_id = $load_id and old._load_id < $load_id and old._source_file <> new._source_file
            and new.updated_at is null and old.updated_at is null
            and not regexp_matches(old._source_file, '20[0-9]{{2}}[-_.]?[0-9]{{2}}')
        group by all order by all
        """,
        {"load_id": load_id},
    ).fetchall()
    return tuple(
        f"{counted(rows, 'row')} of {table.name} {'says' if rows == 1 else 'say'} something else in {other}; "
        f"no date in the names tells which is newer, so {_TIMES[is_one_time]}: put the day of the export into them "
        "(2026-11-30)"
        for other, rows, is_one_time in found
    )
