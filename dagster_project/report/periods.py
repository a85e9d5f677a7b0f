"""The figures of complete periods, by segment: what headlines, charts over time and the page's filter show.

Every value is one of ``mart_revenue_periods``, ``mart_purchase_periods`` or ``mart_repeat_rate``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import duckdb

from dagster_project.report.wording import period_label
from dagster_project.warehouse.introspection import columns_of

# How many periods are shown, by grain. A year before the first of a year's months must be there too.
GRAINS = {"month": 36, "quarter": 16, "year": 8}
YEAR_BACK = {"month": 12, "quarter": 4, "year": 1}
MEMBERS_SHOWN = 8
ALL = ("all", "all")
RECURRING = (
    *("customers_opening", "customers_closing", "customers_lost", "customers_new"),
    *("customers_reactivated", "churn_rate", "retention_rate", "mrr_opening", "mrr_new"),
    *("mrr_reactivation", "mrr_expansion", "mrr_contraction", "mrr_churn", "fx", "transfer_in"),
    *("transfer_out", "mrr_closing", "ndr", "grr", "ndr_12m", "grr_12m", "arpa", "ltv"),
    *("upgrades", "downgrades", "arr", "net_new_mrr"),
)
MOVED = tuple(
    f"movements_{kind}" for kind in ("new", "reactivation", "expansion", "contraction", "churn")
)
PURCHASES = (
    *("purchases", "purchase_amount", "repeat_revenue_share", "average_days_between"),
    *("buyers_to_date", "repeat_customer_rate", "buyers", "returning_rate"),
)
COLUMNS = (*RECURRING, *MOVED, *PURCHASES)
_MARTS = {
    "mart_revenue_periods": (*RECURRING, *MOVED),
    "mart_purchase_periods": PURCHASES[:4],
    "mart_repeat_rate": PURCHASES[4:],
}

Key = tuple[str, str]


@dataclass(frozen=True)
class Period:
    """A complete period of a segment.

    :ivar label: ``2026-03``, ``2026-Q1`` or ``2026``.
    """

    label: str
    start: date
    values: Mapping[str, float | None]

    def __getitem__(self, metric: str) -> float | None:
        return self.values.get(metric)

    def count(self, metric: str) -> float:
        """Return a value that is a sum, 0 where there is none."""
        return self.values.get(metric) or 0.0


@dataclass(frozen=True)
class Segment:
    """A member of a dimension, or the whole business.

    :ivar name: what people call it.
    """

    dimension: str
    member: str
    name: str

    @property
    def key(self) -> Key:
        """Dimension and member."""
        return self.dimension, self.member


@dataclass(frozen=True)
class Periods:
    """All that is shown over time.

    :ivar segments: the whole business first, then members by dimension, the largest first; only dimensions with
        more than one member.
    :ivar rows: by segment and grain, the oldest first.
    :ivar running: the month that is not complete, ``2026-11``; empty where there is none.
    """

    segments: tuple[Segment, ...] = ()
    rows: Mapping[tuple[Key, str], tuple[Period, ...]] = field(default_factory=dict)
    running: str = ""

    def of(self, key: Key = ALL, grain: str = "month") -> tuple[Period, ...]:
        """Return the periods of a segment."""
        return self.rows.get((key, grain), ())

    @property
    def newest(self) -> Period | None:
        """The newest complete month of the whole business."""
        months = self.of()
        return months[-1] if months else None

    @property
    def has_recurring(self) -> bool:
        """Whether the business ever had MRR."""
        return any(month.count("mrr_closing") or month.count("mrr_opening") for month in self.of())

    @property
    def has_purchases(self) -> bool:
        """Whether anybody ever bought."""
        return any(month.count("buyers") for month in self.of())

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The dimensions with more than one member."""
        found = dict.fromkeys(segment.dimension for segment in self.segments)
        return tuple(name for name in found if name != "all")

    def members(self, dimension: str) -> tuple[Segment, ...]:
        """Return the members of a dimension that are shown."""
        return tuple(one for one in self.segments if one.dimension == dimension)

    def embedded(self) -> dict[str, Any]:
        """Return everything as JSON values for the filter of the page."""
        columns = [name for name in COLUMNS if self._is_known(name)]
        labels = {grain: [period.label for period in self.of(grain=grain)] for grain in GRAINS}
        return {
            "columns": columns,
            "labels": labels,
            "segments": [[one.dimension, one.member, one.name] for one in self.segments],
            "rows": {
                grain: [
                    _aligned(self.of(one.key, grain), labels[grain], columns)
                    for one in self.segments
                ]
                for grain in GRAINS
            },
        }

    def _is_known(self, column: str) -> bool:
        return any(period[column] is not None for rows in self.rows.values() for period in rows)


def _aligned(
    rows: Iterable[Period], labels: Sequence[str], columns: Sequence[str]
) -> list[list[float | None] | None]:
    found = {row.label: row for row in rows}
    return [
        [_compact(found[label][column]) for column in columns] if label in found else None
        for label in labels
    ]


def _compact(value: float | None) -> float | None:
    if value is None:
        return None
    rounded = round(value, 2) if abs(value) >= 100 else float(f"{value:.6g}")
    return int(rounded) if rounded == int(rounded) else rounded


def read_periods(
    con: duckdb.DuckDBPyConnection, tables: frozenset[str], names: Mapping[Key, str]
) -> Periods:
    """Read the complete periods of the whole business and of the largest members of each dimension.

    :param con: where the marts are found by their bare name.
    :param tables: the marts that the publication has.
    :param names: what people call a member, where it is not its id.
    """
    marts = {mart: columns for mart, columns in _MARTS.items() if mart in tables}
    keys = _largest_members(con, marts)
    values: dict[tuple[Key, str, date], dict[str, float | None]] = {}
    for mart, columns in marts.items():
        _add(con, mart, columns, keys, values)
    rows: dict[tuple[Key, str], list[Period]] = {}
    for (key, grain, start), figures in sorted(values.items()):
        rows.setdefault((key, grain), []).append(Period(period_label(start, grain), start, figures))
    segments = [Segment(*ALL, "the whole business")] + [
        Segment(*key, names.get(key, "not given" if key[1] == "(none)" else key[1])) for key in keys
    ]
    shown = {(key, grain): tuple(found[-GRAINS[grain] :]) for (key, grain), found in rows.items()}
    return Periods(tuple(segments), shown, _running(con, marts))


def _add(
    con: duckdb.DuckDBPyConnection,
    mart: str,
    columns: Sequence[str],
    keys: Sequence[Key],
    values: dict[tuple[Key, str, date], dict[str, float | None]],
) -> None:
    """Read one mart into ``values``; a column that an older publication lacks has no value."""
    present = columns_of(con, "marts", mart)
    known = [column for column in columns if column in present]
    wanted = ", ".join(f"{column}::double" for column in known)
    chosen = con.execute(
        f"select grain, period_start, dimension, member, {wanted} from {mart} "  # noqa: S608
        "where is_complete and grain in ('month', 'quarter', 'year') "
        "and (dimension = 'all' or (dimension, member) in (select unnest($dimensions), unnest($members)))",
        {"dimensions": [key[0] for key in keys], "members": [key[1] for key in keys]},
    ).fetchall()
    for grain, start, dimension, member, *figures in chosen:
        row = values.setdefault(((dimension, member), grain, start), {})
        row.update(zip(known, figures, strict=True))


def _largest_members(
    con: duckdb.DuckDBPyConnection, marts: Mapping[str, Sequence[str]]
) -> list[Key]:
    """Return the members of dimensions that divide the business, the largest by MRR, then by purchases, first."""
    size = {"mart_revenue_periods": "mrr_closing", "mart_purchase_periods": "purchase_amount"}
    found: dict[Key, tuple[float, float]] = {}
    for place, (mart, column) in enumerate(size.items()):
        if mart not in marts:
            continue
        sums = con.execute(
            f"select dimension, member, sum({column})::double from {mart} "  # noqa: S608
            "where grain = 'month' and is_complete and dimension <> 'all' and dimension not like '%+%' "
            f"and period_start > (select max(period_start) - interval 1 year from {mart} where is_complete) "
            f"group by all having sum({column}) > 0"
        ).fetchall()
        for dimension, member, amount in sums:
            sizes = list(found.get((dimension, member), (0.0, 0.0)))
            sizes[place] = amount
            found[dimension, member] = (sizes[0], sizes[1])
    by_dimension: dict[str, list[Key]] = {}
    for key in sorted(found, key=lambda key: (-found[key][0], -found[key][1], key)):
        by_dimension.setdefault(key[0], []).append(key)
    return [
        key
        for dimension in sorted(by_dimension)
        if len(by_dimension[dimension]) > 1
        for key in by_dimension[dimension][:MEMBERS_SHOWN]
    ]


def _running(con: duckdb.DuckDBPyConnection, marts: Mapping[str, Sequence[str]]) -> str:
    for mart in marts:
        row = con.execute(
            f"select max(period_start) from {mart} "  # noqa: S608
            "where grain = 'month' and not is_complete and dimension = 'all'"
        ).fetchone()
        if row and row[0]:
            return f"{row[0]:%Y-%m}"
    return ""
