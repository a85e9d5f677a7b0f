"""Red lines against marts made by hand: when a line is crossed, clear or unknown."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from dagster_project.clock import FixedClock
from dagster_project.period import Period
from dagster_project.red_lines import RedLineStatus, Rule, evaluate


def by_month(statuses: tuple[RedLineStatus, ...]) -> dict[str, bool | None]:
    return {str(status.period): status.breached for status in statuses}


def changed(rule: Rule, **values: Any) -> Rule:
    return Rule.model_validate({**rule.model_dump(), **values})


@pytest.mark.parametrize(
    ("name", "values", "breached"),
    [
        ("lost_above_new", {"customers_lost": 6, "customers_new": 5}, True),
        ("lost_above_new", {"customers_lost": 5, "customers_new": 5}, False),
        ("churn_above", {"churn_rate": 0.1}, False),
        ("churn_above", {"churn_rate": 20 / 200}, False),
        ("churn_above", {"churn_rate": 201 / 2000}, True),
        ("churn_above", {"churn_rate": None}, None),
        ("downgrades_above_upgrades", {"downgrades": 4, "upgrades": 3}, True),
        ("downgrades_above_upgrades", {"downgrades": 3, "upgrades": 3}, False),
    ],
)
def test_a_line_is_crossed_only_beyond_it(
    marts: Any, defaults: dict[str, Rule], name: str, values: dict[str, Any], breached: bool | None
) -> None:
    marts.month("2026-03", **values)
    assert by_month(marts.judge((defaults[name],), "2026-03-31")) == {"2026-03": breached}


def test_ltv_falls_three_months_running_only_after_three_falls(
    marts: Any, defaults: dict[str, Rule]
) -> None:
    values = (("01", 100), ("02", 90), ("03", 80), ("04", 70), ("05", 70), ("06", 60))
    for month, ltv in values:
        marts.month(f"2026-{month}", ltv=ltv)
    assert by_month(marts.judge((defaults["ltv_falling"],), "2026-06-30")) == {
        "2026-01": None,
        "2026-02": None,
        "2026-03": None,
        "2026-04": True,
        "2026-05": False,
        "2026-06": False,
    }


def test_an_unknown_month_inside_the_run_leaves_it_unknown(
    marts: Any, defaults: dict[str, Rule]
) -> None:
    rule = changed(defaults["churn_above"], consecutive=3)
    for month, rate in (("01", 0.2), ("02", None), ("03", 0.2)):
        marts.month(f"2026-{month}", churn_rate=rate)
    assert by_month(marts.judge((rule,), "2026-03-31"))["2026-03"] is None


def test_the_running_month_is_not_judged(marts: Any, defaults: dict[str, Rule]) -> None:
    marts.month("2026-02")
    marts.month("2026-03", churn_rate=0.5)
    assert list(by_month(marts.judge((defaults["churn_above"],), "2026-03-30"))) == ["2026-02"]


def test_the_newest_complete_month_without_a_row_is_unknown(
    marts: Any, defaults: dict[str, Rule]
) -> None:
    marts.month("2026-01")
    marts.month("2026-02")
    statuses = marts.judge((defaults["churn_above"],), "2026-03-31")
    assert (statuses[-1].is_latest, statuses[-1].breached) == (True, None)


def test_a_missing_mart_is_unknown_and_no_error(marts: Any, defaults: dict[str, Rule]) -> None:
    marts.con.execute("drop table marts.mart_churn_periods")
    assert by_month(marts.judge((defaults["churn_above"],), "2026-03-31")) == {"2026-03": None}


def test_too_few_customers_are_unknown_not_clear(marts: Any, defaults: dict[str, Rule]) -> None:
    rule = changed(defaults["churn_above"], min_sample=50)
    marts.month("2026-03", customers_opening=49, churn_rate=0.5)
    statuses = marts.judge((rule,), "2026-03-31")
    assert (statuses[0].breached, statuses[0].detail) == (
        None,
        "only 49 customers, fewer than the 50 the rule asks for",
    )


def test_each_member_of_a_dimension_is_judged_by_itself(
    marts: Any, defaults: dict[str, Rule]
) -> None:
    rule = changed(defaults["churn_above"], segments=["all", "country"])
    marts.month("2026-03")
    marts.month("2026-03", "country", "DE", churn_rate=0.2)
    marts.month("2026-03", "country", "FR", churn_rate=0.0)
    statuses = marts.judge((rule,), "2026-03-31")
    assert {str(s.segment): s.breached for s in statuses} == {
        "all": False,
        "country=DE": True,
        "country=FR": False,
    }


def test_a_named_member_that_the_marts_do_not_know_is_unknown(
    marts: Any, defaults: dict[str, Rule]
) -> None:
    rule = changed(defaults["churn_above"], segments={"country": ["XX"]})
    marts.month("2026-03")
    assert [s.breached for s in marts.judge((rule,), "2026-03-31")] == [None]


@pytest.mark.parametrize(
    ("read_on", "until", "breached"),
    [
        ("2026-03-10", "2026-03-31", None),  # three weeks of March were never exported
        ("2026-03-27", "2026-03-31", None),  # four days ago, one more than is allowed
        ("2026-03-28", "2026-03-31", True),  # three days ago
        ("2026-04-01", "2026-04-20", True),  # a monthly export, read the day after the close
    ],
)
def test_a_month_whose_export_is_late_is_unknown(
    marts: Any, defaults: dict[str, Rule], read_on: str, until: str, breached: bool | None
) -> None:
    marts.month("2026-03", churn_rate=0.9)
    marts.billing_read(read_on)
    statuses = marts.judge((defaults["churn_above"],), until)
    assert by_month(statuses)["2026-03"] is breached


def test_a_data_set_that_ends_in_the_future_is_not_stale(
    marts: Any, defaults: dict[str, Rule]
) -> None:
    marts.month("2026-12", churn_rate=0.9)
    marts.billing_read("2026-06-01")
    statuses = marts.judge((defaults["churn_above"],), "2026-12-31", now="2026-06-01")
    assert by_month(statuses) == {"2026-12": True}


@pytest.mark.parametrize(
    ("grain", "until", "expected"),
    [
        ("month", "2026-03-31", "2026-03"),
        ("month", "2026-03-30", "2026-02"),
        ("month", "2026-01-15", "2025-12"),
        ("quarter", "2026-03-31", "2026-Q1"),
        ("quarter", "2026-05-31", "2026-Q1"),
        ("quarter", "2026-02-28", "2025-Q4"),
        ("year", "2026-12-31", "2026"),
        ("year", "2026-12-30", "2025"),
    ],
)
def test_the_newest_complete_period_ends_on_or_before_the_last_day(
    grain: Any, until: str, expected: str
) -> None:
    assert str(Period.last_complete(grain, date.fromisoformat(until))) == expected


def test_what_rests_on_a_source_that_is_behind_is_judged_up_to_where_it_goes(
    marts: Any, defaults: dict[str, Rule]
) -> None:
    marts.month("2026-01", churn_rate=0.01)
    marts.month("2026-02", churn_rate=0.9)
    rule, clock = defaults["churn_above"], FixedClock(datetime(2026, 3, 1, tzinfo=UTC))
    statuses = {
        behind: evaluate(
            marts.con,
            [rule],
            clock=clock,
            until=date(2026, 2, 28),
            behind={behind: date(2026, 2, 10)},
        )
        for behind in ("billing", "support")
    }
    newest = {behind: str(found[-1].period) for behind, found in statuses.items()}
    assert newest == {"billing": "2026-01", "support": "2026-02"}
