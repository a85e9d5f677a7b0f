"""Compares marts with the reference, cell by cell, and says which few input rows a difference comes
from.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.integration.metrics.dbt_run import Marts
from tests.reference.company import Company
from tests.reference.figures import Figures, Key, money
from tests.reference.purchases import Buyers
from tests.reference.rows import Books

COUNTS = (
    "customers_opening",
    "customers_closing",
    "customers_retained",
    "customers_lost",
    "customers_new",
    "customers_reactivated",
    "upgrades",
    "downgrades",
)
MONEY = (
    "mrr_opening",
    "mrr_new",
    "mrr_reactivation",
    "mrr_expansion",
    "mrr_contraction",
    "mrr_churn",
    "transfer_in",
    "transfer_out",
    "fx",
    "mrr_closing",
    "arpa",
    "ltv",
)
# Only mart_churn_periods tells these.
SPLIT_COUNTS = ("customers_lost_voluntary", "customers_lost_involuntary")
SPLIT_MONEY = ("mrr_churn_voluntary", "mrr_churn_involuntary")
RATES = ("churn_rate", "retention_rate", "ndr", "grr", "ndr_12m", "grr_12m", "quick_ratio")
TOLERANCE = 1e-12


@dataclass(frozen=True)
class Difference:
    """One cell on which mart and reference do not agree."""

    table: str
    key: tuple[object, ...]
    column: str
    expected: object
    got: object

    def __str__(self) -> str:
        return f"{self.table} {self.key} {self.column}: expected {self.expected}, got {self.got}"


def cents(amount: Decimal | None) -> int | None:
    """Return money as whole cents; a fraction of a cent is an error."""
    if amount is None:
        return None
    whole = amount * 100
    assert whole == int(whole), f"{amount} is not whole cents"
    return int(whole)


def _same_rate(expected: Fraction | None, got: float | None) -> bool:
    if expected is None or got is None:
        return expected is None and got is None
    return abs(float(expected) - got) <= TOLERANCE * max(1.0, abs(got))


def period_differences(company: Company, marts: Marts, table: str) -> Iterator[Difference]:
    """Compare every column of a period mart, in every grain, dimension and member."""
    ends = {(period.grain, period.start): period for period in company.table.periods}
    seen: set[Key] = set()
    for row in marts.rows(table):
        key: Key = (row["grain"], row["period_start"], row["dimension"], row["member"])
        if key in seen:
            yield Difference(table, key, "rows", 1, 2)
        seen.add(key)
        period = ends.get(key[:2])
        if period is None:
            yield Difference(table, key, "rows", 0, 1)
            continue
        for column, there in (
            ("period_end", period.end),
            ("is_complete", period.is_complete),
            ("covered_until", period.closing - timedelta(days=1)),
        ):
            if row[column] != there:
                yield Difference(table, key, column, there, row[column])
        yield from _cells(table, key, company.table.rows.get(key, Figures()), row)
    for key in company.table.rows.keys() - seen:
        yield Difference(table, key, "rows", 1, 0)


def _cells(table: str, key: Key, expected: Figures, row: Mapping[str, Any]) -> Iterator[Difference]:
    has_split = table == "mart_churn_periods"
    for column in COUNTS + (SPLIT_COUNTS if has_split else ()):
        if getattr(expected, column) != row[column]:
            yield Difference(table, key, column, getattr(expected, column), row[column])
    for column in MONEY + (SPLIT_MONEY if has_split else ()):
        there = getattr(expected, column)
        there = money(there) if isinstance(there, Fraction) else there
        if there != cents(row[column]):
            yield Difference(table, key, column, there, cents(row[column]))
    for column in RATES:
        if not _same_rate(getattr(expected, column), row[column]):
            yield Difference(table, key, column, getattr(expected, column), row[column])


def movement_differences(company: Company, marts: Marts) -> Iterator[Difference]:
    """Compare the movements of every customer and day."""
    expected: set[tuple[object, ...]] = {
        (move.customer_id, move.on, move.kind, move.cents, move.before, move.after)
        for move in company.movements
    }
    found: list[tuple[object, ...]] = [
        (
            row["customer_id"],
            row["movement_on"],
            row["movement_type"],
            cents(row["amount"]),
            cents(row["mrr_before"]),
            cents(row["mrr_after"]),
        )
        for row in marts.rows("fct_mrr_movements")
    ]
    assert len(found) == len(set(found)), "a movement stands twice"
    for move in expected - set(found):
        yield Difference("fct_mrr_movements", move, "rows", 1, 0)
    for there in set(found) - expected:
        yield Difference("fct_mrr_movements", there, "rows", 0, 1)


def customer_month_differences(company: Company, marts: Marts) -> Iterator[Difference]:
    """Compare each customer's openings and closings by month."""
    expected = {}
    for period in company.table.periods:
        for life in company.lives.values() if period.grain == "month" else ():
            opening = life.on(date.fromordinal(period.start.toordinal() - 1))
            closing = life.on(date.fromordinal(period.closing.toordinal() - 1))
            if not (opening or closing):
                continue
            came = "reactivated" if life.active_before(period.start) else "new"
            status = ("retained" if closing else "lost") if opening else came
            expected[life.customer_id, period.start] = (opening, closing, status)
    got = {
        (row["customer_id"], row["month"]): (
            cents(row["mrr_opening"]),
            cents(row["mrr_closing"]),
            row["status"],
        )
        for row in marts.rows("fct_customer_months")
    }
    yield from _by_key("fct_customer_months", expected, got)


def cohort_differences(company: Company, marts: Marts) -> Iterator[Difference]:
    """Compare the logo and revenue triangles: every observable age, nothing beyond."""
    expected = {
        key: (cell.cohort_customers, cell.active_customers, cell.cohort_mrr, cell.mrr)
        for key, cell in company.cohorts.items()
    }
    rows = marts.rows("mart_cohorts")
    for kind in ("logo", "revenue"):
        got = {
            (row["cohort_month"], row["age_months"]): (
                row["cohort_customers"],
                row["active_customers"],
                cents(row["cohort_mrr"]),
                cents(row["mrr"]),
            )
            for row in rows
            if row["kind"] == kind
        }
        yield from _by_key(f"mart_cohorts {kind}", expected, got)


def repeat_differences(company: Company, marts: Marts) -> Iterator[Difference]:
    """Compare repeat rates by period and member, and repeat cohorts by window."""
    seen = set()
    counts = ("buyers_to_date", "repeat_buyers_to_date", "buyers", "returning_buyers")
    for row in marts.rows("mart_repeat_rate"):
        key = (row["grain"], row["period_start"], row["dimension"], row["member"])
        seen.add(key)
        if row["dimension"] == "plan":
            continue
        expected = company.repeat_rates.get(key, Buyers())
        for column in counts:
            if getattr(expected, column) != row[column]:
                yield Difference(
                    "mart_repeat_rate", key, column, getattr(expected, column), row[column]
                )
        for column in ("repeat_customer_rate", "returning_rate"):
            if not _same_rate(getattr(expected, column), row[column]):
                yield Difference(
                    "mart_repeat_rate", key, column, getattr(expected, column), row[column]
                )
    for key in company.repeat_rates.keys() - seen:
        yield Difference("mart_repeat_rate", key, "rows", 1, 0)
    got = {
        (row["cohort_month"], row["window_days"]): (row["buyers"], row["repeat_buyers"])
        for row in marts.rows("mart_repeat_cohorts")
    }
    yield from _by_key("mart_repeat_cohorts", dict(company.repeat_cohorts), got)


def _by_key(
    table: str, expected: Mapping[Any, object], got: Mapping[Any, object]
) -> Iterator[Difference]:
    for key in sorted(expected.keys() | got.keys()):
        if expected.get(key) != got.get(key):
            yield Difference(table, key, "*", expected.get(key), got.get(key))


def differences(company: Company, marts: Marts, table: str) -> Iterator[Difference]:
    """Compare one mart with the reference."""
    compare: Mapping[str, Callable[[], Iterator[Difference]]] = {
        "fct_mrr_movements": lambda: movement_differences(company, marts),
        "fct_customer_months": lambda: customer_month_differences(company, marts),
        "mart_revenue_periods": lambda: period_differences(company, marts, table),
        "mart_churn_periods": lambda: period_differences(company, marts, table),
        "mart_cohorts": lambda: cohort_differences(company, marts),
        "mart_repeat_rate": lambda: repeat_differences(company, marts),
    }
    return compare[table]()


def explained(differences: Iterator[Difference], books: Books) -> str:
    """Return the differences as text, shortest histories first, with the rows of the first one; ''
    where none.
    """
    found = list(differences)
    if not found:
        return ""
    histories = sorted({name for name in map(_history, found) if name})
    shown = [one for one in found if histories and _history(one) == histories[0]] or found
    lines = [f"{len(found)} differences in {len(histories)} histories: {', '.join(histories[:20])}"]
    lines += [str(one) for one in shown[:15]]
    if histories:
        lines += [
            str(row)
            for name in (
                "customers",
                "aliases",
                "subscriptions",
                "subscription_items",
                "invoice_lines",
                "orders",
            )
            for row in getattr(books, name)
            if getattr(row, "customer_id", "").startswith(histories[0])
        ]
    return "\n".join(lines)


def _history(difference: Difference) -> str:
    """Return the id of the history (h0000) that a difference names, if it names one."""
    for part in difference.key:
        text = str(part)
        if text[:1] == "h" and text[1:5].isdigit():
            return text[:5]
    return ""
