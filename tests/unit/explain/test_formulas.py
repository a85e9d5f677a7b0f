"""What is done with the sums: rates, averages to the cent."""

from decimal import Decimal

from dagster_project.explain.formulas import FORMULAS, figure_of
from dagster_project.warehouse.contributions import PARTS
from dagster_project.warehouse.published_figure import Figure
from dagster_project.warehouse.purchase_contributions import PURCHASE_PARTS


def test_fifty_of_two_hundred_lost_is_a_quarter() -> None:
    assert figure_of("churn_rate", Decimal(50), Decimal(200)).value == 0.25


def test_a_rate_over_nothing_has_no_value() -> None:
    assert figure_of("churn_rate", Decimal(0), Decimal(0)) == Figure(None, Decimal(0), Decimal(0))


def test_arpa_is_money_to_the_cent() -> None:
    assert figure_of("arpa", Decimal(100), Decimal(3)).value == 33.33


def test_every_metric_made_of_parts_has_its_formula_in_words() -> None:
    assert {*PARTS, *PURCHASE_PARTS, "ltv"} == FORMULAS.keys()
