"""What does not add up is found: in the sums, in the value, in the rows that show a part."""

from datetime import date
from decimal import Decimal

from dagster_project.numbers.explain.explained import (
    Contribution,
    Explained,
    Movement,
    PurchaseLine,
    SourceRow,
)
from dagster_project.numbers.explain.purchases import contradiction as contradicted_purchases
from dagster_project.numbers.explain.recurring import contradiction
from dagster_project.numbers.metric_value import MetricValue
from dagster_project.numbers.purchases import Buyer
from dagster_project.numbers.question import MetricQuestion
from dagster_project.period import Period

MARCH = date(2026, 3, 1)
QUESTION = MetricQuestion("churn_rate", Period("month", MARCH))
ROW = SourceRow("invoice_lines", "il_1", "lines.csv", 2)
SOUND = MetricValue(0.25, Decimal(1), Decimal(4))


def explained(
    published: MetricValue,
    recomputed: MetricValue,
    *,
    customers: tuple[Contribution, ...] = (),
    factors: tuple[Explained, ...] = (),
) -> Explained:
    return Explained(QUESTION, 1, MARCH, "a / b", published, recomputed, customers, factors)


def movement(on: date, before: int, after: int) -> Movement:
    return Movement(
        on, "expansion", Decimal(after - before), Decimal(before), Decimal(after), "s", "p", ROW
    )


def worth(opening: int, closing: int, *movements: Movement) -> str:
    return contradiction(movements, since=MARCH, opening=Decimal(opening), closing=Decimal(closing))


def test_equal_figures_leave_nothing() -> None:
    assert explained(SOUND, SOUND).discrepancies == ()


def test_a_missing_customer_shows_in_the_sum_and_in_the_value() -> None:
    assert len(explained(SOUND, MetricValue(0.0, Decimal(0), Decimal(4))).discrepancies) == 2


def test_null_and_no_customer_are_the_same() -> None:
    nothing = MetricValue(None, Decimal(0), Decimal(0))
    assert explained(MetricValue(None, None, None), nothing).discrepancies == ()


def test_what_a_factor_lacks_the_figure_lacks() -> None:
    factor = explained(SOUND, MetricValue(0.5, Decimal(2), Decimal(4)))
    assert explained(SOUND, SOUND, factors=(factor,)).discrepancies == factor.discrepancies


def test_a_part_that_its_rows_contradict_is_a_discrepancy() -> None:
    part = Contribution("c", Decimal(1), Decimal(1), contradiction="not so")
    assert explained(SOUND, SOUND, customers=(part,)).discrepancies == (
        "churn_rate, 2026-03: c: not so",
    )


def test_movements_that_lead_from_opening_to_closing_agree() -> None:
    before, inside = movement(date(2026, 2, 1), 0, 10), movement(date(2026, 3, 9), 10, 25)
    assert worth(10, 25, before, inside) == ""


def test_a_missing_movement_inside_the_period_is_noticed() -> None:
    assert "at closing" in worth(10, 25, movement(date(2026, 2, 1), 0, 10))


def test_a_missing_movement_before_the_period_is_noticed() -> None:
    assert "at opening" in worth(10, 25, movement(date(2026, 3, 9), 10, 25))


def test_a_hole_between_two_movements_is_noticed() -> None:
    movements = movement(date(2026, 3, 2), 0, 10), movement(date(2026, 3, 9), 12, 25)
    assert "begins at 12, not 10" in worth(0, 25, *movements)


def line(amount: int, *, purchase: str = "c|2026-03-05") -> PurchaseLine:
    return PurchaseLine(
        date(2026, 3, 5), purchase, 1, "order", "product", Decimal(amount), True, ROW
    )


def test_lines_that_make_the_purchases_agree() -> None:
    buyer = Buyer("c", "all", 1, Decimal(30), is_returning=False, is_repeat=False)
    assert contradicted_purchases([line(10), line(20)], buyer, shows_period=True) == ""


def test_a_missing_line_of_a_purchase_is_noticed() -> None:
    buyer = Buyer("c", "all", 1, Decimal(30), is_returning=False, is_repeat=False)
    assert "30, but" in contradicted_purchases([line(10)], buyer, shows_period=True)
