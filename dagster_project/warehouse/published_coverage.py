"""How far each source goes, written into a publication: what its numbers cannot know yet."""

import duckdb

from dagster_project.exports.coverage import Coverage, StaleSource


def write_coverage(
    con: duckdb.DuckDBPyConnection,
    database: str,
    coverage: Coverage,
    stale: tuple[StaleSource, ...],
) -> None:
    """Create ``source_coverage`` in ``database`` (a quoted, attached name), a row per source of the settings."""
    con.execute(
        f"create table {database}.main.source_coverage (source varchar, covered_until date, "
        "exported_at timestamptz, newest_file varchar, newest_record_at timestamptz, is_stale boolean)"
    )
    late = {one.source for one in stale}
    con.executemany(
        f"insert into {database}.main.source_coverage values (?, ?, ?, ?, ?, ?)",  # noqa: S608 - a quoted name
        [
            [
                one.source,
                one.covered_until,
                one.exported_at,
                one.newest_file,
                one.newest_record_at,
                one.source in late,
            ]
            for one in coverage.sources
        ],
    )
