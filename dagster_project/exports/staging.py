"""One file x one table as a typed, checked temporary table; the step between reader and ``raw``.

The stage holds every record of the file in its order, so that its ``rowid`` is the record's number.
``_bad`` of a bad row is the offending value and the row's text, a unit separator between them.
``_fault`` is NULL for a good row, a position in :attr:`Stage.faults` for a bad one, and negative for a
record that this table does not take: ``NOT_MEANT`` (another table of the file does), ``BLANK``
(an empty line) or ``UNMAPPED`` (nothing in the mapping wants it; ``_bad`` then says what it is). What
is then loaded is ``row_versions.py``.
"""

from dataclasses import dataclass

import duckdb

from dagster_project.errors import InputRefusedError
from dagster_project.exports.contract import Table
from dagster_project.exports.formats import Opened
from dagster_project.exports.formats.fields import first_line, json_pointer
from dagster_project.exports.mapping import Delivery, Mapping
from dagster_project.exports.row_plan import BLANK, STAGE, UNMAPPED, Fault, Plan
from dagster_project.exports.writing import Writing
from dagster_project.warehouse.introspection import has_table

_READ_ERRORS = (
    duckdb.InvalidInputException,
    duckdb.IOException,
    duckdb.ConversionException,
    duckdb.OutOfRangeException,
)


@dataclass(frozen=True)
class Stage:
    """What the stage of one file x table holds.

    :param faults: what the codes in ``_fault`` mean, from 1.
    :param rows: records meant for this table that the reader could parse, good and bad.
    :param faulty: those of them that are wrong.
    :param rejected: records that the reader could not parse and that are charged to this table.
    :param for_others: records of the file that this table does not take.
    :param unmapped: what those are that nothing in the mapping takes, and how many; the most first.
    :param blanks: the empty lines that the reader passed over, where it did and they can be told.
    :param extra_columns: vendor columns that the contract has no place for.
    :param first_rowid: the ``rowid`` of the first record; inside a transaction it is not 0.
    :param keeps_extra: whether the stage has the column ``_extra``.
    :param has_rejects: whether the reader left any record out of the stage.
    :param spans_lines: whether some record takes up more than one line.
    :param marks_deleted: whether the stage has the column ``_gone``: rows that the export says are deleted.
    :param marks_partial: whether it has the column ``_partial``: rows beside which their record has others.
    """

    table: Table
    faults: tuple[Fault, ...]
    rows: int
    faulty: int
    rejected: int
    extra_columns: tuple[str, ...]
    first_rowid: int = 0
    keeps_extra: bool = False
    has_rejects: bool = False
    spans_lines: bool = False
    for_others: int = 0
    unmapped: tuple[tuple[str, int], ...] = ()
    blanks: tuple[int, ...] = ()
    marks_deleted: bool = False
    marks_partial: bool = False

    @property
    def gone(self) -> str:
        """Whether a row of the stage is deleted, as SQL."""
        return "_gone" if self.marks_deleted else "false"

    @property
    def partial(self) -> str:
        """Whether the record of a row of the stage has others that did not come, as SQL."""
        return "_partial" if self.marks_partial else "false"

    @property
    def rows_read(self) -> int:
        """Every row of the file that is meant for this table."""
        return self.rows + self.rejected

    @property
    def quarantined(self) -> int:
        """Rows that cannot be loaded."""
        return self.faulty + self.rejected


def build_stage(
    con: duckdb.DuckDBPyConnection,
    opened: Opened,
    mapping: Mapping,
    delivery: Delivery,
    *,
    writing: Writing,
    takes_broken_records: bool,
    beside: tuple[Delivery, ...] = (),
    tells_unmapped: bool = True,
) -> Stage:
    """Read the file into the temporary table ``STAGE``.

    :param writing: how the file's values are written.
    :param takes_broken_records: whether records that cannot be parsed are charged to this table; of
        the tables that one file feeds, the first takes them.
    :param beside: the other deliveries that take their rows from the same records of the file.
    :param tells_unmapped: whether records that none of them takes are told here; of the tables that
        one file feeds, the first tells.
    :raises InputRefusedError: the reader cannot follow the file.
    """
    plan = Plan(
        opened,
        mapping,
        delivery,
        writing=writing,
        takes_broken_records=takes_broken_records,
        beside=beside,
        tells_unmapped=tells_unmapped,
    )
    _read(con, opened, plan.stage_statement(count_newlines=False))
    rejects = _rejects(con) if opened.rejects_records else 0
    if rejects:
        _refuse_damage(con, opened)
    counts = _counts(con)
    records = counts.everything + rejects
    blanks, spans_lines = opened.blank_lines(records)
    if spans_lines:
        _read(con, opened, plan.stage_statement(count_newlines=True))
        counts = _counts(con)
    rejected = rejects if takes_broken_records else 0
    return Stage(
        delivery.canonical_table,
        tuple(plan.faults),
        rows=counts.meant,
        faulty=counts.faulty,
        first_rowid=counts.first_rowid,
        rejected=rejected,
        extra_columns=_extra_columns(con, opened, plan),
        keeps_extra=plan.keeps_extra,
        has_rejects=rejects > 0,
        spans_lines=spans_lines,
        for_others=records - counts.blank - counts.meant - rejected,
        unmapped=_unmapped(con) if counts.unmapped else (),
        blanks=blanks,
        marks_deleted=plan.marks_deleted,
        marks_partial=plan.marks_partial,
    )


@dataclass(frozen=True)
class _Counts:
    everything: int
    meant: int
    faulty: int
    blank: int
    unmapped: int
    first_rowid: int


def _counts(con: duckdb.DuckDBPyConnection) -> _Counts:
    counted = con.execute(
        f"select count(*), count(*) filter (coalesce(_fault, 0) >= 0), "
        f"count(*) filter (_fault > 0), count(*) filter (_fault = {BLANK}), "
        f"count(*) filter (_fault = {UNMAPPED}), coalesce(min(rowid), 0) from {STAGE}"
    ).fetchone()
    assert counted is not None
    return _Counts(*counted)


def _unmapped(con: duckdb.DuckDBPyConnection) -> tuple[tuple[str, int], ...]:
    found = con.execute(
        f"select _bad, count(*) as n from {STAGE} where _fault = {UNMAPPED} group by _bad "
        "order by n desc, _bad"
    ).fetchall()
    return tuple((what or "", count) for what, count in found)


def _read(con: duckdb.DuckDBPyConnection, opened: Opened, statement: str) -> None:
    for temporary in (STAGE, "ebb_rejects", "ebb_reject_scans"):
        con.execute(f"drop table if exists temp.{temporary}")
    try:
        con.execute(statement, opened.parameters.values)
    except _READ_ERRORS as error:
        raise InputRefusedError(
            f"the file cannot be read: {first_line(error)}",
            where=opened.file_name,
            fix="it may be cut off, of mixed line endings, or not the format that its name says",
        ) from error


def _rejects(con: duckdb.DuckDBPyConnection) -> int:
    """Return how many records the reader rejected; a record may break several rules."""
    if not has_table(con, "main", "ebb_rejects", database="temp"):
        return 0
    found = con.execute("select count(distinct line) from ebb_rejects").fetchone()
    return int(found[0]) if found else 0


def _refuse_damage(con: duckdb.DuckDBPyConnection, opened: Opened) -> None:
    """Refuse what a row-by-row quarantine would hide: a lost quote, a cut end."""
    open_quote = con.execute(
        "select line from ebb_rejects where error_type = 'UNQUOTED VALUE' "
        "and contains(csv_line, chr(10)) order by line limit 1"
    ).fetchone()
    if open_quote is not None:
        raise InputRefusedError(
            "a quoted value is never closed, so that the rows after it cannot be told apart",
            where=f"{opened.file_name}:{open_quote[0]}",
            fix="close the quote, or export the file again",
        )
    if opened.profile.ends_in_newline:
        return
    last = con.execute(
        f"select max(r.line), (select count(*) from {STAGE}), count(distinct r.line) "
        "from ebb_rejects r where r.error_type in ('MISSING COLUMNS', 'UNQUOTED VALUE')"
    ).fetchone()
    if last is not None and last[0] is not None:
        everything = con.execute("select count(distinct line) from ebb_rejects").fetchone()
        assert everything is not None
        if last[0] >= last[1] + everything[0] + opened.lines_before:
            raise InputRefusedError(
                "the file is cut off in the middle of its last line",
                where=f"{opened.file_name}:{last[0]}",
                fix="export or copy it again",
            )


def _extra_columns(con: duckdb.DuckDBPyConnection, opened: Opened, plan: Plan) -> tuple[str, ...]:
    if not opened.open_ended:
        return plan.extra
    parents = {json_pointer(name).split("/")[1] for name in plan.delivery.read_fields()}
    found = con.execute(
        f"select distinct unnest(json_keys(_extra)) as name from {STAGE} "
        "where _extra is not null and _fault is null order by name"
    ).fetchall()
    return tuple(name for (name,) in found if name not in parents)
