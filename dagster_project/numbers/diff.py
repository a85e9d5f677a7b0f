"""Two publications side by side: which rows and which values differ, and under what circumstances.

DuckDB joins the two files where they lie; only counts and the changes asked for come into memory.
Why a value differs, down to customers and source rows, belongs to ``why``.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from dagster_project.numbers.provenance import (
    SettingChange,
    code_changes,
    files_added,
    settings_changes,
)
from dagster_project.warehouse.introspection import columns_of, has_table, tables_of
from dagster_project.warehouse.metric_versions import differs
from dagster_project.warehouse.paths import WarehousePaths
from dagster_project.warehouse.publication import publication_file
from dagster_project.warehouse.publication_record import Publication, select_publications
from dagster_project.warehouse.quoting import quote_identifier
from dagster_project.warehouse.serving import attached_publication

_PERIOD_KEY = ("grain", "period_start", "dimension", "member")
# Where the key is not the shortest unique run of first columns; see `_key`.
_KEYS: dict[str, tuple[str, ...]] = {
    "dim_segments": ("dimension", "member"),
    "fct_mrr_movements": ("customer_id", "movement_on", "movement_type"),
    "fct_customer_months": ("customer_id", "month"),
    "mart_churn_periods": _PERIOD_KEY,
    "mart_revenue_periods": _PERIOD_KEY,
    "mart_repeat_rate": _PERIOD_KEY,
    "mart_purchase_periods": _PERIOD_KEY,
    "mart_cohorts": ("kind", "cohort_month", "age_months"),
    "metrics": ("metric", *_PERIOD_KEY),
    "red_line_status": ("rule", "period", "segment"),
}
# They differ by nature: one row about the publication itself, and the history.
_NOT_COMPARED = ("publication", "publication_history", "metric_versions")


@dataclass(frozen=True)
class MartDifference:
    """How many rows of a mart differ.

    :ivar key: the columns rows were matched by; empty where no key is unique in both, and whole
        rows were compared (then nothing counts as changed).
    :ivar columns_added, columns_removed: columns only the later or only the earlier has.
    """

    mart: str
    key: tuple[str, ...]
    rows_before: int
    rows_after: int
    added: int
    removed: int
    changed: int
    columns_added: tuple[str, ...] = ()
    columns_removed: tuple[str, ...] = ()

    @property
    def is_equal(self) -> bool:
        """Whether the mart is the same in both."""
        differences = (self.added, self.removed, self.changed)
        return not any(differences) and not self.columns_added and not self.columns_removed


@dataclass(frozen=True)
class MetricChange:
    """A published value that the later publication states differently; None where it does not."""

    metric: str
    grain: str
    period_start: date
    dimension: str
    member: str
    before: float | None
    after: float | None

    @property
    def amount(self) -> float | None:
        """Return after - before; None where either is not stated."""
        if self.before is None or self.after is None:
            return None
        return self.after - self.before


@dataclass(frozen=True)
class PublicationDifference:
    """All that differs between two publications.

    :ivar marts: every mart of either, by name.
    :ivar metric_changes: the first of the changed values, the whole business first.
    :ivar metrics_changed: how many there are.
    :ivar files_added: input files that only the later one counts.
    :ivar code_changed: files of code that differ, with paths relative to the project.
    """

    earlier: Publication
    later: Publication
    marts: tuple[MartDifference, ...]
    metric_changes: tuple[MetricChange, ...]
    metrics_changed: int
    settings_changed: tuple[SettingChange, ...]
    files_added: tuple[str, ...]
    code_changed: tuple[str, ...]


def diff(
    paths: WarehousePaths, earlier: int, later: int, *, limit: int = 200
) -> PublicationDifference:
    """Compare two kept publications.

    :param limit: how many changed metric values to return; all are counted.
    :raises EbblineError: one of them is not kept.
    """
    files = publication_file(paths, earlier), publication_file(paths, later)
    with both_attached(*files) as con:
        one, other = (
            select_publications(con, f"{name}.marts.publication")[0]
            for name in ("earlier", "later")
        )
        changes, total = _metric_changes(con, limit)
        return PublicationDifference(
            earlier=one,
            later=other,
            marts=tuple(_compare_mart(con, mart) for mart in _marts_of_either(con)),
            metric_changes=changes,
            metrics_changed=total,
            settings_changed=settings_changes(one, other),
            files_added=files_added(one, other),
            code_changed=code_changes(one, other),
        )


@contextmanager
def both_attached(earlier: Path, later: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open two publication files for reading, as databases ``earlier`` and ``later``."""
    with duckdb.connect(":memory:") as con:
        con.execute("set timezone = 'UTC'")
        with (
            attached_publication(con, earlier, "earlier"),
            attached_publication(con, later, "later"),
        ):
            yield con


def _marts_of_either(con: duckdb.DuckDBPyConnection) -> list[str]:
    marts = {
        mart for name in ("earlier", "later") for mart in tables_of(con, "marts", database=name)
    }
    return sorted(marts - set(_NOT_COMPARED))


def _compare_mart(con: duckdb.DuckDBPyConnection, mart: str) -> MartDifference:
    before, after = (columns_of(con, "marts", mart, database=name) for name in ("earlier", "later"))
    rows_before, rows_after = (
        _count(con, database, mart) if columns else 0
        for database, columns in (("earlier", before), ("later", after))
    )
    columns_added = tuple(name for name in after if name not in before)
    columns_removed = tuple(name for name in before if name not in after)
    if not before or not after:
        return MartDifference(
            mart, (), rows_before, rows_after, rows_after, rows_before, 0, columns_added,
            columns_removed,
        )  # fmt: skip
    common = [name for name in before if name in after]
    key = _key(con, mart, common)
    numeric = {name for name in common if before[name] == after[name] == "DOUBLE"}
    compare = _compare_by_key if key else _compare_whole_rows
    added, removed, changed = compare(con, mart, key or tuple(common), common, numeric)
    return MartDifference(
        mart, key, rows_before, rows_after, added, removed, changed, columns_added, columns_removed
    )


def _key(con: duckdb.DuckDBPyConnection, mart: str, columns: list[str]) -> tuple[str, ...]:
    """Return the shortest unique run of first columns, or the known key; empty where none is."""
    known = _KEYS.get(mart)
    if known is not None:
        candidates = [known] if set(known) <= set(columns) else []
    else:
        candidates = [tuple(columns[:length]) for length in range(1, len(columns))]
    for candidate in candidates:
        if all(_is_unique(con, database, mart, candidate) for database in ("earlier", "later")):
            return candidate
    return ()


def _is_unique(
    con: duckdb.DuckDBPyConnection, database: str, mart: str, key: tuple[str, ...]
) -> bool:
    columns = ", ".join(map(quote_identifier, key))
    table = f"{database}.marts.{quote_identifier(mart)}"
    found = con.execute(
        f"select 1 from {table} group by {columns} having count(*) > 1 limit 1"  # noqa: S608
    ).fetchone()
    return found is None


def _compare_by_key(
    con: duckdb.DuckDBPyConnection,
    mart: str,
    key: tuple[str, ...],
    columns: list[str],
    numeric: set[str],
) -> tuple[int, int, int]:
    """Return how many rows were added, removed and changed."""
    table = quote_identifier(mart)
    same_key = " and ".join(
        f"b.{name} is not distinct from a.{name}" for name in map(quote_identifier, key)
    )
    other_value = " or ".join(
        differs(f"b.{quote_identifier(name)}", f"a.{quote_identifier(name)}")
        if name in numeric
        else f"b.{quote_identifier(name)} is distinct from a.{quote_identifier(name)}"
        for name in columns
        if name not in key
    )
    row = con.execute(
        f"""
        select
            count(*) filter (where not coalesce(b.is_there, false)),
            count(*) filter (where not coalesce(a.is_there, false)),
            count(*) filter (where b.is_there and a.is_there and ({other_value or "false"}))
        from (select *, true as is_there from earlier.marts.{table}) as b
        full join (select *, true as is_there from later.marts.{table}) as a on {same_key}
        """  # noqa: S608
    ).fetchone()
    assert row is not None, "an aggregate has one row"
    return row[0], row[1], row[2]


def _compare_whole_rows(
    con: duckdb.DuckDBPyConnection,
    mart: str,
    _key: tuple[str, ...],
    columns: list[str],
    _numeric: set[str],
) -> tuple[int, int, int]:
    """Return how many rows only the later and only the earlier has, counting duplicates."""
    listed = ", ".join(map(quote_identifier, columns))
    tables = [f"{database}.marts.{quote_identifier(mart)}" for database in ("later", "earlier")]
    only = [
        f"(select count(*) from (select {listed} from {one} except all select {listed} from {two}))"  # noqa: S608
        for one, two in (tables, tables[::-1])
    ]
    row = con.execute(f"select {only[0]}, {only[1]}").fetchone()
    assert row is not None, "an aggregate has one row"
    return row[0], row[1], 0


def _metric_changes(
    con: duckdb.DuckDBPyConnection, limit: int
) -> tuple[tuple[MetricChange, ...], int]:
    """Return the first ``limit`` changed values and how many there are."""
    if not all(has_table(con, "marts", "metrics", database=name) for name in ("earlier", "later")):
        return (), 0
    con.execute(
        f"""
        create or replace temp table metric_changes as
        select
            metric, grain, period_start, dimension, member, b.value as before, a.value as after
        from earlier.marts.metrics as b
        full join later.marts.metrics as a using (metric, grain, period_start, dimension, member)
        where {differs("b.value::double", "a.value::double")}
        """  # noqa: S608
    )
    rows = con.execute(
        """
        select metric, grain, period_start, dimension, member, before, after from metric_changes
        order by dimension <> 'all', metric, grain, period_start, dimension, member
        limit ?
        """,
        [limit],
    ).fetchall()
    return tuple(MetricChange(*row) for row in rows), _count(con, "temp", "metric_changes")


def _count(con: duckdb.DuckDBPyConnection, database: str, table: str) -> int:
    schema = "main" if database == "temp" else "marts"
    row = con.execute(
        f"select count(*) from {database}.{schema}.{quote_identifier(table)}"  # noqa: S608
    ).fetchone()
    assert row is not None, "an aggregate has one row"
    return int(row[0])
