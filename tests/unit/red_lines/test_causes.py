"""Which red lines are one message, and which of them leads."""

from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from dagster_project.period import Period
from dagster_project.red_lines.causes import Caused, by_cause, share_of
from dagster_project.red_lines.evaluation import RedLineStatus, Segment
from dagster_project.red_lines.impact import impact_of, losses_of
from dagster_project.red_lines.rules import Rule
from dagster_project.red_lines.segment_members import parts_of

MARCH = Period("month", date(2026, 3, 1))
WHOLE, DE, FR = Segment(), Segment("country", "DE"), Segment("country", "FR")


def crossed(
    segment: Segment = WHOLE,
    *,
    lost: str = "",
    opening: int = 1000,
    severity: str = "warning",
    metric: str = "churn_rate",
    period: Period = MARCH,
) -> Caused:
    """A crossed line; ``lost`` names customers, each of whom paid 10."""
    rule = Rule.model_validate(
        {"name": "x", "description": "x", "metric": metric, "when": "at_least", "line": 0}
    )
    status = RedLineStatus(rule, period, segment, 1.0, 0.0, True, True, 1, "", True)
    return Caused(status, severity, dict.fromkeys(lost, Decimal(10)), Decimal(opening))


@pytest.mark.parametrize(
    ("lines", "groups"),
    [
        ([crossed(lost="abc"), crossed(metric="ltv", lost="abc")], [[0, 1]]),
        # Other customers are another cause, though the month is the same.
        ([crossed(DE, lost="ab"), crossed(FR, lost="cd")], [[0], [1]]),
        # The whole has all of them: one message.
        ([crossed(lost="abcd"), crossed(DE, lost="ab"), crossed(FR, lost="cd")], [[0, 1, 2]]),
        # Half of what the lesser lost is enough, less is not.
        ([crossed(DE, lost="abcd"), crossed(FR, lost="cdxy")], [[0, 1]]),
        ([crossed(DE, lost="abcd"), crossed(FR, lost="dxyz")], [[0], [1]]),
        # Another month or another subject.
        ([crossed(lost="a"), crossed(lost="a", period=MARCH.before)], [[0], [1]]),
        ([crossed(lost="a"), crossed(metric="downgrades")], [[0], [1]]),
        ([crossed(metric="csat"), crossed(DE, metric="csat")], [[0, 1]]),
        # Where nobody says who was lost, only the whole has everybody.
        ([crossed(), crossed(DE)], [[0, 1]]),
        ([crossed(DE), crossed(FR)], [[0], [1]]),
    ],
)
def test_red_lines_of_the_same_customers_are_one_cause(
    lines: list[Caused], groups: list[list[int]]
) -> None:
    assert by_cause(lines) == groups


@pytest.mark.parametrize(
    ("lines", "leads"),
    [
        # Germany lost nine of the ten and has a third of the MRR: it explains the whole.
        ([crossed(lost="abcdefghij"), crossed(DE, lost="abcdefghi", opening=333)], 1),
        # It lost half of them: the whole leads.
        ([crossed(lost="abcdefghij"), crossed(DE, lost="abcde", opening=333)], 0),
        # It is nearly everybody, and explains nothing.
        ([crossed(lost="abcdefghij"), crossed(DE, lost="abcdefghi", opening=900)], 0),
        # A page leads, whoever explains it.
        (
            [crossed(lost="abcdefghij", severity="page"), crossed(DE, lost="abcdefghi", opening=1)],
            0,
        ),
        # Of two that explain it, the narrower.
        (
            [
                crossed(lost="abcdefghij"),
                crossed(DE, lost="abcdefghi", opening=333),
                crossed(Segment("plan+country", "pro + DE"), lost="abcdefgh", opening=90),
            ],
            2,
        ),
    ],
)
def test_the_segment_that_explains_the_others_leads(lines: list[Caused], leads: int) -> None:
    ((first, *_),) = by_cause(lines)
    assert first == leads


def test_the_share_of_a_loss_is_that_of_its_money() -> None:
    assert share_of(crossed(DE, lost="abx"), crossed(lost="abcd")) == Decimal("0.5")
    assert share_of(crossed(DE), crossed()) is None


@pytest.mark.parametrize(
    ("segment", "parts"),
    [
        (WHOLE, ()),
        (DE, (("country", "DE"),)),
        (Segment("plan", "a + b"), (("plan", "a + b"),)),
        (Segment("plan+country", "pro + DE"), (("plan", "pro"), ("country", "DE"))),
        (Segment("plan+country", "a ++ b + DE"), (("plan", "a + b"), ("country", "DE"))),
    ],
)
def test_a_crossing_is_told_by_its_parts(segment: Segment, parts: tuple[Any, ...]) -> None:
    assert parts_of(segment) == parts


@pytest.mark.parametrize(
    ("segment", "lost"),
    [
        (WHOLE, ["b", "a", "c"]),
        (DE, ["b", "a"]),
        (Segment("country", "(none)"), ["c"]),
        (Segment("plan", "pro"), ["b"]),
        (Segment("plan+country", "pro + DE"), ["b"]),
        (Segment("plan+country", "pro + FR"), []),
        (Segment("region", "north"), []),  # of which the marts say nothing
    ],
)
def test_the_losses_of_a_segment_are_those_of_its_customers_at_the_opening(
    segment: Segment, lost: list[str]
) -> None:
    with duckdb.connect() as con:
        con.execute(
            """
            create schema marts; create schema intermediate;
            create table marts.dim_customers as select * from (values
                ('a', 'DE'), ('b', 'DE'), ('c', null), ('d', 'DE')) as t (customer_id, country);
            create table marts.fct_customer_months as
            select customer_id, date '2026-03-01' as month, opening::decimal(18, 2) as mrr_opening,
                closing::decimal(18, 2) as mrr_closing
            from (values ('a', 10, 0), ('b', 20, 5), ('c', 3, 0), ('d', 7, 9))
                as t (customer_id, opening, closing);
            -- b came from the plan team before the month, and went back to it within
            create table intermediate.int_customer_plan_days as select * from (values
                ('b', 'team', date '2026-01-01', date '2026-02-28'),
                ('b', 'pro', date '2026-02-28', date '2026-03-10'),
                ('b', 'team', date '2026-03-10', null), ('d', 'pro', date '2026-01-01', null)
            ) as t (customer_id, plan_id, valid_from, valid_to)
            """
        )
        assert [one.customer_id for one in losses_of(con, MARCH, segment)] == lost


def test_what_a_figure_of_twelve_months_lost_is_that_of_twelve_months() -> None:
    """Customer a left in the autumn, b shrank in May: the last month itself lost nothing."""
    with duckdb.connect() as con:
        con.execute(
            """
            create schema marts; create table marts.dim_customers as select unnest(['a', 'b']) as customer_id;
            create table marts.mart_churn_periods as select 'month' as grain, date '2026-03-01' as period_start,
                'all' as dimension, 'all' as member, 0 as customers_lost, 0.00 as mrr_churn,
                0.00 as mrr_contraction, 20.00 as mrr_closing;
            create table marts.fct_customer_months as select * from (values
                ('a', date '2025-04-01', 30.00, 30.00), ('b', date '2025-04-01', 25.00, 25.00),
                ('b', date '2026-03-01', 20.00, 20.00)
            ) as t (customer_id, month, mrr_opening, mrr_closing)
            """
        )
        found = impact_of(con, crossed(metric="ndr_12m").status)
    losses = [(one.customer_id, one.mrr_lost) for one in found.customers]
    assert losses == [("a", Decimal(30)), ("b", Decimal(5))]
    assert (found.customers_lost, found.mrr_churn, found.mrr_contraction, found.window) == (
        1, Decimal(30), Decimal(5), "over twelve months",
    )  # fmt: skip
