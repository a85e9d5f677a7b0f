"""What to do: the lists of ``ebbline export``, their first rows, and what is at stake on each."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb

from dagster_project.config import DIMENSIONS
from dagster_project.errors import EbblineError
from dagster_project.lists import CustomerList, customer_list
from dagster_project.metrics import Unit
from dagster_project.plural import counted
from dagster_project.report.periods import ALL, Key, Segment
from dagster_project.report.tables import Cell, Table
from dagster_project.report.wording import NONE, exact
from dagster_project.warehouse.introspection import columns_of
from dagster_project.warehouse.quoting import quote_identifier

ROWS_SHOWN = 6


@dataclass(frozen=True)
class _Shown:
    """How a list of ``ebbline export`` stands on the page.

    :ivar columns: heading by column, in order, after the customer.
    :ivar money: the column whose sum is at stake, and what it is called.
    :ivar of_a_shop: whether it speaks to a business without MRR alone.
    :ivar first: the reason whose customers come first, and after them the largest; empty for the list's own order.
    """

    title: str
    columns: Mapping[str, str]
    money: tuple[str, str]
    first: str = ""
    of_a_shop: bool = False


_SHOWN = {
    "risk": _Shown(
        "About to leave",
        {"mrr_at_stake": "MRR", "score": "Score", "reason": "Why", "next_step": "Next step"},
        ("mrr_at_stake", "MRR at stake"),
    ),
    "lost": _Shown(
        "Lost in the newest month",
        {"mrr_lost": "MRR lost", "reason": "Reason", "next_step": "Next step"},
        ("mrr_lost", "MRR lost"),
    ),
    "win-back": _Shown(
        "To win back",
        {
            "mrr_lost": "MRR lost",
            "lost_on": "Lost on",
            "reason": "Reason",
            "next_step": "Next step",
        },
        ("mrr_lost", "MRR lost"),
    ),
    "most-valuable": _Shown(
        "Most valuable",
        {"mrr": "MRR", "share_of_mrr": "Share", "risk_score": "Risk", "next_step": "Next step"},
        ("mrr", "MRR"),
    ),
    "unanswered": _Shown(
        "Waiting for an answer",
        {
            "days_unanswered": "Days",
            "mrr_at_stake": "MRR",
            "reason": "What",
            "next_step": "Next step",
        },
        ("mrr_at_stake", "MRR"),
    ),
    "renewals": _Shown(
        "Renewals ahead, and who has asked to cancel",
        {"renews_on": "On", "mrr": "MRR", "reason": "What", "next_step": "Next step"},
        ("mrr", "MRR"),
        first="has asked to cancel",
    ),
    "quiet-buyers": _Shown(
        "Buyers gone quiet",
        {
            "amount_to_date": "Bought for",
            "last_bought_on": "Last on",
            "reason": "Why",
            "next_step": "Next step",
        },
        ("amount_to_date", "bought to date"),
        of_a_shop=True,
    ),
    "best-buyers": _Shown(
        "Best buyers",
        {
            "amount_of_year": "This year",
            "share_of_amount": "Share",
            "last_bought_on": "Last on",
            "next_step": "Next step",
        },
        ("amount_of_year", "bought in a year"),
        of_a_shop=True,
    ),
    "seasonal": _Shown(
        "Bought in this season last year, not yet this year",
        {
            "amount_last_year": "Bought for",
            "last_bought_on": "Last on",
            "reason": "Why",
            "next_step": "Next step",
        },
        ("amount_last_year", "bought last year"),
    ),
}
_SHARES = {"share_of_mrr", "share_of_amount"}
_WHOLE = {"days_unanswered"}
_TENTHS = {"score", "risk_score"}


@dataclass(frozen=True)
class WorkList:
    """The first rows of a list.

    :ivar summary: how many customers are on it and what is at stake.
    :ivar of: the same for each segment that the filter knows, in its order; None where nobody of it is on the list.
    """

    name: str
    title: str
    summary: str
    explanation: str
    table: Table
    of: tuple["Excerpt | None", ...] = ()

    def embedded(self) -> list[list[Any] | None]:
        """Return the list by segment as JSON values for the filter of the page: what is at stake, and the rows."""
        return [
            None
            if one is None
            else [one.summary, [[cell.text for cell in row] for row in one.rows]]
            for one in self.of
        ]


@dataclass(frozen=True)
class Excerpt:
    """The first rows of a list, of a segment or of everybody."""

    summary: str
    rows: tuple[tuple[Cell, ...], ...]


def read_work(
    con: duckdb.DuckDBPyConnection, currency: str, segments: Sequence[Segment], *, is_shop: bool
) -> tuple[WorkList, ...]:
    """Read the lists that have somebody on them; a publication without a list's marts has none.

    :param segments: those of the page's filter.
    :param is_shop: whether the business has no MRR.
    """
    found = []
    members = _members(con)
    for name, shown in _SHOWN.items():
        if shown.of_a_shop and not is_shop:
            continue
        try:
            listed = customer_list(con, name)
        except EbblineError:  # a publication made before there was this list
            continue
        if listed.rows:
            found.append(_as_shown(listed, shown, currency, segments, members))
    return tuple(found)


def _members(con: duckdb.DuckDBPyConnection) -> dict[str, set[Key]]:
    """Return the segments that each customer belongs to now; the plan is the last one."""
    known = columns_of(con, "marts", "dim_customers")
    dimensions = [name for name in DIMENSIONS if name in known]
    members: dict[str, set[Key]] = {}
    if dimensions:
        rows = con.execute(
            f"select customer_id, {', '.join(map(quote_identifier, dimensions))} from dim_customers"  # noqa: S608
        ).fetchall()
        for customer, *values in rows:
            members[customer] = {
                (name, value if value is not None else "(none)")
                for name, value in zip(dimensions, values, strict=True)
            }
    if columns_of(con, "marts", "customer_plan_days"):
        plans = con.execute(
            "select customer_id, arg_max(plan_id, valid_from) from customer_plan_days group by customer_id"
        ).fetchall()
        for customer, plan in plans:
            members.setdefault(customer, set()).add(("plan", plan))
    return members


def _as_shown(
    listed: CustomerList,
    shown: _Shown,
    currency: str,
    segments: Sequence[Segment],
    members: Mapping[str, set[Key]],
) -> WorkList:
    customer = listed.columns.index("customer_id")
    rows_of: dict[Key, list[Sequence[Any]]] = defaultdict(list)
    for row in _in_order(listed, shown):
        for key in (ALL, *members.get(row[customer], ())):
            rows_of[key].append(row)
    wanted = [segment.key for segment in segments]
    excerpts = {
        key: _excerpt(listed, rows_of[key], shown, currency)
        for key in {ALL, *wanted}
        if key in rows_of
    }
    whole = excerpts[ALL]
    head = (
        Cell("Customer", "text"),
        *(Cell(name, _kind(key)) for key, name in shown.columns.items()),
    )
    return WorkList(
        listed.name,
        shown.title,
        whole.summary,
        listed.title,
        Table(head, whole.rows, source=f"work:{listed.name}"),
        tuple(map(excerpts.get, wanted)),
    )


def _excerpt(
    listed: CustomerList, listed_rows: Sequence[Sequence[Any]], shown: _Shown, currency: str
) -> Excerpt:
    place = {column: index for index, column in enumerate(listed.columns)}
    column, said = shown.money
    total = sum((row[place[column]] or Decimal(0) for row in listed_rows), Decimal(0))
    customers = len({row[place["customer_id"]] for row in listed_rows})
    rows = tuple(
        (
            _customer(row, place),
            *(
                Cell(_written(column, row[place[column]]), _kind(column))
                for column in shown.columns
            ),
        )
        for row in listed_rows[:ROWS_SHOWN]
    )
    summary = (
        f"{counted(customers, 'customer')}, {exact(float(total), Unit.MONEY)} {currency} {said}"
    )
    return Excerpt(summary.strip(), rows)


def _in_order(listed: CustomerList, shown: _Shown) -> Sequence[Sequence[Any]]:
    if not shown.first:
        return listed.rows
    reason, money = listed.columns.index("reason"), listed.columns.index(shown.money[0])
    return sorted(
        listed.rows, key=lambda row: (row[reason] != shown.first, -(row[money] or Decimal(0)))
    )


def _customer(row: Sequence[Any], place: Mapping[str, int]) -> Cell:
    """Return who it is: the name where the publication holds it, else the id; the owner beside it."""
    known = [row[place[column]] for column in ("name", "account_owner") if row[place[column]]]
    return Cell(" · ".join(str(part) for part in known) or str(row[place["customer_id"]]), "text")


def _kind(column: str) -> str:
    return "text" if column in ("reason", "next_step") else "number"


def _written(column: str, value: Any) -> str:
    if value is None:
        return NONE
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return value
    if column in _SHARES:
        return f"{float(value) * 100:.1f} %"
    if column in _WHOLE:
        return f"{value:,.0f}"
    if column in _TENTHS:
        return f"{float(value):.0f}"
    return exact(float(value), Unit.MONEY)
