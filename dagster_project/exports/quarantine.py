"""Rows that cannot be loaded: collected from the reader and the checks, shown, and stored."""

from datetime import datetime

import duckdb

from dagster_project.exports.line_numbers import LINES
from dagster_project.exports.row_plan import STAGE
from dagster_project.exports.staging import Stage

BAD = "ebb_bad"
_TEXT_LIMIT = 4000
_SHOWN = 3


def collect(con: duckdb.DuckDBPyConnection, stage: Stage, line: str, *, rejects: bool) -> None:
    """Fill the temporary table :data:`BAD` with line, column, text and reason of every bad row.

    :param line: the SQL of a stage row's line number.
    :param rejects: whether the reader's rejected records are charged to this table.
    """
    con.execute(
        f"create or replace temp table {BAD} "
        "(line_number bigint, column_name varchar, row_text varchar, reason varchar)"
    )
    if stage.faulty:
        con.execute(
            f"insert into {BAD} select {line}, $columns[_fault], "
            "substr(_bad, instr(_bad, chr(31)) + 1), $reasons[_fault] || "
            "case when starts_with(_bad, chr(31)) then '' "
            "else ': ''' || split_part(_bad, chr(31), 1) || '''' end "
            f"from {STAGE} where _fault > 0",
            {
                "columns": [fault.column for fault in stage.faults],
                "reasons": [fault.reason for fault in stage.faults],
            },
        )
    if rejects and stage.rejected:
        con.execute(
            f"insert into {BAD} select l.line, null, left(r.csv_line, $limit), case r.error_type "
            "when 'MISSING COLUMNS' then 'the line has too few columns' "
            "when 'TOO MANY COLUMNS' then 'the line has too many columns' "
            "when 'UNQUOTED VALUE' then 'a quote stands where none may stand' "
            "when 'LINE SIZE OVER MAXIMUM' then 'the line is longer than 2 MB' "
            "when 'INVALID ENCODING' then 'the line is not UTF-8' "
            "else 'the line cannot be parsed' end || ': ' || r.error_message "
            "from (select line, any_value(csv_line) as csv_line, any_value(error_type) as error_type, "
            "  last(error_message order by column_idx) as error_message "
            f"  from ebb_rejects group by line) r join {LINES} l on l.record = r.line",
            {"limit": _TEXT_LIMIT},
        )


def examples(con: duckdb.DuckDBPyConnection) -> str:
    """Return the first bad rows in words: line and reason."""
    found = con.execute(
        f"select line_number, reason from {BAD} order by line_number limit {_SHOWN}"
    ).fetchall()
    return "; ".join(f"line {line}: {reason}" for line, reason in found)


def first_line(con: duckdb.DuckDBPyConnection) -> int | None:
    """Return the line of the first bad row."""
    found = con.execute(f"select min(line_number) from {BAD}").fetchone()
    return None if found is None else found[0]


def store(
    con: duckdb.DuckDBPyConnection,
    stage: Stage,
    *,
    load_id: int,
    source: str,
    file_name: str,
    at: datetime,
) -> None:
    """Move the collected rows into ``raw.quarantine``."""
    con.execute(
        "insert into raw.quarantine (load_id, source, table_name, file_name, line_number, "
        "column_name, row_text, reason, quarantined_at) "
        f"select $load_id, $source, $table, $file, line_number, column_name, row_text, reason, $at "
        f"from {BAD} order by line_number",
        {
            "load_id": load_id,
            "source": source,
            "table": stage.table.name,
            "file": file_name,
            "at": at,
        },
    )
