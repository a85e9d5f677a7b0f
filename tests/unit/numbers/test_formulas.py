"""What is done with the sums: rates, averages to the cent."""

from decimal import Decimal

from dagster_project.metrics import CATALOGUE
from dagster_project.numbers.formulas import formula_of, value_of
from dagster_project.numbers.metric_value import MetricValue
from dagster_project.numbers.purchases import PURCHASE_FORMULAS
from dagster_project.numbers.recurring import RECURRING_FORMULAS


def test_fifty_of_two_hundred_lost_is_a_quarter() -> None:
    assert value_of("churn_rate", Decimal(50), Decimal(200)).value == 0.25


def test_a_rate_over_nothing_has_no_value() -> None:
    assert value_of("churn_rate", Decimal(0), Decimal(0)) == MetricValue(
        None, Decimal(0), Decimal(0)
    )


def test_arpa_is_money_to_the_cent() -> None:
    assert value_of("arpa", Decimal(100), Decimal(3)).value == 33.33


def test_every_metric_of_the_catalogue_is_made_of_parts() -> None:
    assert {*RECURRING_FORMULAS, *PURCHASE_FORMULAS, "ltv"} == CATALOGUE.keys()


def test_a_rate_says_of_what_it_is_made() -> None:
    assert (formula_of("churn_rate"), formula_of("quick_ratio")) == (
        "customers_lost / customers_opening",
        "(mrr_new + mrr_reactivation + mrr_expansion) / (mrr_contraction + mrr_churn)",
    )


def test_an_amount_is_what_its_column_says() -> None:
    assert formula_of("mrr_churn") == "Opening MRR of lost customers; not negative"
