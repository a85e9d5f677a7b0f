"""What each customer adds to numerator and denominator of a period figure, in two publications.

No metric is computed here; dbt does that. This takes a figure that dbt published apart again,
customer by customer, from the published movements, attributes and plan days, and the caller checks
that the parts add up to it. The words are those of METRICS.md, section 3.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import duckdb

from dagster_project.warehouse.connection import quote_identifier

ZERO = Decimal(0)


@dataclass(frozen=True)
class CustomerState:
    """A customer at the two ends of a period, seen from one segment.

    :ivar opening, closing: MRR in the reporting currency.
    :ivar fx: what exchange rates did to it in between, for customers active at both ends.
    :ivar status: ``new``, ``reactivated``, ``retained``, ``lost``; None when active at neither end.
    :ivar in_opening, in_closing: whether the segment is the customer's at that end.
    """

    opening: Decimal
    closing: Decimal
    fx: Decimal
    status: str | None
    in_opening: bool
    in_closing: bool


@dataclass(frozen=True)
class CustomerPair:
    """A customer whose state differs between two publications."""

    customer_id: str
    before: CustomerState
    after: CustomerState


@dataclass(frozen=True)
class Span:
    """From the end of the day before ``opening_on`` to the end of the day before ``closing_on``."""

    opening_on: date
    closing_on: date


Figures = Mapping[str, Decimal]
_Part = Callable[[Figures], Decimal]


@dataclass(frozen=True)
class MetricParts:
    """How a metric is made of figures; ``trailing_year`` compares with twelve months earlier."""

    numerator: _Part
    denominator: _Part | None = None
    trailing_year: bool = False


def _figure(*names: str) -> _Part:
    return lambda figures: sum((figures[name] for name in names), ZERO)


_AMOUNTS = (
    "customers_opening", "customers_closing", "customers_retained", "customers_lost",
    "customers_new", "customers_reactivated", "upgrades", "downgrades", "mrr_opening", "mrr_new",
    "mrr_reactivation", "mrr_expansion", "mrr_contraction", "mrr_churn", "mrr_closing", "fx",
    "transfer_in", "transfer_out",
)  # fmt: skip
PARTS: dict[str, MetricParts] = {
    **{name: MetricParts(_figure(name)) for name in _AMOUNTS},
    "churn_rate": MetricParts(_figure("customers_lost"), _figure("customers_opening")),
    "retention_rate": MetricParts(_figure("customers_retained"), _figure("customers_opening")),
    "mrr_churn_rate": MetricParts(_figure("mrr_churn"), _figure("mrr_opening")),
    "ndr": MetricParts(_figure("mrr_kept"), _figure("mrr_opening")),
    "grr": MetricParts(_figure("mrr_kept_at_most"), _figure("mrr_opening")),
    "ndr_12m": MetricParts(_figure("mrr_kept"), _figure("mrr_opening"), trailing_year=True),
    "grr_12m": MetricParts(_figure("mrr_kept_at_most"), _figure("mrr_opening"), trailing_year=True),
    "quick_ratio": MetricParts(
        _figure("mrr_new", "mrr_reactivation", "mrr_expansion"),
        _figure("mrr_contraction", "mrr_churn"),
    ),
    "arpa": MetricParts(_figure("mrr_closing"), _figure("customers_closing")),
}


def figures_of(state: CustomerState) -> Figures:
    """Return what one customer adds to each figure of one segment.

    A retained customer who changes segment leaves the one with his closing MRR and enters the other
    with it; everything before that belongs to the segment of the opening.
    """
    figures = dict.fromkeys([*_AMOUNTS, "mrr_kept", "mrr_kept_at_most"], ZERO)
    moves = state.in_opening != state.in_closing
    opening, closing = state.opening, state.closing
    if state.status is None:
        return figures
    if state.in_closing and (moves or closing > 0):
        figures["customers_closing"] = Decimal(closing > 0)
        figures["mrr_closing"] = closing
    if moves:
        figures["transfer_in" if state.in_closing else "transfer_out"] = closing
    if not state.in_opening:
        return figures
    figures["customers_opening"] = Decimal(opening > 0)
    figures["mrr_opening"] = opening
    figures["fx"] = state.fx
    figures[f"customers_{state.status}"] = Decimal(1)
    match state.status:
        case "new":
            figures["mrr_new"] = closing
        case "reactivated":
            figures["mrr_reactivation"] = closing
        case "lost":
            figures["mrr_churn"] = opening
        case "retained":
            real = closing - state.fx
            figures["upgrades"] = Decimal(real > opening)
            figures["downgrades"] = Decimal(real < opening)
            figures["mrr_expansion"] = max(real - opening, ZERO)
            figures["mrr_contraction"] = max(opening - real, ZERO)
            figures["mrr_kept"] = real
            figures["mrr_kept_at_most"] = min(opening, real)
    return figures


def differing_customers(
    con: duckdb.DuckDBPyConnection, before: Span, after: Span, *, dimension: str, member: str
) -> list[CustomerPair]:
    """Return the customers whose state differs, in order of id.

    :param con: a connection with the two publications attached as ``earlier`` and ``later``.
    :param before, after: the span in each; a running period ends where its publication ends.
    """
    columns = "opening, closing, fx, status, in_opening, in_closing"
    names = columns.split(", ")
    rows = con.execute(
        f"""
        with
        b as ({_states_sql(con, "earlier", dimension)}),
        a as ({_states_sql(con, "later", dimension)})
        select
            customer_id,
            {", ".join(f"b.{name}" for name in names)}, {", ".join(f"a.{name}" for name in names)}
        from b full join a using (customer_id)
        where {" or ".join(f"b.{name} is distinct from a.{name}" for name in names)}
        order by customer_id
        """,  # noqa: S608
        {
            "member": member,
            "earlier_opening": before.opening_on,
            "earlier_closing": before.closing_on,
            "later_opening": after.opening_on,
            "later_closing": after.closing_on,
        },
    ).fetchall()
    return [CustomerPair(row[0], _state(row[1:7]), _state(row[7:13])) for row in rows]


def _state(values: tuple[object, ...]) -> CustomerState:
    if values[3] is None:
        return CustomerState(ZERO, ZERO, ZERO, None, False, False)
    return CustomerState(*values)  # type: ignore[arg-type]


def _states_sql(con: duckdb.DuckDBPyConnection, database: str, dimension: str) -> str:
    """Return SQL for the states of all customers of a publication, those of the segment only."""
    if dimension == "plan":
        membership = f"""
            select
                customer_id,
                coalesce(opening_plan, closing_plan) as member_opening,
                coalesce(closing_plan, opening_plan) as member_closing
            from (
                select
                    customer_id,
                    {_plan_on(database, "opening")} as opening_plan,
                    {_plan_on(database, "closing")} as closing_plan
                from worth
            )
        """  # noqa: S608
    elif dimension == "all":
        membership = (
            "select customer_id, 'all' as member_opening, 'all' as member_closing from worth"
        )
    else:
        column = quote_identifier(dimension) if _has_attribute(con, database, dimension) else "null"
        membership = f"""
            select
                customer_id, coalesce({column}, '(none)') as member_opening,
                member_opening as member_closing
            from worth left join {database}.marts.dim_customers using (customer_id)
        """  # noqa: S608
    return f"""
        with

        worth as (
            select
                customer_id,
                coalesce(sum(amount) filter (movement_on < ${database}_opening), 0) as opening,
                coalesce(sum(amount) filter (movement_on < ${database}_closing), 0) as closing,
                coalesce(
                    sum(amount) filter (
                        movement_type = 'fx'
                        and movement_on >= ${database}_opening
                        and movement_on < ${database}_closing
                    ), 0
                ) as rates,
                min(movement_on) filter (movement_type = 'new') as first_active_on
            from {database}.marts.fct_mrr_movements
            group by customer_id
            having opening > 0 or closing > 0
        ),

        membership as ({membership})

        select
            customer_id, opening, closing,
            case when opening > 0 and closing > 0 then rates else 0 end as fx,
            case
                when opening > 0 and closing > 0 then 'retained'
                when opening > 0 then 'lost'
                when first_active_on < ${database}_opening then 'reactivated'
                else 'new'
            end as status,
            member_opening = $member as in_opening,
            member_closing = $member as in_closing
        from worth inner join membership using (customer_id)
        where member_opening = $member or member_closing = $member
    """  # noqa: S608


def _plan_on(database: str, end: str) -> str:
    """Return SQL for a customer's plan at the end of the day before ``opening`` or ``closing``."""
    return f"""
        case when worth.{end} > 0 then coalesce((
            select any_value(plan_days.plan_id)
            from {database}.marts.customer_plan_days as plan_days
            where
                plan_days.customer_id = worth.customer_id
                and plan_days.valid_from < ${database}_{end}
                and coalesce(plan_days.valid_to, date '9999-12-31') >= ${database}_{end}
        ), '(none)') end
    """  # noqa: S608


def _has_attribute(con: duckdb.DuckDBPyConnection, database: str, dimension: str) -> bool:
    row = con.execute(
        """
        select count(*) from duckdb_columns()
        where
            database_name = ? and schema_name = 'marts' and table_name = 'dim_customers'
            and column_name = ?
        """,
        [database, dimension],
    ).fetchone()
    return bool(row and row[0])
