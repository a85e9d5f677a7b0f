"""One file at hand becomes rows of ``raw``, of the quarantine and of the ledger, in one transaction.

Reading is ``formats/``, checking ``staging.py``, versions ``row_versions.py``, what is no more ``gone.py``, what is
doubtful ``doubts.py``; which files there are, and what becomes of one that is refused, is ``loader.py``.
"""

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from dagster_project.errors import InputRefusedError
from dagster_project.exports import ledger, quarantine
from dagster_project.exports.aliases import refuse_cycles
from dagster_project.exports.contract import LINEAGE
from dagster_project.exports.dated_dumps import append_history, dump_instant
from dagster_project.exports.doubts import doubts
from dagster_project.exports.formats import Opened
from dagster_project.exports.gone import mark_gone
from dagster_project.exports.line_numbers import number_lines
from dagster_project.exports.load_report import FileLoad
from dagster_project.exports.matching import Candidate, choose, warnings
from dagster_project.exports.numbering import number_alike
from dagster_project.exports.parquet_insert import StageNeededError, insert_parquet, is_simple
from dagster_project.exports.reading import Reading
from dagster_project.exports.row_plan import STAGE
from dagster_project.exports.row_versions import (
    UNCHANGED,
    confirm_again,
    find_unchanged,
    may_supersede,
    refuse_ties,
)
from dagster_project.exports.source_run import SourceRun, open_landed
from dagster_project.exports.staging import Stage, build_stage
from dagster_project.exports.values import CALENDAR_ZONE
from dagster_project.plural import counted
from dagster_project.warehouse.quoting import quote_identifier
from dagster_project.warehouse.transaction import transaction

_KINDS_SHOWN = 5


def record(
    con: duckdb.DuckDBPyConnection,
    run: SourceRun,
    reading: Reading,
    before: tuple[int, int, int],
) -> list[FileLoad]:
    """Load every table that a file feeds.

    :param before: the file's :func:`state_of` before it was looked at.
    :raises InputRefusedError: the file is not what it was taken for; nothing of it is loaded.
    """
    try:
        return _load_in_one(con, run, reading, before, directly=True)
    except StageNeededError:
        return _load_in_one(con, run, reading, before, directly=False)


def state_of(path: Path) -> tuple[int, int, int]:
    """Return what changes when somebody writes to a file."""
    found = path.stat()
    return found.st_size, found.st_mtime_ns, found.st_ino


def _load_in_one(
    con: duckdb.DuckDBPyConnection,
    run: SourceRun,
    reading: Reading,
    before: tuple[int, int, int],
    *,
    directly: bool,
) -> list[FileLoad]:
    """Load every table of a file in one transaction; a file that changes meanwhile brings nothing."""
    with transaction(con):
        loads = _load_tables(con, run, reading, directly=directly)
        if state_of(reading.original or reading.path) != before:
            raise InputRefusedError("the file changed while it was read", where=reading.file.name)
    fed = [load for load in loads if load.rows_read or load.message]
    return fed or loads[:1]


def _load_tables(
    con: duckdb.DuckDBPyConnection, run: SourceRun, reading: Reading, *, directly: bool
) -> list[FileLoad]:
    file, found = reading.file, reading.found
    opened = open_landed(con, reading.path, file.name, reading.profile, found)
    chosen = choose(opened, found)
    loads = []
    for position, candidate in enumerate(chosen):
        con.execute("set timezone = ?", [run.zone_of(candidate)])
        con.execute(f"set variable {CALENDAR_ZONE} = ?", [run.zone])
        # Each table has a statement of its own, and so parameters of its own.
        alone = open_landed(
            con,
            reading.path,
            file.name,
            reading.profile,
            (candidate, *chosen),
            lists=bool(candidate.delivery.unnest),
        )
        load_id = ledger.next_load_id(con)
        if directly and len(chosen) == 1 and _is_simple(run, alone, candidate):
            stage = insert_parquet(
                con,
                alone,
                candidate.mapping,
                candidate.delivery,
                writing=run.writing(candidate),
                load_id=load_id,
                loaded_at=reading.started_at,
                exported_at=reading.exported_at,
            )
            load = _told(con, run, stage, alone, load_id, unchanged=0)
        else:
            load = _load_by_stage(con, run, reading, alone, chosen, position, load_id)
        given = _given(con, candidate, load_id) if alone.open_ended and load.rows_loaded else None
        told = warnings(opened, chosen, candidate, given, alone=alone)
        told += doubts(con, run, file, candidate, load, load_id)
        load = replace(load, warnings=told, shape=candidate.shape)
        entry = ledger.Entry(
            run.source,
            candidate.mapping.format,
            file.size_bytes,
            reading.profile.content_hash,
            reading.mapping_hash,
            reading.started_at,
            time.monotonic() - reading.begun,
            load,
            reading.version,
            reading.exported_at,
        )
        ledger.write(con, load_id, entry)
        loads.append(load)
    return loads


def _given(con: duckdb.DuckDBPyConnection, candidate: Candidate, load_id: int) -> frozenset[str]:
    """Return the columns of which a row of this load has a value."""
    table = candidate.delivery.canonical_table
    counts = ", ".join(f"count({quote_identifier(name)})" for name in table.column_names)
    found = con.execute(
        f"select {counts} from raw.{quote_identifier(table.name)} where _load_id = $load_id",
        {"load_id": load_id},
    ).fetchone()
    return frozenset(
        name for name, count in zip(table.column_names, found or (), strict=True) if count
    )


def _is_simple(run: SourceRun, opened: Opened, candidate: Candidate) -> bool:
    is_told = run.is_full(candidate) or run.is_whole(candidate)
    return is_simple(opened, candidate.delivery) and not is_told


def _load_by_stage(
    con: duckdb.DuckDBPyConnection,
    run: SourceRun,
    reading: Reading,
    opened: Opened,
    chosen: tuple[Candidate, ...],
    position: int,
    load_id: int,
) -> FileLoad:
    candidate = chosen[position]
    # Deliveries that share their records: what none of them takes is told by the first.
    same = [
        place
        for place, one in enumerate(chosen)
        if one.delivery.unnest == candidate.delivery.unnest
    ]
    stage = build_stage(
        con,
        opened,
        candidate.mapping,
        candidate.delivery,
        writing=run.writing(candidate),
        takes_broken_records=position == 0,
        beside=tuple(chosen[place].delivery for place in same if place != position),
        tells_unmapped=position == same[0],
    )
    line = number_lines(con, opened, stage)
    number_alike(con, candidate.delivery)
    if candidate.delivery.history is None:
        stage = refuse_ties(con, stage, exported_at=reading.exported_at)
    quarantine.collect(con, stage, line, rejects=position == 0)
    _refuse_if_too_many(con, run, stage, opened)
    return _take_over(con, run, reading, stage, opened, candidate, line, load_id)


def _refuse_if_too_many(
    con: duckdb.DuckDBPyConnection, run: SourceRun, stage: Stage, opened: Opened
) -> None:
    if not stage.quarantined or stage.quarantined <= run.max_quarantined_share * stage.rows_read:
        return
    raise InputRefusedError(
        f"{counted(stage.quarantined, 'broken row')} of {stage.rows_read:,} for {stage.table.name}, more than "
        f"ingest.max_quarantined_share = {run.max_quarantined_share:g} allows; "
        f"{quarantine.examples(con)}",
        where=f"{opened.file_name}:{quarantine.first_line(con)}",
        fix="correct the file, or raise the limit if the rows may be left out",
    )


def _take_over(
    con: duckdb.DuckDBPyConnection,
    run: SourceRun,
    reading: Reading,
    stage: Stage,
    opened: Opened,
    candidate: Candidate,
    line: str,
    load_id: int,
) -> FileLoad:
    """Move the stage into ``raw`` and the quarantine, and tell what became of every row."""
    table, name, started_at = stage.table, opened.file_name, reading.started_at
    if candidate.delivery.history is not None:
        zone = run.zone_of(candidate)
        brought = append_history(
            con,
            load_id=load_id,
            file_name=name,
            line=line,
            loaded_at=started_at,
            dumped_at=dump_instant(name, started_at, zone),
            complete=not stage.rejected,
        )
        unchanged = stage.rows - stage.faulty - brought
    else:
        unchanged = find_unchanged(con, stage, exported_at=reading.exported_at)
        _insert(con, stage, reading, line, load_id, some_unchanged=unchanged > 0)
        if unchanged:
            confirm_again(con, table)
    notes = []
    if stage.quarantined:
        quarantine.store(
            con, stage, load_id=load_id, source=run.source, file_name=name, at=started_at
        )
        notes.append(
            f"{counted(stage.quarantined, 'row')} in quarantine: {quarantine.examples(con)}"
        )
    gone, said = mark_gone(con, run, reading, stage, candidate, load_id)
    notes += said
    return _told(con, run, stage, opened, load_id, unchanged=unchanged, gone=gone, notes=notes)


def _told(
    con: duckdb.DuckDBPyConnection,
    run: SourceRun,
    stage: Stage,
    opened: Opened,
    load_id: int,
    *,
    unchanged: int,
    gone: int = 0,
    notes: Sequence[str] = (),
) -> FileLoad:
    """Count what became of every row, and say what is new about the file."""
    table, name = stage.table, opened.file_name
    is_nothing_new = stage.rows_read > 0 and unchanged == stage.rows_read and not gone
    if table.name == "customer_aliases":
        refuse_cycles(con, name)
    notes = [*notes]
    # What a table does not read of a file that has no row for it is another table's.
    fresh = ledger.new_extra_columns(
        con,
        source=run.source,
        table_name=table.name,
        names=stage.extra_columns if stage.rows_read else (),
        load_id=load_id,
        file_name=name,
    )
    if fresh:
        notes.append(f"columns kept in _extra: {', '.join(fresh)}")
    if stage.unmapped:
        notes.append(_not_mapped(stage.unmapped))
    return FileLoad(
        name,
        table.name,
        "unchanged" if is_nothing_new else "loaded",
        rows_read=stage.rows_read,
        rows_loaded=stage.rows - stage.faulty - unchanged,
        rows_unchanged=unchanged,
        rows_quarantined=stage.quarantined,
        message="; ".join(notes),
        load_id=load_id,
        rows_for_others=stage.for_others,
    )


def _not_mapped(kinds: tuple[tuple[str, int], ...]) -> str:
    """Say how many rows nothing in the mapping takes, and of what kind the most of them are."""
    whole = sum(count for _, count in kinds)
    if len(kinds) == 1:
        return f"not mapped: {counted(whole, 'row')} {kinds[0][0]}"
    shown = [f"{count} {what}" for what, count in kinds[:_KINDS_SHOWN]]
    rest = whole - sum(count for _, count in kinds[:_KINDS_SHOWN])
    further = [counted(rest, "other")] if rest else []
    return f"not mapped: {counted(whole, 'row')} ({', '.join([*shown, *further])})"


def _insert(
    con: duckdb.DuckDBPyConnection,
    stage: Stage,
    reading: Reading,
    line: str,
    load_id: int,
    *,
    some_unchanged: bool,
) -> None:
    table = stage.table
    columns = ", ".join(quote_identifier(name) for name in table.column_names)
    lineage = ", ".join(name for name, _ in LINEAGE)
    new = f"and rowid not in (select r from {UNCHANGED})" if some_unchanged else ""
    con.execute(
        f"insert into raw.{quote_identifier(table.name)} ({columns}, {lineage}) "
        f"select {columns}, $load_id, $file, {line}, $loaded_at, {stage.gone}, "
        f"{'_extra' if stage.keeps_extra else 'null'}, {may_supersede(table)}, "
        f"coalesce(updated_at, $exported) from {STAGE} where _fault is null {new}",
        {
            "load_id": load_id,
            "file": reading.file.name,
            "loaded_at": reading.started_at,
            "exported": reading.exported_at,
        },
    )
