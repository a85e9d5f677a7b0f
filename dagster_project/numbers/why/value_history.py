"""``why``: every value that a number was ever published with, and what made its last difference."""

from dataclasses import dataclass
from datetime import datetime

import duckdb

from dagster_project.errors import EbblineError
from dagster_project.numbers.diff import both_attached
from dagster_project.numbers.published_keys import in_words, published_periods, require_known
from dagster_project.numbers.question import MetricQuestion, parse_period, parse_segment
from dagster_project.numbers.why.difference import Difference, difference_of
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.metric_versions import has_metric_versions
from dagster_project.warehouse.paths import WarehousePaths
from dagster_project.warehouse.publication import publication_file


@dataclass(frozen=True)
class Version:
    """What a publication stated about a number; ``withdrawn`` where it no longer stated it."""

    publication_id: int
    published_at: datetime
    value: float | None
    numerator: float | None
    denominator: float | None
    withdrawn: bool


def versions_of(con: duckdb.DuckDBPyConnection, question: MetricQuestion) -> tuple[Version, ...]:
    """Return every version of a number, oldest first; none where it was never published."""
    rows = con.execute(
        """
        select publication_id, published_at, value, numerator, denominator, withdrawn
        from ops.metric_versions
        where (metric, grain, period_start, dimension, member) = (?, ?, ?, ?, ?)
        order by publication_id
        """,
        question.key,
    ).fetchall()
    return tuple(Version(*row) for row in rows)


@dataclass(frozen=True)
class ValueHistory:
    """The history of a number and its last change.

    :ivar versions: what was published, oldest first.
    :ivar difference: None where the number never changed, or no earlier publication is kept.
    :ivar note: why there is no difference; empty where there is one.
    """

    question: MetricQuestion
    versions: tuple[Version, ...]
    difference: Difference | None
    note: str = ""


def why(
    paths: WarehousePaths,
    metric: str,
    period: str,
    segment: str | None = None,
    *,
    earlier: int | None = None,
    later: int | None = None,
) -> ValueHistory:
    """Explain how a number came to be what it is.

    :param period: ``2026-03``, ``2026-Q1`` or ``2026``.
    :param segment: ``country=DE``; default the whole business.
    :param earlier, later: the publications to compare; default the one that last changed the number
        and the newest kept one that still stated the value before.
    :raises EbblineError: the number was never published, or a publication asked for is not kept.
    :raises WarehouseLockedError: a run is writing.
    """
    question = MetricQuestion(metric, parse_period(period), *parse_segment(segment))
    if not paths.warehouse_db.exists():
        raise EbblineError("nothing has been published yet", where=str(paths.warehouse_db))
    with open_warehouse(paths, read_only=True) as warehouse:
        versions = versions_of(warehouse, question) if has_metric_versions(warehouse) else ()
        if not versions:
            raise _never_published(warehouse, question)
        pair = _pair(paths, warehouse, versions, earlier, later)
        if isinstance(pair, str):
            return ValueHistory(question, versions, None, pair)
        files = publication_file(paths, pair[0]), publication_file(paths, pair[1])
        with both_attached(*files) as con:
            return ValueHistory(question, versions, difference_of(con, warehouse, question))


def _pair(
    paths: WarehousePaths,
    warehouse: duckdb.DuckDBPyConnection,
    versions: tuple[Version, ...],
    earlier: int | None,
    later: int | None,
) -> tuple[int, int] | str:
    """Return the publications to compare, or why there are none."""
    kept = sorted(paths.publication_files())
    rebuilds = {
        row[0]
        for row in warehouse.execute(
            "select id from ops.publications where as_of is not null"
        ).fetchall()
    }
    if later is None:
        changed_by = versions[-1].publication_id
        later = changed_by if changed_by in kept else max(kept, default=changed_by)
    if earlier is None:
        if len(versions) == 1:
            return "it was published once and never changed"
        candidates = [
            kept_id
            for kept_id in kept
            if kept_id < min(later, versions[-1].publication_id) and kept_id not in rebuilds
        ]
        if not candidates:
            return "no publication with the value before is kept; publish.keep says how many are"
        earlier = candidates[-1]
    return earlier, later


def _never_published(con: duckdb.DuckDBPyConnection, question: MetricQuestion) -> EbblineError:
    if not has_metric_versions(con):
        return EbblineError("nothing has been published yet", fix="run `ebbline run`")
    table = "ops.metric_versions"
    require_known(con, table, question)
    periods = published_periods(con, table, question, of_segment=True)
    return EbblineError(
        f"{question.metric} of {question.dimension}={question.member} was never published for"
        f" {question.period}",
        fix=f"known: {in_words(periods)}",
    )
