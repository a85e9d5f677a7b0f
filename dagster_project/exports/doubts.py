"""What is doubtful about the rows that a file brought: told, and nothing is changed by it."""

import duckdb

from dagster_project.exports.ambiguous_versions import items_that_begin_anew, replaced_by_file_time
from dagster_project.exports.doubtful_ends import doubtful_ends, ended_before_they_began
from dagster_project.exports.landing import LandingFile
from dagster_project.exports.load_report import FileLoad
from dagster_project.exports.matching import Candidate
from dagster_project.exports.source_run import SourceRun
from dagster_project.warehouse.quoting import quote_identifier


def doubts(
    con: duckdb.DuckDBPyConnection,
    run: SourceRun,
    file: LandingFile,
    candidate: Candidate,
    load: FileLoad,
    load_id: int,
) -> tuple[str, ...]:
    """Return, in words, what is doubtful about the rows of one table."""
    is_end_said = run.writing(candidate).ends is not None
    told = () if is_end_said else doubtful_ends(con, load.table, load_id)
    told += ended_before_they_began(con, load.table, load_id)
    told += _nothing_left(con, candidate, load)
    if run.named_instant(file) is None and load.rows_loaded:
        told += replaced_by_file_time(con, candidate.delivery.canonical_table, load_id)
    if load.table == "subscription_items" and not run.is_full(candidate):
        told += items_that_begin_anew(con, load_id)
    return told


def _nothing_left(
    con: duckdb.DuckDBPyConnection, candidate: Candidate, load: FileLoad
) -> tuple[str, ...]:
    """Return, in words, that every row of a file counts as deleted: an export of test mode alone is one such."""
    if not load.rows_loaded:
        return ()
    found = con.execute(
        f"select 1 from raw.{quote_identifier(load.table)} where _load_id = $load_id and not _deleted limit 1",
        {"load_id": load.load_id},
    ).fetchone()
    if found is not None:
        return ()
    marks = ", ".join(name for name in candidate.delivery.deleted if "." not in name)
    return (f"every row counts as deleted, so that nothing of it is in any number ({marks})",)
