"""Rows that are no more: marked by the export, vanished from a full dump, left out of a record that came again."""

import duckdb

from dagster_project.exports.matching import Candidate
from dagster_project.exports.reading import Reading
from dagster_project.exports.row_plan import STAGE
from dagster_project.exports.row_versions import Arrival, mark_vanished, note_present
from dagster_project.exports.source_run import SourceRun
from dagster_project.exports.staging import Stage
from dagster_project.exports.whole_records import left_out, mark_left_out
from dagster_project.plural import counted


def mark_gone(
    con: duckdb.DuckDBPyConnection,
    run: SourceRun,
    reading: Reading,
    stage: Stage,
    candidate: Candidate,
    load_id: int,
) -> tuple[int, list[str]]:
    """Give the rows that a file no longer has a deleted version, where it has all that there is.

    :return: how many rows these are, and in words what is gone and what may be.
    """
    notes, gone = [], 0
    deleted = _deleted(con, stage)
    if deleted:
        notes.append(
            f"{counted(deleted, 'row')} {'counts' if deleted == 1 else 'count'} as deleted"
        )
    arrival = Arrival(
        run.source,
        candidate.mapping.format,
        load_id,
        reading.file.name,
        reading.started_at,
        reading.exported_at,
    )
    if run.is_full(candidate) and _tells_what_is_gone(con, reading, stage):
        gone = mark_vanished(con, stage.table, arrival, other_parts=reading.part is not None)
        if gone:
            notes.append(f"{counted(gone, 'row')} vanished from the full dump, marked deleted")
    elif run.is_whole(candidate):
        is_inside = bool(candidate.delivery.unnest)
        gone = mark_left_out(con, stage, arrival, of_one_version=is_inside)
        if gone:
            notes.append(f"{counted(gone, 'row')} no longer in the record, marked deleted")
    elif stage.table.name == "invoice_lines":
        notes += left_out(con, stage, arrival)
    return gone, notes


def _deleted(con: duckdb.DuckDBPyConnection, stage: Stage) -> int:
    """Count the rows of the stage that the export says are no more, or never were (test mode)."""
    if not stage.marks_deleted:
        return 0
    found = con.execute(f"select count(*) from {STAGE} where _fault is null and _gone").fetchone()
    return int(found[0]) if found else 0


def _tells_what_is_gone(con: duckdb.DuckDBPyConnection, reading: Reading, stage: Stage) -> bool:
    """Whether all of a full dump has been read: the file itself, or the last of its parts."""
    part = reading.part
    if part is None:
        return not stage.rejected
    if stage.rejected:
        part.dump.is_whole = False
    note_present(con, stage.table, is_first=part.is_first)
    return part.is_last and part.dump.is_whole
