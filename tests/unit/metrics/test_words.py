"""Metrics in words: how values are written and what each metric means."""

import pytest

from dagster_project.metrics import CATALOGUE, Metric, Unit
from dagster_project.metrics.words import definition, glossary, written


def metric(column: str, **said: str) -> Metric:
    return Metric(
        column=column,
        table="mart_churn_periods",
        label=said.get("label", column.replace("_", " ")),
        unit=Unit.SHARE,
        description=said.get("description", ""),
        numerator=said.get("numerator", column),
        denominator=said.get("denominator", ""),
        rounded="",
        formula=said.get("formula", ""),
        better="higher",
        is_headline=False,
        rows="fct_mrr_movements",
        sample_column="customers_opening",
    )


HATS = {
    "hats": metric("hats", label="hats sold", description="Hats, of all sizes"),
    "hat_share": metric("hat_share", denominator="heads", formula="hats / heads"),
    "hats_twice": metric("hats_twice", description="2 times hat_share."),
}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("hats", "hats sold: Hats, of all sizes."),
        ("hat_share", "hat share: hats sold ÷ heads."),
        ("hats_twice", "hats twice: 2 times hat share."),
    ],
)
def test_a_metric_is_defined_in_the_labels_of_what_it_is_made_of(name: str, said: str) -> None:
    assert definition(name, HATS) == said


def test_the_glossary_has_every_metric_of_the_catalogue() -> None:
    assert list(glossary()) == list(CATALOGUE)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (None, Unit.SHARE, "no value"),
        (0.1004, Unit.SHARE, "10.04 %"),
        (0.1, Unit.SHARE, "10 %"),
        (0.727, Unit.RATIO, "72.7 %"),
        (3.14, Unit.DAYS, "3.1 days"),
        (1234.5, Unit.MONEY, "1,234.50 USD"),
        (1234.0, Unit.COUNT, "1,234"),
    ],
)
def test_a_value_is_written_by_its_unit(value: float | None, unit: Unit, text: str) -> None:
    assert written(value, unit, "USD" if unit is Unit.MONEY else "") == text
