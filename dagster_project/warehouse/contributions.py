"""What each customer adds to numerator and denominator of a period figure, in one publication or two.

No metric is computed here; dbt does that. This takes a figure that dbt published apart again,
customer by customer, from the published movements, attributes and plan days, and the caller checks
that the parts add up to it. The words are those of METRICS.md, section 3. What a purchase adds to
a figure is in ``purchase_contributions``.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

import duckdb

from dagster_project.metrics import CATALOGUE, Metric
from dagster_project.warehouse.connection import quote_identifier
from dagster_project.warehouse.metric_question import Period

ZERO = Decimal(0)


@dataclass(frozen=True)
class CustomerState:
    """A customer at the two ends of a period, seen from one segment.

    :ivar opening, closing: MRR in the reporting currency.
    :ivar fx: what exchange rates did to it in between, for customers active at both ends.
    :ivar status: ``new``, ``reactivated``, ``retained``, ``lost``; None when active at neither end.
    :ivar in_opening, in_closing: whether the segment is the customer's at that end.
    :ivar is_involuntary: of a lost customer, whether payment failed; None where it is not published.
    :ivar is_counted: whether a change of MRR is an upgrade or a downgrade, by its causes.
    """

    opening: Decimal
    closing: Decimal
    fx: Decimal
    status: str | None
    in_opening: bool
    in_closing: bool
    is_involuntary: bool | None = None
    is_counted: bool = True


@dataclass(frozen=True)
class CustomerSpan:
    """A customer at the two ends of a span, and the member of a dimension he is at each."""

    customer_id: str
    member_opening: str
    member_closing: str
    opening: Decimal
    closing: Decimal
    fx: Decimal
    status: str
    is_involuntary: bool | None
    reason: str | None
    is_counted: bool = True

    def seen_from(self, member: str) -> CustomerState:
        """Return the state as one member of the dimension counts it."""
        return CustomerState(
            self.opening,
            self.closing,
            self.fx,
            self.status,
            self.member_opening == member,
            self.member_closing == member,
            self.is_involuntary,
            self.is_counted,
        )


@dataclass(frozen=True)
class CustomerPair:
    """A customer whose state differs between two publications."""

    customer_id: str
    before: CustomerState
    after: CustomerState


@dataclass(frozen=True)
class Span:
    """From the end of the day before ``opening_on`` to the end of the day before ``closing_on``.

    :ivar grain: month, quarter or year; None for the twelve months up to a closing.
    """

    opening_on: date
    closing_on: date
    grain: str | None = None


Figures = Mapping[str, Decimal]
_Part = Callable[[Figures], Decimal]


@dataclass(frozen=True)
class MetricParts:
    """How a metric is made of figures.

    :ivar denominator: None for an amount, whose value is its numerator.
    :ivar trailing_year: compared is with twelve months earlier.
    :ivar in_cents: the value is rounded to the cent.
    """

    numerator: _Part
    denominator: _Part | None = None
    trailing_year: bool = False
    in_cents: bool = False

    def of(self, figures: Figures) -> dict[str, Decimal]:
        """Return what a customer with these figures adds: ``numerator`` and, of a rate, ``denominator``."""
        found = {"numerator": self.numerator(figures)}
        if self.denominator is not None:
            found["denominator"] = self.denominator(figures)
        return found


_AMOUNTS = (
    "customers_opening", "customers_closing", "customers_retained", "customers_lost",
    "customers_new", "customers_reactivated", "upgrades", "downgrades", "mrr_opening", "mrr_new",
    "mrr_reactivation", "mrr_expansion", "mrr_contraction", "mrr_churn", "mrr_closing", "fx",
    "transfer_in", "transfer_out", "customers_lost_voluntary", "customers_lost_involuntary",
    "mrr_churn_voluntary", "mrr_churn_involuntary",
)  # fmt: skip
_FIGURES = (*_AMOUNTS, "mrr_kept", "mrr_kept_at_most")
# A column that compares with twelve months earlier is the figure of its name over that span.
_TRAILING = "_12m"
_TERM = re.compile(r"([+-]?)\s*(?:(\d+)\s*\*\s*)?([a-z]\w*)")


class MadeOf(Mapping[str, MetricParts]):
    """The metrics of the catalogue that are sums of known figures, by name; read when first asked for."""

    def __init__(self, rows: str, figures: Sequence[str]) -> None:
        """Take the metrics of one table of rows.

        :param rows: the table they are taken apart into.
        :param figures: what is known of each customer.
        """
        self._rows, self._figures = rows, frozenset(figures)

    @cached_property
    def _parts(self) -> dict[str, MetricParts]:
        return made_of(CATALOGUE, self._rows, self._figures)

    def __getitem__(self, name: str) -> MetricParts:
        return self._parts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._parts)

    def __len__(self) -> int:
        return len(self._parts)


def made_of(
    metrics: Mapping[str, Metric], rows: str, figures: Collection[str]
) -> dict[str, MetricParts]:
    """Return how the metrics are made that are sums of these figures, or rates of such."""
    found = {}
    for name, metric in metrics.items():
        if metric.rows != rows:
            continue
        above, below = _terms(metric.numerator), _terms(metric.denominator)
        if {term.figure for term in (*above, *below)} <= set(figures):
            found[name] = MetricParts(
                _weighted(above),
                _weighted(below) if below else None,
                trailing_year=any(term.is_trailing for term in above),
                in_cents=metric.rounded == "cents",
            )
    return found


@dataclass(frozen=True)
class _Term:
    """One of the columns that are summed, and how often it counts; of twelve months where ``is_trailing``."""

    figure: str
    factor: Decimal
    is_trailing: bool


def _terms(total: str) -> tuple[_Term, ...]:
    """Return what is summed: ``a + b - c`` is three, ``12 * a`` is one; none where a word is no such term."""
    found = []
    for sign, factor, column in _TERM.findall(total):
        trailing = column.endswith(_TRAILING)
        weight = Decimal(factor or 1) * (-1 if sign == "-" else 1)
        found.append(_Term(column.removesuffix(_TRAILING), weight, trailing))
    return tuple(found)


def _weighted(terms: Sequence[_Term]) -> _Part:
    """Return how a customer's part is made: the sum of these figures of theirs."""
    return lambda figures: sum((term.factor * figures[term.figure] for term in terms), ZERO)


PARTS: Mapping[str, MetricParts] = MadeOf("fct_mrr_movements", _FIGURES)


def span_of(metric: str, period: Period, until: date) -> Span:
    """Return the days a metric compares; a running period ends with the last day covered."""
    closing = min(period.end, until + timedelta(days=1))
    parts = PARTS.get(metric)
    if parts is not None and parts.trailing_year:
        return Span(_year_earlier(closing), closing)
    return Span(period.start, closing, period.grain)


def _year_earlier(day: date) -> date:
    """Return the same day a year earlier; 28 February for the 29th, as SQL has it."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def figures_of(state: CustomerState) -> Figures:
    """Return what one customer adds to each figure of one segment.

    A retained customer who changes segment leaves the one with his closing MRR and enters the other
    with it; everything before that belongs to the segment of the opening.
    """
    figures = dict.fromkeys(_FIGURES, ZERO)
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
            if state.is_involuntary is not None:
                kind = "involuntary" if state.is_involuntary else "voluntary"
                figures[f"customers_lost_{kind}"] = Decimal(1)
                figures[f"mrr_churn_{kind}"] = opening
        case "retained":
            real = closing - state.fx
            figures["upgrades"] = Decimal(state.is_counted and real > opening)
            figures["downgrades"] = Decimal(state.is_counted and real < opening)
            figures["mrr_expansion"] = max(real - opening, ZERO)
            figures["mrr_contraction"] = max(opening - real, ZERO)
            figures["mrr_kept"] = real
            figures["mrr_kept_at_most"] = min(opening, real)
    return figures


def customer_spans(
    con: duckdb.DuckDBPyConnection, database: str, span: Span, *, dimension: str
) -> list[CustomerSpan]:
    """Return every customer active at one end of a span, in order of id.

    :param database: the name a publication is attached under; SQL, never a value from outside.
    :param dimension: any dimension; the caller picks the member with ``seen_from``.
    """
    rows = con.execute(
        f"""
        select
            customer_id, member_opening, member_closing, opening, closing, fx, status,
            is_involuntary, reason, is_counted
        from ({_spans_sql(con, database, dimension)})
        order by customer_id
        """,  # noqa: S608
        _span_parameters(database, span),
    ).fetchall()
    return [CustomerSpan(*row) for row in rows]


_STATE = (
    "opening", "closing", "fx", "status", "in_opening", "in_closing", "is_involuntary", "is_counted",
)  # fmt: skip


def differing_customers(
    con: duckdb.DuckDBPyConnection, before: Span, after: Span, *, dimension: str, member: str
) -> list[CustomerPair]:
    """Return the customers whose state differs, in order of id.

    :param con: a connection with the two publications attached as ``earlier`` and ``later``.
    :param before, after: the span in each; a running period ends where its publication ends.
    """
    rows = con.execute(
        f"""
        with
        b as ({_states_sql(con, "earlier", dimension)}),
        a as ({_states_sql(con, "later", dimension)})
        select
            customer_id,
            {", ".join(f"b.{name}" for name in _STATE)}, {", ".join(f"a.{name}" for name in _STATE)}
        from b full join a using (customer_id)
        where {" or ".join(f"b.{name} is distinct from a.{name}" for name in _STATE)}
        order by customer_id
        """,  # noqa: S608
        {
            "member": member,
            **_span_parameters("earlier", before),
            **_span_parameters("later", after),
        },
    ).fetchall()
    end = 1 + len(_STATE)
    return [CustomerPair(row[0], _state(row[1:end]), _state(row[end:])) for row in rows]


def _state(values: tuple[object, ...]) -> CustomerState:
    if values[3] is None:
        return CustomerState(ZERO, ZERO, ZERO, None, False, False)
    return CustomerState(*values)  # type: ignore[arg-type]


def _span_parameters(database: str, span: Span) -> dict[str, object]:
    return {
        f"{database}_opening": span.opening_on,
        f"{database}_closing": span.closing_on,
        f"{database}_grain": span.grain,
    }


def _states_sql(con: duckdb.DuckDBPyConnection, database: str, dimension: str) -> str:
    """Return SQL for the states of all customers of a publication, those of ``$member`` only."""
    return f"""
        select
            customer_id, opening, closing, fx, status, is_involuntary, is_counted,
            member_opening = $member as in_opening,
            member_closing = $member as in_closing
        from ({_spans_sql(con, database, dimension)})
        where member_opening = $member or member_closing = $member
    """  # noqa: S608


def _spans_sql(con: duckdb.DuckDBPyConnection, database: str, dimension: str) -> str:
    """Return SQL for all customers of a publication active at one end of the span."""
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
                ) as moved_by_rates,
                min(movement_on) filter (movement_type = 'new') as first_active_on
            from {database}.marts.fct_mrr_movements
            group by customer_id
            having opening > 0 or closing > 0
        ),

        membership as ({_membership_sql(con, database, dimension)}),

        rates as ({_rates_sql(con, database)}),

        lost as ({_lost_sql(con, database)}),

        causes as ({_causes_sql(con, database)})

        select
            customer_id, opening, closing,
            case when opening > 0 and closing > 0 then coalesce(rates.fx, 0) else 0 end as fx,
            case
                when opening > 0 and closing > 0 then 'retained'
                when opening > 0 then 'lost'
                when first_active_on < ${database}_opening then 'reactivated'
                else 'new'
            end as status,
            member_opening,
            member_closing,
            lost.is_involuntary,
            lost.reason,
            coalesce(causes.is_counted, true) as is_counted
        from worth
        inner join membership using (customer_id)
        left join rates using (customer_id)
        left join lost using (customer_id)
        left join causes using (customer_id)
    """  # noqa: S608


def _membership_sql(con: duckdb.DuckDBPyConnection, database: str, dimension: str) -> str:
    """Return SQL for the member of the dimension that each customer is at both ends."""
    if dimension == "plan":
        return f"""
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
    if dimension == "all":
        return "select customer_id, 'all' as member_opening, 'all' as member_closing from worth"
    return f"""
        select
            customer_id,
            coalesce({attribute_sql(con, database, dimension)}, '(none)') as member_opening,
            member_opening as member_closing
        from worth left join {database}.marts.dim_customers using (customer_id)
    """  # noqa: S608


def attribute_sql(con: duckdb.DuckDBPyConnection, database: str, dimension: str) -> str:
    """Return SQL for an attribute of ``dim_customers``; null where the publication has none such."""
    if has_column(con, database, "dim_customers", dimension):
        return quote_identifier(dimension)
    return "null"


def _rates_sql(con: duckdb.DuckDBPyConnection, database: str) -> str:
    """Return SQL for what exchange rates did; older publications have only the movements to say it."""
    if not has_column(con, database, "fct_span_fx", "fx"):
        return "select customer_id, moved_by_rates as fx from worth"
    return f"""
        select customer_id, fx from {database}.marts.fct_span_fx
        where opening_on = ${database}_opening and closing_on = ${database}_closing
    """  # noqa: S608


def _causes_sql(con: duckdb.DuckDBPyConnection, database: str) -> str:
    """Return SQL for who counts as an upgrade or a downgrade; in older publications everybody did."""
    if not has_column(con, database, "fct_span_causes", "is_counted"):
        return "select customer_id, true as is_counted from worth"
    return f"""
        select distinct customer_id, is_counted from {database}.marts.fct_span_causes
        where opening_on = ${database}_opening and closing_on = ${database}_closing
    """  # noqa: S608


def _lost_sql(con: duckdb.DuckDBPyConnection, database: str) -> str:
    """Return SQL for the reasons of lost customers; older publications do not have them."""
    columns = "customer_id, is_involuntary, reason"
    if not has_column(con, database, "fct_lost_customers", "is_involuntary"):
        return f"""
            select customer_id, null::boolean as is_involuntary, null::varchar as reason
            from worth where ${database}_grain::varchar is null and false
        """  # noqa: S608
    return f"""
        select {columns} from {database}.marts.fct_lost_customers
        where grain = ${database}_grain and period_start = ${database}_opening
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


def has_column(con: duckdb.DuckDBPyConnection, database: str, mart: str, column: str) -> bool:
    """Tell whether a publication has a column; those that older code made have fewer."""
    row = con.execute(
        """
        select count(*) from duckdb_columns()
        where
            database_name = ? and schema_name = 'marts' and table_name = ? and column_name = ?
        """,
        [database, mart, column],
    ).fetchone()
    return bool(row and row[0])
