"""The version of the working database's schema, recorded in the file: one row per migration that was applied."""

import duckdb

import dagster_project
from dagster_project.errors import EbblineError
from dagster_project.warehouse.introspection import has_table
from dagster_project.warehouse.schema.migrations import MIGRATIONS
from dagster_project.warehouse.transaction import transaction

NEWEST = MIGRATIONS[-1].number
_TABLE = """
create schema if not exists ops;
create table if not exists ops.schema_version (
    version integer primary key,
    change varchar not null,
    ebbline varchar not null
)
"""


def version_of(con: duckdb.DuckDBPyConnection) -> int:
    """Return the version recorded in the file; 0 for a new file and for one that ebbline 0.1 or earlier made."""
    if not has_table(con, "ops", "schema_version"):
        return 0
    row = con.execute("select coalesce(max(version), 0) from ops.schema_version").fetchone()
    return int(row[0]) if row else 0


def bring_up_to_date(con: duckdb.DuckDBPyConnection) -> None:
    """Apply the migrations that the file lacks, all or none.

    :param con: the working database, open for writing, outside a transaction.
    :raises EbblineError: a newer ebbline has written to the file.
    """
    found = version_of(con)
    if found > NEWEST:
        raise EbblineError(
            f"this warehouse has schema version {found}; this ebbline knows {NEWEST}",
            where="ops.schema_version",
            fix="install the newer ebbline that wrote it, or name another folder with --warehouse",
        )
    missing = [migration for migration in MIGRATIONS if migration.number > found]
    if not missing:
        return
    with transaction(con):
        con.execute(_TABLE)
        for migration in missing:
            migration.apply(con)
            con.execute(
                "insert into ops.schema_version values (?, ?, ?)",
                [migration.number, migration.change, dagster_project.__version__],
            )
