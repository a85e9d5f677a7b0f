"""Section 3 of METRICS.md: every column of the two period marts, for every period and member,
customer by customer.

Money in whole cents, rates as exact fractions; ``None`` where a denominator is 0.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from tests.reference.causes import is_counted
from tests.reference.daily import Life, fx_between
from tests.reference.days import DAY, Period, add_months, periods
from tests.reference.recurring import round_half_away, surviving_ids
from tests.reference.rows import Books, Terms

GRAINS = ("month", "quarter", "year")
NONE = "(none)"
Member = tuple[str, str]


@dataclass
class Figures:
    """One row of ``mart_revenue_periods`` and ``mart_churn_periods``; sums first, quotients as
    properties.
    """

    customers_opening: int = 0
    customers_closing: int = 0
    customers_retained: int = 0
    customers_lost: int = 0
    customers_new: int = 0
    customers_reactivated: int = 0
    mrr_opening: int = 0
    mrr_new: int = 0
    mrr_reactivation: int = 0
    mrr_expansion: int = 0
    mrr_contraction: int = 0
    mrr_churn: int = 0
    transfer_in: int = 0
    transfer_out: int = 0
    fx: int = 0
    mrr_closing: int = 0
    upgrades: int = 0
    downgrades: int = 0
    kept: int = 0
    kept_capped: int = 0
    opening_12m: int = 0
    kept_12m: int = 0
    kept_capped_12m: int = 0
    customers_lost_involuntary: int = 0
    mrr_churn_involuntary: int = 0
    ltv: Fraction | None = None

    @property
    def customers_lost_voluntary(self) -> int:
        """Lost for any other reason than want of payment."""
        return self.customers_lost - self.customers_lost_involuntary

    @property
    def mrr_churn_voluntary(self) -> int:
        """MRR lost for any other reason than want of payment."""
        return self.mrr_churn - self.mrr_churn_involuntary

    @property
    def churn_rate(self) -> Fraction | None:
        """Lost / B."""
        return quotient(self.customers_lost, self.customers_opening)

    @property
    def retention_rate(self) -> Fraction | None:
        """Retained / B."""
        return quotient(self.customers_retained, self.customers_opening)

    @property
    def ndr(self) -> Fraction | None:
        """Closing MRR of the customers active at opening / opening MRR."""
        return quotient(self.kept, self.mrr_opening)

    @property
    def grr(self) -> Fraction | None:
        """The same, each customer's closing capped at its opening."""
        return quotient(self.kept_capped, self.mrr_opening)

    @property
    def ndr_12m(self) -> Fraction | None:
        """NDR with the opening twelve months before the closing."""
        return quotient(self.kept_12m, self.opening_12m)

    @property
    def grr_12m(self) -> Fraction | None:
        """GRR with the opening twelve months before the closing."""
        return quotient(self.kept_capped_12m, self.opening_12m)

    @property
    def quick_ratio(self) -> Fraction | None:
        """What came / what went."""
        return quotient(
            self.mrr_new + self.mrr_reactivation + self.mrr_expansion,
            self.mrr_contraction + self.mrr_churn,
        )

    @property
    def arpa(self) -> Fraction | None:
        """Closing MRR / E, in cents."""
        return quotient(self.mrr_closing, self.customers_closing)


Key = tuple[str, date, str, str]


@dataclass(frozen=True)
class Table:
    """The figures by (grain, period start, dimension, member), and the periods they are of."""

    rows: Mapping[Key, Figures]
    periods: tuple[Period, ...]


@dataclass
class Members:
    """Which member of each dimension a customer belongs to; only ``plan`` depends on the day."""

    fixed: dict[str, dict[str, str]] = field(default_factory=dict)
    dimensions: tuple[str, ...] = ()

    def of(self, life: Life, dimension: str, day: date) -> str:
        """Return the customer's member at the end of ``day``."""
        if dimension == "all":
            return "all"
        if dimension == "plan":
            return life.plan_on(day)
        return self.fixed_member(life.customer_id, dimension)

    def fixed_member(self, customer_id: str, dimension: str) -> str:
        """Return the customer's member of a dimension that is an attribute."""
        return "all" if dimension == "all" else self.fixed.get(customer_id, {}).get(dimension, NONE)


def quotient(over: int, under: int) -> Fraction | None:
    """Return the fraction, or ``None`` where the denominator is 0."""
    return Fraction(over, under) if under else None


def members_of(books: Books, terms: Terms) -> Members:
    """Return the attribute members of every customer.

    Of several rows under aliases the survivor's values count; what it leaves empty, another row may
    say.
    """
    survivors = surviving_ids(books)
    fixed: dict[str, dict[str, str]] = {}
    for row in sorted(books.customers, key=lambda row: row.customer_id in survivors):
        found = fixed.setdefault(survivors.get(row.customer_id, row.customer_id), {})
        for dimension in terms.dimensions:
            if dimension != "plan" and getattr(row, dimension):
                found.setdefault(dimension, getattr(row, dimension))
    return Members(fixed, ("all", *terms.dimensions))


def first_activity(found: Iterable[Life], purchases: Iterable[date], until: date) -> date | None:
    """Return the first day on which anybody paid or bought."""
    days = [day for life in found for day in life.mrr] + [day for day in purchases if day <= until]
    return min(days, default=None)


def figures(books: Books, terms: Terms, found: Mapping[str, Life], first: date | None) -> Table:
    """Return the figures of every period from ``first`` on, for every member that has any."""
    members = members_of(books, terms)
    rows: dict[Key, Figures] = {}
    all_periods = tuple(
        period
        for grain in GRAINS
        for period in (periods(grain, first, terms.until) if first else ())
    )
    for period in all_periods:
        for life in found.values():
            for dimension in members.dimensions:
                _add(rows, period, life, dimension=dimension, members=members, terms=terms)
    _add_lifetime_values(rows, all_periods, terms)
    return Table(rows, all_periods)


def _add(
    rows: dict[Key, Figures],
    period: Period,
    life: Life,
    *,
    dimension: str,
    members: Members,
    terms: Terms,
) -> None:
    eve, last = period.start - DAY, period.closing - DAY
    opening, closing = life.on(eve), life.on(last)

    def row(day: date) -> Figures:
        key = (period.grain, period.start, dimension, members.of(life, dimension, day))
        return rows.setdefault(key, Figures())

    if opening:
        row(eve).customers_opening += 1
        row(eve).mrr_opening += opening
    if closing:
        row(last).customers_closing += 1
        row(last).mrr_closing += closing
    if opening and not closing:
        row(eve).customers_lost += 1
        row(eve).mrr_churn += opening
        if _left_involuntarily(life, period):
            row(eve).customers_lost_involuntary += 1
            row(eve).mrr_churn_involuntary += opening
    if closing and not opening and not life.active_before(period.start):
        row(last).customers_new += 1
        row(last).mrr_new += closing
    if closing and not opening and life.active_before(period.start):
        row(last).customers_reactivated += 1
        row(last).mrr_reactivation += closing
    if opening and closing:
        fx = fx_between(life, eve, last, terms)
        counted = closing - fx != opening and is_counted(life, eve, last, terms)
        _add_retained(row(eve), row(last), opening, closing, fx=fx, counted=counted)
    year_ago = add_months(period.closing, -12) - DAY
    if life.on(year_ago):
        moved = closing - fx_between(life, year_ago, last, terms) if closing else 0
        row(year_ago).opening_12m += life.on(year_ago)
        row(year_ago).kept_12m += moved
        row(year_ago).kept_capped_12m += min(moved, life.on(year_ago))


def _left_involuntarily(life: Life, period: Period) -> bool:
    churns = [
        move
        for move in life.movements
        if move.kind == "churn" and period.start <= move.on < period.closing
    ]
    return churns[-1].involuntary


def _add_retained(
    before: Figures, after: Figures, opening: int, closing: int, *, fx: int, counted: bool
) -> None:
    moved = closing - fx
    before.customers_retained += 1
    before.mrr_expansion += max(moved - opening, 0)
    before.mrr_contraction += max(opening - moved, 0)
    before.upgrades += counted and moved > opening
    before.downgrades += counted and moved < opening
    before.fx += fx
    before.kept += moved
    before.kept_capped += min(opening, moved)
    if before is not after:
        before.transfer_out += closing
        after.transfer_in += closing


def _add_lifetime_values(
    rows: dict[Key, Figures], all_periods: Iterable[Period], terms: Terms
) -> None:
    periods_listed = tuple(all_periods)
    months = [period for period in periods_listed if period.grain == "month"]
    ends = {(period.grain, period.start): period.end for period in periods_listed}
    for (grain, start, dimension, member), row in rows.items():
        past = [month for month in months if month.end <= ends[grain, start]][-3:]
        rates = [
            found.churn_rate
            for month in past
            if (found := rows.get(("month", month.start, dimension, member))) is not None
            and found.churn_rate is not None
        ]
        average = sum(rates, Fraction(0)) / len(rates) if rates else None
        if row.arpa is not None and average:
            row.ltv = row.arpa * Fraction(terms.gross_margin) / average


def chained_quarter(table: Table, quarter: Period, member: Member) -> tuple[int, int]:
    """Return opening of the quarter's first month and closing of its last one."""
    months = [
        month
        for month in table.periods
        if month.grain == "month" and quarter.start <= month.start < quarter.end
    ]
    first = table.rows.get(("month", months[0].start, *member), Figures())
    last = table.rows.get(("month", months[-1].start, *member), Figures())
    return first.mrr_opening, last.mrr_closing


def money(cents: Fraction | None) -> int | None:
    """Return whole cents, rounded half away from zero."""
    return None if cents is None else round_half_away(cents)
