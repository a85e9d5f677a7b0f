"""Which line of the file a stage row came from.

Mostly that is the record's number. Where records span lines (quoted line feeds), the reader rejected some
or passed over empty lines, the lines before a row are counted; only such files pay for it.
"""

import duckdb

from dagster_project.exports.formats import Opened
from dagster_project.exports.row_plan import STAGE
from dagster_project.exports.staging import Stage

LINES = "ebb_lines"


def number_lines(con: duckdb.DuckDBPyConnection, opened: Opened, stage: Stage) -> str:
    """Return the SQL of a stage row's line number; may add ``_position`` to the stage first.

    Also fills :data:`LINES` (``record``, ``line``) with the lines of the rejected records. In a file
    that has empty lines, values over several lines and rejected records all at once, the line of a
    rejected record may be off by the former two.
    """
    con.execute(f"create or replace temp table {LINES} (record bigint, line bigint)")
    if not stage.has_rejects and not stage.spans_lines and not stage.blanks:
        return f"rowid - {stage.first_rowid} + {opened.lines_before + 1}"
    # The reader's number of a rejected record counts empty lines; `solid` lines are the others.
    con.execute(
        "create or replace temp table ebb_blanks as select line, line - k as solid_before, k "
        "from (select line, row_number() over (order by line) as k from (select unnest($lines) as line))",
        {"lines": list(stage.blanks)},
    )
    further = "_newlines" if stage.spans_lines else "0"
    first_record = 2 if opened.lines_before else 1
    rejects = (
        "select r.line, trim(csv_line, chr(13) || chr(10)) as csv_line, "
        f"r.line - {first_record} - coalesce(k, 0) - (row_number() over (order by r.line) - 1) as before "
        "from (select distinct on (line) line, csv_line from ebb_rejects order by line) r "
        "asof left join ebb_blanks b on r.line > b.line"
        if stage.has_rejects
        else "select null::bigint as line, null::varchar as csv_line, null::bigint as before where false"
    )
    con.execute(
        "create or replace temp table ebb_numbered as "
        f"with rejects as ({rejects}), "
        "marks as ("
        f"  select rowid - {stage.first_rowid} as r, 0 as rejected, null::bigint as record, "
        f"    {further} as further from {STAGE} "
        "  union all "
        "  select before, 1, line, length(csv_line) - length(replace(csv_line, chr(10), '')) "
        "  from rejects), "
        "solid as ("
        f"  select r, rejected, record, r + {opened.lines_before + 1} + coalesce(sum(rejected + further) "
        "    over (order by r, rejected desc, record "
        "    rows between unbounded preceding and 1 preceding), 0) as line "
        "  from marks) "
        "select r, rejected, record, s.line + coalesce(b.k, 0) as line "
        "from solid s asof left join "
        "(select solid_before, max(k) as k from ebb_blanks group by solid_before) b "
        "on s.line > b.solid_before"
    )
    con.execute(f"insert into {LINES} select record, line from ebb_numbered where rejected = 1")
    con.execute(f"alter table {STAGE} add column _position bigint")
    con.execute(
        f"update {STAGE} set _position = n.line from ebb_numbered n "
        f"where n.rejected = 0 and n.r = {STAGE}.rowid - {stage.first_rowid}"
    )
    return "_position"
