"""Section 5 of METRICS.md: who bought, how often, and how many came back."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from tests.reference.days import DAY, Period, add_months, business_date, start_of
from tests.reference.figures import Key, members_of, quotient
from tests.reference.recurring import surviving_ids
from tests.reference.rows import Books, Terms

UNDONE = {"cancelled", "canceled", "expired", "refunded", "unpaid", "voided"}
WINDOWS = (30, 60, 90, 180, 365)


@dataclass
class Buyers:
    """One row of ``mart_repeat_rate``."""

    buyers_to_date: int = 0
    repeat_buyers_to_date: int = 0
    buyers: int = 0
    returning_buyers: int = 0

    @property
    def repeat_customer_rate(self) -> Fraction | None:
        """Customers with two purchases / customers with one, to date."""
        return quotient(self.repeat_buyers_to_date, self.buyers_to_date)

    @property
    def returning_rate(self) -> Fraction | None:
        """Share of the period's buyers who had bought before it began."""
        return quotient(self.returning_buyers, self.buyers)


def purchases(books: Books, terms: Terms) -> dict[str, list[date]]:
    """Return the days on which each (surviving) customer bought, in order; a day twice where that
    counts twice.
    """
    survivors = surviving_ids(books)
    bought: dict[str, dict[str, date]] = defaultdict(dict)
    for order in books.orders:
        if (order.status or "").lower() not in UNDONE:
            customer = survivors.get(order.customer_id, order.customer_id)
            bought[customer][order.order_id] = business_date(order.ordered_at, terms.timezone)
    if not books.orders:
        totals: dict[str, Decimal] = defaultdict(Decimal)
        for line in books.invoice_lines:
            if line.kind != "tax":
                totals[line.invoice_id] += line.amount
        for line in books.invoice_lines:
            if line.invoice_status == "paid" and totals[line.invoice_id] > 0:
                customer = survivors.get(line.customer_id, line.customer_id)
                paid = business_date(line.paid_at or line.issued_at, terms.timezone)
                bought[customer][line.invoice_id] = paid
    days: dict[str, list[date]] = {}
    for customer, documents in bought.items():
        dated = sorted(day for day in documents.values() if day <= terms.until)
        if dated:
            days[customer] = sorted(set(dated)) if terms.same_day_orders_are_one else dated
    return days


def repeat_rates(
    books: Books, terms: Terms, bought: dict[str, list[date]], all_periods: tuple[Period, ...]
) -> dict[Key, Buyers]:
    """Return the repeat figures by (grain, period start, dimension, member); plan is left to the
    revenue side.
    """
    members = members_of(books, terms)
    rows: dict[Key, Buyers] = {}
    for period in all_periods:
        for customer, days in bought.items():
            to_date = sum(day < period.closing for day in days)
            here = any(period.start <= day < period.closing for day in days)
            for dimension in members.dimensions:
                if dimension == "plan":
                    continue
                member = members.fixed_member(customer, dimension)
                key = (period.grain, period.start, dimension, member)
                row = rows.setdefault(key, Buyers())
                row.buyers_to_date += to_date >= 1
                row.repeat_buyers_to_date += to_date >= 2
                row.buyers += here
                row.returning_buyers += here and days[0] < period.start
    return rows


def repeat_cohorts(
    bought: dict[str, list[date]], until: date
) -> dict[tuple[date, int], tuple[int, int]]:
    """Return (buyers, of whom bought again within the window) by (cohort month, window in days).

    A cohort is old enough when its last possible buyer has had the whole window.
    """
    cells: dict[tuple[date, int], tuple[int, int]] = {}
    for days in bought.values():
        cohort = start_of("month", days[0])
        for window in WINDOWS:
            if add_months(cohort, 1) - DAY + DAY * window > until:
                continue
            again = len(days) > 1 and (days[1] - days[0]).days <= window
            buyers, repeated = cells.get((cohort, window), (0, 0))
            cells[cohort, window] = (buyers + 1, repeated + again)
    return cells
