"""Periods and items that seem to name their last day are told of: taken as they are, everybody is gone on it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dagster_project.exports import LoadReport

Load = Callable[..., LoadReport]
PERIODS = "subscription_id,customer_id,mrr,valid_from_on,valid_to_on\n"
ITEMS = "item_id,subscription_id,customer_id,plan_id,unit_amount,valid_from_at,valid_to_at\n"
LAST_DAYS = "s1,c1,10,2026-01-01,2026-01-31\ns1,c1,10,2026-02-01,2026-02-28\ns1,c1,10,2026-03-01,\n"
NEXT_DAYS = "s1,c1,10,2026-01-01,2026-02-01\ns1,c1,10,2026-02-01,2026-03-01\ns1,c1,10,2026-03-02,\n"


def test_periods_that_end_a_day_before_the_next_are_told_of(landing: Path, load: Load) -> None:
    (landing / "subscription_periods.csv").write_text(PERIODS + LAST_DAYS)

    assert load().warnings == (
        "subscription_periods.csv: 2 periods of subscription_periods end a day before the next begins, and customers "
        "are gone on that day: if the end that is named is the last day, say ends: inclusive under the source",
    )


def test_items_that_end_a_day_before_the_next_are_told_of(landing: Path, load: Load) -> None:
    (landing / "subscription_items.csv").write_text(
        ITEMS + "i1,s1,c1,p,10,2026-01-01,2026-01-31\ni1,s1,c1,p,20,2026-02-01,\n"
    )

    assert "1 period of subscription_items ends a day before" in load().warnings[0]


def test_an_item_that_ends_a_day_before_another_of_its_subscription_is_told_of(
    landing: Path, load: Load
) -> None:
    (landing / "subscription_items.csv").write_text(
        ITEMS + "i1,s1,c1,p,10,2026-01-01,2026-01-31\ni2,s1,c1,q,20,2026-02-01,\n"
    )

    assert "1 period of subscription_items ends a day before" in load().warnings[0]


def test_a_period_that_lasts_into_the_next_of_its_plan_is_told_of(
    landing: Path, load: Load
) -> None:
    (landing / "subscription_periods.csv").write_text(
        PERIODS
        + "s1,c1,10,2026-01-01,\ns1,c1,12,2026-03-01,\ns2,c1,5,2026-01-01,2026-03-01\ns2,c1,6,2026-03-01,\n"
    )

    assert load().warnings == (
        "subscription_periods.csv: 1 period of subscription_periods lasts beyond the beginning of the next of the same "
        "subscription and plan, and both count: if the next one replaces it, it needs an end",
    )


@pytest.mark.parametrize(
    ("rows", "said"),
    [(NEXT_DAYS, {}), (LAST_DAYS, {"ends": "inclusive"}), (LAST_DAYS, {"ends": "exclusive"})],
    ids=["half-open", "said to be the last day", "said to be the next day"],
)
def test_nothing_is_told_where_ends_are_plain(
    landing: Path, load: Load, rows: str, said: dict[str, str]
) -> None:
    (landing / "subscription_periods.csv").write_text(PERIODS + rows)

    assert load(said=said).warnings == ()


@pytest.mark.parametrize("said", [{}, {"ends": "inclusive"}])
def test_a_period_that_ends_before_it_begins_is_told_of(
    landing: Path, load: Load, said: dict[str, str]
) -> None:
    (landing / "subscription_periods.csv").write_text(
        PERIODS + "s1,c1,10,2026-01-01,2026-01-05\ns2,c2,10,2026-04-01,2026-01-01\n"
    )
    (landing / "subscription_items.csv").write_text(
        ITEMS + "i1,s3,c1,p,10,2026-02-01,2026-01-01\ni2,s4,c1,p,10,2026-02-01,2026-01-01\n"
    )

    assert sorted(load(said=said).warnings) == [
        "subscription_items.csv: 2 periods of subscription_items end before they begin and count for nothing "
        "(the first of s3)",
        "subscription_periods.csv: 1 period of subscription_periods ends before it begins and counts for nothing "
        "(the first of s2)",
    ]
