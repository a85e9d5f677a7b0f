"""Which metrics, segments and periods may be asked about, and what is said of a question about none of them.

Read from ``metrics`` of a publication or from ``metric_versions``: both have the same key. No figure is
read here.
"""

from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher

import duckdb

from dagster_project.errors import EbblineError, likeliest_of
from dagster_project.metrics.catalogue import called
from dagster_project.numbers.question import MetricQuestion
from dagster_project.period import Period
from dagster_project.plural import counted

SHOWN = 12


def require_known(con: duckdb.DuckDBPyConnection, table: str, question: MetricQuestion) -> None:
    """Refuse a question about what is not in ``table``, with what is.

    :param table: ``metrics`` or ``metric_versions`` as SQL, never a value from outside.
    :raises EbblineError: no such metric, dimension, member or period; lists the most similar ones.
    """
    metric, dimension, member = question.metric, question.dimension, question.member
    metrics = _names(con, f"select distinct metric from {table}")  # noqa: S608
    if metric not in metrics:
        meant = called(metric)
        raise EbblineError(
            f"no metric is called {metric!r}",
            fix=_named(meant, metrics) if meant in metrics else _likeliest(metric, metrics),
        )
    # A member that only buyers have is known to the metrics of purchases alone.
    dimensions = _names(con, f"select distinct dimension from {table} where metric = ?", metric)  # noqa: S608
    if dimension not in dimensions:
        others = [name for name in dimensions if name != "all"]
        raise EbblineError(
            f"no dimension is called {dimension!r}", fix=_likeliest(dimension, others)
        )
    members = _names(
        con,
        f"select distinct member from {table} where metric = ? and dimension = ?",  # noqa: S608
        *(metric, dimension),
    )
    if member not in members:
        raise EbblineError(
            f"{dimension} has no member {member!r}",
            fix=f"{_likeliest(member, members)}; a missing value is (none)",
        )
    every = published_periods(con, table, question, of_segment=False)
    if question.period not in every:
        raise EbblineError(
            f"{metric} is not published for {question.period}", fix=f"known: {in_words(every)}"
        )


def published_periods(
    con: duckdb.DuckDBPyConnection, table: str, question: MetricQuestion, *, of_segment: bool
) -> list[Period]:
    """Return the periods of the asked length that the metric is published for, in order.

    :param of_segment: those of the asked segment; else of any.
    """
    grain = question.period.grain
    rows = con.execute(
        f"select distinct period_start from {table} where metric = $metric and grain = $grain"  # noqa: S608
        " and (not $of_segment or (dimension, member) = ($dimension, $member)) order by 1",
        {
            "metric": question.metric,
            "grain": grain,
            "of_segment": of_segment,
            "dimension": question.dimension,
            "member": question.member,
        },
    ).fetchall()
    return [Period(grain, start) for (start,) in rows]


def in_words(periods: list[Period]) -> str:
    """Return ``2024-05 to 2026-10 (30 months)``."""
    if not periods:
        return "none of this length"
    return f"{periods[0]} to {periods[-1]} ({counted(len(periods), periods[0].grain)})"


def nearest(asked: str, known: Iterable[str]) -> str:
    """Return the names most like the one asked for, and how many more there are."""
    closest = sorted(known, key=lambda name: (-_similarity(asked, name), name))
    more = len(closest) - SHOWN
    return ", ".join(closest[:SHOWN]) + (f" and {more:,} more" if more > 0 else "")


def _named(meant: str, metrics: Sequence[str]) -> str:
    """Return how a metric is called here; who says NRR mostly means the one over twelve months."""
    yearly = f"{meant}_12m"
    over_a_year = f", and {yearly} over twelve months" if yearly in metrics else ""
    return f"it is called {meant} here{over_a_year}"


def _likeliest(asked: str, known: Sequence[str]) -> str:
    return likeliest_of(asked, known, nearest(asked, known) or "none yet")


def _similarity(one: str, other: str) -> float:
    return SequenceMatcher(None, one.casefold(), other.casefold()).ratio()


def _names(con: duckdb.DuckDBPyConnection, query: str, *values: str) -> list[str]:
    return [row[0] for row in con.execute(query, list(values)).fetchall()]
