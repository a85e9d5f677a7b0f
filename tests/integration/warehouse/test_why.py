"""Why a number changed, and the past as it was: on real exports and real models.

Publication 1 is of 4 April; 2 of 21 April, after rows came late, were corrected or moved; 3
rebuilds what was known on 10 April; 4 has a setting changed.
"""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

import pytest

from dagster_project.errors import EbblineError
from dagster_project.warehouse.comparison import both_attached, diff
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.contributions import PARTS
from dagster_project.warehouse.explanation import (
    CustomerDifference,
    Difference,
    difference_of,
    why,
)
from dagster_project.warehouse.metric_question import MetricQuestion, Period
from dagster_project.warehouse.paths import WarehousePaths
from dagster_project.warehouse.publication import publication_file
from tests.integration.warehouse.small_company import run_at, settings_file, write_billing

CUSTOMERS = "customer_id,created_at,country"
PERIODS = "subscription_id,customer_id,plan_id,mrr,currency,valid_from_on,valid_to_on"


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> WarehousePaths:
    """Ten customers at 100.00 a month, and what happened to them afterwards."""
    root = tmp_path_factory.mktemp("company")
    landing = root / "landing"
    settings_file(root)
    write_billing(
        landing,
        "customers-2026-04-01.csv",
        [CUSTOMERS]
        + [f"c{i},2025-01-01T00:00:00Z,{'DE' if i <= 5 else 'US'}" for i in range(1, 11)],
    )
    write_billing(
        landing,
        "subscription_periods-2026-04-01.csv",
        [
            PERIODS,
            "s1,c1,basic,100.00,USD,2025-01-01,2026-03-10",
            *(f"s{i},c{i},basic,100.00,USD,2025-0{i}-15," for i in range(2, 10)),
            "s10,c10,basic,100.00,USD,2025-01-10,2026-02-27",
            "s10,c10,basic,100.00,USD,2026-03-03,",
        ],
    )
    run_at(root, date(2026, 4, 4))
    write_billing(
        landing,
        "subscription_periods-2026-04-20.csv",
        [
            PERIODS,
            "s2,c2,basic,100.00,USD,2025-02-15,2026-03-15",
            "s3,c3,basic,100.00,USD,2025-03-15,2026-03-01",
            "s3b,c3,pro,150.00,USD,2026-03-01,",
            "s11,c11,basic,80.00,USD,2026-02-01,",
            "s12,c12,basic,70.00,USD,2026-04-01,",
        ],
    )
    write_billing(
        landing,
        "customers-2026-04-20.csv",
        [
            CUSTOMERS,
            "c6,2025-01-01T00:00:00Z,DE",
            "c11,2026-02-01T00:00:00Z,DE",
            "c12,2026-04-01T00:00:00Z,DE",
        ],
    )
    run_at(root, date(2026, 4, 21))
    run_at(root, date(2026, 4, 30), as_of=date(2026, 4, 10))
    settings_file(root, bridge_gap_days=10)
    run_at(root, date(2026, 5, 1))
    return WarehousePaths(root / "warehouse")


def _told(customers: Sequence[CustomerDifference]) -> dict[str, tuple[str, Fraction | None]]:
    return {one.customer_id: (one.cause, one.effect) for one in customers}


def test_a_churn_rate_that_rose_is_explained_by_a_corrected_and_a_late_customer(
    company: WarehousePaths,
) -> None:
    found = why(company, "churn_rate", "2026-03", earlier=1, later=2)
    difference = found.difference
    assert difference is not None
    # 1 of 9 lost, then 2 of 10: c10 was away at the end of February.
    assert (difference.before.value, difference.after.value) == (1 / 9, 2 / 10)
    assert _told(difference.customers) == {
        "c2": ("corrected", Fraction(1, 10)),
        "c11": ("late", Fraction(-1, 90)),
    }
    assert not any(difference.left_over)
    assert not (difference.settings_changed or difference.code_changed or difference.shared_rows)


def test_the_rows_behind_a_difference_are_named_with_file_line_and_change(
    company: WarehousePaths,
) -> None:
    difference = why(company, "mrr_closing", "2026-03", earlier=1, later=2).difference
    assert difference is not None
    rows = {one.customer_id: [str(row) for row in one.rows] for one in difference.customers}
    assert rows["c2"] == [
        "corrected subscription_periods s2/basic/2025-02-15 from "
        "subscription_periods-2026-04-20.csv:2 (valid_to_on None -> 2026-03-15)"
    ]
    assert rows["c11"] == [
        "late customers c11 from customers-2026-04-20.csv:3",
        "late subscription_periods s11/basic/2026-02-01 from subscription_periods-2026-04-20.csv:5",
    ]
    assert sorted(rows) == ["c11", "c2", "c3"], "c12 came, but has no effect in March"


def test_a_customer_whose_country_was_corrected_leaves_one_segment_and_enters_another(
    company: WarehousePaths,
) -> None:
    for member, effect in (("US", -100), ("DE", 100)):
        difference = why(
            company, "mrr_opening", "2026-01", f"country={member}", earlier=1, later=2
        ).difference
        assert difference is not None
        assert _told(difference.customers) == {"c6": ("corrected", Fraction(effect))}


def test_a_changed_setting_is_named_with_the_customers_it_moved(company: WarehousePaths) -> None:
    found = why(company, "churn_rate", "2026-02")
    difference = found.difference
    assert difference is not None
    assert (difference.earlier.id, difference.later.id) == (2, 4)
    assert [(one.name, one.before, one.after) for one in difference.settings_changed] == [
        ("billing.bridge_gap_days", 0, 10)
    ]
    assert _told(difference.customers) == {"c10": ("settings", Fraction(-1, 10))}
    assert [version.publication_id for version in found.history] == [1, 4]


@pytest.mark.parametrize(("earlier", "later"), [(1, 2), (2, 4), (1, 4)])
def test_every_difference_of_every_metric_and_cell_adds_up_exactly(
    company: WarehousePaths, earlier: int, later: int
) -> None:
    files = publication_file(company, earlier), publication_file(company, later)
    with both_attached(*files) as con, open_warehouse(company, read_only=True) as warehouse:
        cells = con.execute(
            """
            select metric, grain, period_start, dimension, member
            from earlier.marts.metrics as b
            join later.marts.metrics as a using (metric, grain, period_start, dimension, member)
            where
                (a.numerator, a.denominator) is distinct from (b.numerator, b.denominator)
                and metric in (select unnest(?)) and grain in ('month', 'quarter', 'year')
            """,
            [list(PARTS)],
        ).fetchall()
        assert len(cells) > 50
        for metric, grain, start, dimension, member in cells:
            question = MetricQuestion(metric, Period(grain, start), dimension, member)
            _assert_adds_up(difference_of(con, warehouse, question), str(question))


def _assert_adds_up(difference: Difference, cell: str) -> None:
    before, after = difference.before, difference.after
    effects = [one.effect for one in difference.customers if one.effect is not None]
    assert not any(difference.left_over), cell
    assert all(one.cause != "unexplained" for one in difference.customers), cell
    if before.numerator is None or after.numerator is None:
        return
    if before.denominator is None:
        assert sum(effects) == Fraction(after.numerator) - Fraction(before.numerator), cell
    elif before.denominator and after.denominator:
        value_before = Fraction(before.numerator) / Fraction(before.denominator)
        value_after = Fraction(after.numerator) / Fraction(after.denominator)
        assert sum(effects) == value_after - value_before, cell


def test_the_past_is_rebuilt_as_it_was_published(company: WarehousePaths) -> None:
    found = diff(company, 1, 3)
    assert [mart.mart for mart in found.marts if not mart.is_equal] == []
    assert found.metrics_changed == 0
    assert (found.earlier.as_of, found.later.as_of) == (None, date(2026, 4, 10))
    assert found.earlier.input_fingerprint == found.later.input_fingerprint


def test_a_rebuild_of_the_past_leaves_the_history_alone(company: WarehousePaths) -> None:
    with open_warehouse(company, read_only=True) as con:
        written = con.execute("select distinct publication_id from ops.metric_versions").fetchall()
    assert sorted(written) == [(1,), (2,), (4,)]


def test_a_number_that_never_changed_has_a_history_of_one(company: WarehousePaths) -> None:
    found = why(company, "customers_new", "2025-05")
    assert (len(found.history), found.difference) == (1, None)
    assert found.note == "it was published once and never changed"


def test_a_metric_that_does_not_exist_is_answered_with_those_that_do(
    company: WarehousePaths,
) -> None:
    with pytest.raises(EbblineError, match="no metric is called 'churn'") as refused:
        why(company, "churn", "2026-03")
    assert "churn_rate" in refused.value.fix


def test_a_period_that_was_never_published_is_refused(company: WarehousePaths) -> None:
    with pytest.raises(EbblineError, match="churn_rate was never published for 1999-01"):
        why(company, "churn_rate", "1999-01")
