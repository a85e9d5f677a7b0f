"""What each customer adds to the measures of recurring revenue in a span, in one publication or two.

No metric is computed here; dbt does that. A published number is decomposed again, customer by customer,
from the published movements, attributes and plan days, and the caller checks that the parts add up to it.
The words are those of METRICS.md, section 3. What a purchase adds is in ``purchases``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import duckdb

from dagster_project.numbers.differing import differing_states
from dagster_project.numbers.formulas import FormulasOf, Measures, MetricFormula
from dagster_project.numbers.metric_value import ZERO
from dagster_project.numbers.recurring_sql import spans_sql, states_sql
from dagster_project.period import Period


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
    """A customer at the two ends of a span, and the member of a dimension it is at each."""

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


_AMOUNTS = (
    "customers_opening", "customers_closing", "customers_retained", "customers_lost",
    "customers_new", "customers_reactivated", "upgrades", "downgrades", "mrr_opening", "mrr_new",
    "mrr_reactivation", "mrr_expansion", "mrr_contraction", "mrr_churn", "mrr_closing", "fx",
    "transfer_in", "transfer_out", "customers_lost_voluntary", "customers_lost_involuntary",
    "mrr_churn_voluntary", "mrr_churn_involuntary",
)  # fmt: skip
_MEASURES = (*_AMOUNTS, "mrr_kept", "mrr_kept_at_most")
RECURRING_FORMULAS: Mapping[str, MetricFormula] = FormulasOf("fct_mrr_movements", _MEASURES)


def span_of(metric: str, period: Period, until: date) -> Span:
    """Return the days a metric compares; a running period ends with the last day covered."""
    closing = min(period.end, until + timedelta(days=1))
    parts = RECURRING_FORMULAS.get(metric)
    if parts is not None and parts.trailing_year:
        return Span(_year_earlier(closing), closing)
    return Span(period.start, closing, period.grain)


def _year_earlier(day: date) -> date:
    """Return the same day a year earlier; 28 February for the 29th, as SQL has it."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def measures_of(state: CustomerState) -> Measures:
    """Return what one customer adds to each figure of one segment.

    A retained customer who changes segment leaves the one with its closing MRR and enters the other
    with it; everything before that belongs to the segment of the opening.
    """
    measures = dict.fromkeys(_MEASURES, ZERO)
    moves = state.in_opening != state.in_closing
    opening, closing = state.opening, state.closing
    if state.status is None:
        return measures
    if state.in_closing and (moves or closing > 0):
        measures["customers_closing"] = Decimal(closing > 0)
        measures["mrr_closing"] = closing
    if moves:
        measures["transfer_in" if state.in_closing else "transfer_out"] = closing
    if not state.in_opening:
        return measures
    measures["customers_opening"] = Decimal(opening > 0)
    measures["mrr_opening"] = opening
    measures["fx"] = state.fx
    measures[f"customers_{state.status}"] = Decimal(1)
    match state.status:
        case "new":
            measures["mrr_new"] = closing
        case "reactivated":
            measures["mrr_reactivation"] = closing
        case "lost":
            measures["mrr_churn"] = opening
            if state.is_involuntary is not None:
                kind = "involuntary" if state.is_involuntary else "voluntary"
                measures[f"customers_lost_{kind}"] = Decimal(1)
                measures[f"mrr_churn_{kind}"] = opening
        case "retained":
            real = closing - state.fx
            measures["upgrades"] = Decimal(state.is_counted and real > opening)
            measures["downgrades"] = Decimal(state.is_counted and real < opening)
            measures["mrr_expansion"] = max(real - opening, ZERO)
            measures["mrr_contraction"] = max(opening - real, ZERO)
            measures["mrr_kept"] = real
            measures["mrr_kept_at_most"] = min(opening, real)
    return measures


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
        from ({spans_sql(con, database, dimension)})
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
    differing = differing_states(
        con,
        states_sql(con, "earlier", dimension),
        states_sql(con, "later", dimension),
        _STATE,
        {
            "member": member,
            **_span_parameters("earlier", before),
            **_span_parameters("later", after),
        },
    )
    return [
        CustomerPair(customer, _state(was), _state(became)) for customer, was, became in differing
    ]


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
