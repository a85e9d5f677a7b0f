"""Cohorts: of the whole business and by member of each dimension, with their sizes and the average of each age."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from dagster_project.report.periods import ALL, Key, Segment

COHORTS_SHOWN = 24
AGES_SHOWN = 24
# The ages that the table under a triangle has: as many as a phone has room for.
AGES_IN_TABLE = (1, 2, 3, 6, 12, 24)


@dataclass(frozen=True)
class Kind:
    """A kind of cohort.

    :ivar size, left: columns of the mart: what there was at the start and what is left of it.
    """

    name: str
    size: str
    left: str


KINDS = {
    "logo": Kind("logo", "cohort_customers", "active_customers"),
    "revenue": Kind("revenue", "cohort_mrr", "mrr"),
    "orders": Kind("orders", "cohort_customers", "active_customers"),
}


@dataclass(frozen=True)
class Cohort:
    """A cohort.

    :ivar month: ``2026-03``.
    :ivar customers: how many it began with.
    :ivar size: what the shares are of: customers, or MRR.
    :ivar shares: what is left at each age that can be known, from 0 on; None where there was nothing.
    """

    month: str
    customers: int
    size: float
    shares: tuple[float | None, ...]


@dataclass(frozen=True)
class Cohorts:
    """Cohorts of one kind in one segment, the oldest first."""

    kind: str
    cohorts: tuple[Cohort, ...]

    def averages(self) -> tuple[float | None, ...]:
        """Return the share left at each age of all cohorts that are so old, weighted by their size."""
        ages = max((len(cohort.shares) for cohort in self.cohorts), default=0)
        return tuple(_average(self.cohorts, age) for age in range(ages))

    @property
    def has_shares(self) -> bool:
        """Whether there is anything to show after the first month."""
        return any(len(cohort.shares) > 1 and cohort.size for cohort in self.cohorts)

    def embedded(self) -> list[list[Any]]:
        """Return month, customers, size and shares in ten-thousandths, for the filter of the page."""
        return [
            [
                cohort.month,
                cohort.customers,
                round(cohort.size, 2),
                [None if share is None else round(share * 10_000) for share in cohort.shares],
            ]
            for cohort in self.cohorts
        ]


def _to_a_hundredth_of_a_percent(share: float | None) -> float | None:
    """Return what the page's script is told too, so that both write the same."""
    return None if share is None else round(share, 4)


def _average(cohorts: Iterable[Cohort], age: int) -> float | None:
    known = [
        (cohort.shares[age], cohort.size)
        for cohort in cohorts
        if len(cohort.shares) > age and cohort.shares[age] is not None
    ]
    weight = sum(size for _, size in known)
    return sum((share or 0.0) * size for share, size in known) / weight if weight else None


def read_cohorts(
    con: duckdb.DuckDBPyConnection, tables: frozenset[str], segments: Sequence[Segment]
) -> Mapping[tuple[str, Key], Cohorts]:
    """Read the newest cohorts of every kind, by segment.

    :returns: by kind and segment; only those that have something to show.
    """
    found: dict[tuple[str, Key], Cohorts] = {}
    for kind in KINDS.values():
        if "mart_cohorts" in tables:
            _read(con, "mart_cohorts", kind, (ALL,), found)
        keys = tuple(segment.key for segment in segments if segment.key != ALL)
        if "mart_segment_cohorts" in tables and keys:
            _read(con, "mart_segment_cohorts", kind, keys, found)
    return found


def _read(
    con: duckdb.DuckDBPyConnection,
    mart: str,
    kind: Kind,
    keys: Sequence[Key],
    found: dict[tuple[str, Key], Cohorts],
) -> None:
    dimension, member = (
        ("dimension", "member") if mart == "mart_segment_cohorts" else ("'all'", "'all'")
    )
    rows = con.execute(
        f"""
        with cohorts as (
            select {dimension} as dimension, {member} as member, cohort_month, age_months, cohort_customers,
                {kind.size}::double as size, {kind.left}::double as remaining
            from {mart}
            where kind = $kind and age_months < $ages
        )

        select dimension, member, strftime(cohort_month, '%Y-%m'), any_value(cohort_customers), any_value(size),
            list(case when size > 0 then remaining / size end order by age_months)
        from cohorts
        where (dimension, member) in (select unnest($dimensions), unnest($members))
        group by dimension, member, cohort_month
        qualify row_number() over (partition by dimension, member order by cohort_month desc) <= $cohorts
        order by dimension, member, cohort_month
        """,  # noqa: S608
        {
            "kind": kind.name,
            "ages": AGES_SHOWN + 1,
            "cohorts": COHORTS_SHOWN,
            "dimensions": [key[0] for key in keys],
            "members": [key[1] for key in keys],
        },
    ).fetchall()
    by_segment: dict[Key, list[Cohort]] = {}
    for in_dimension, of_member, month, customers, size, shares in rows:
        # A month without anybody is no cohort.
        if size:
            by_segment.setdefault((in_dimension, of_member), []).append(
                Cohort(month, customers, size, tuple(map(_to_a_hundredth_of_a_percent, shares)))
            )
    for key, cohorts in by_segment.items():
        one = Cohorts(kind.name, tuple(cohorts))
        if one.has_shares:
            found[kind.name, key] = one
