"""The sample company, loaded from its vendor files: the score beats silence, cohorts are seen."""

from datetime import UTC, datetime
from shutil import copyfile

import pytest

from dagster_project.clock import FixedClock
from dagster_project.config import load_settings
from dagster_project.exports.recurring import recurring_shape
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths
from tests.integration.dbt_purchases.hand_loaded import Warehouse
from tests.sample import WholeRun

CLOCK = FixedClock(datetime(2026, 11, 24, tzinfo=UTC))
TOTALS = (
    "select sum(flagged_lost)::double / sum(flagged) as precision,"
    " sum(flagged_lost)::double / sum(lost) as recall from marts.mart_risk_backtest"
)


# Use before each morning, counted event by event: no bits, no months, no slots.
SIGNALS_COUNTED_ONE_BY_ONE = """
    select
        scored.score_on,
        scored.customer_id,
        count(distinct occurred_on) filter (days_ago <= 7) as days_7,
        count(distinct occurred_on) filter (days_ago <= 28) as days_28,
        count(distinct occurred_on) filter (days_ago between 8 and 63) as habit_days,
        count(distinct feature) filter (days_ago <= 28) as features_28,
        min(days_ago) as days_since_use
    from intermediate.int_scored_customers as scored
    left join (
        select customer_id, occurred_on, feature, score_on, score_on - occurred_on as days_ago
        from intermediate.int_events
        inner join (select distinct score_on from intermediate.int_score_days) on occurred_on < score_on
    ) as used on used.customer_id = scored.customer_id and used.score_on = scored.score_on
    group by all
"""


@pytest.fixture(scope="module")
def sample(whole_sample: WholeRun, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Return a copy of the sample company's working database after a whole run."""
    folder = tmp_path_factory.mktemp("sample")
    paths = WarehousePaths(folder)
    copyfile(whole_sample.paths.warehouse_db, paths.warehouse_db)
    settings = load_settings(whole_sample.config)
    with open_warehouse(paths) as con:
        dbt_vars = settings.dbt_vars(CLOCK, recurring_shape(con, settings))
    return Warehouse(paths.warehouse_db, folder / "target", dbt_vars)


@pytest.mark.parametrize("horizon", [1, 3])
def test_the_default_score_beats_the_longest_silence(sample: Warehouse, horizon: int) -> None:
    where = f"where horizon_months = {horizon} and method"
    [(precision, recall)] = sample.rows(f"{TOTALS} {where} = 'default'")
    [(plain_precision, plain_recall)] = sample.rows(f"{TOTALS} {where} = 'days since last use'")
    assert precision > plain_precision
    assert recall > plain_recall


def test_the_signals_are_those_counted_event_by_event(sample: Warehouse) -> None:
    columns = "score_on, customer_id, days_7, days_28, habit_days, features_28, days_since_use"
    signals = f"select {columns} from intermediate.int_usage_signals"
    assert sample.rows("select count(*) > 5000, max(features_28) > 3 from (" + signals + ")") == [
        (True, True)
    ]
    assert sample.rows(f"{signals} except all ({SIGNALS_COUNTED_ONE_BY_ONE})") == []
    assert sample.rows(f"({SIGNALS_COUNTED_ONE_BY_ONE}) except all {signals}") == []


def test_every_active_customer_is_on_the_risk_list_with_all_of_the_mrr(sample: Warehouse) -> None:
    assert sample.rows(
        "select count(*), sum(mrr_at_stake) from marts.mart_risk_list"
    ) == sample.rows(
        "select count(*), sum(mrr) from intermediate.int_customer_mrr where mrr > 0"
        " and valid_from <= date '2026-10-31'"
        " and (valid_to is null or valid_to > date '2026-10-31')"
    )


def test_all_four_kinds_of_cohort_are_seen(sample: Warehouse) -> None:
    assert sample.rows(
        "select kind, min(cohort_month)::varchar, max(age_months), sum(active_customers) > 0"
        " from marts.mart_cohorts group by kind order by kind"
    ) == [(kind, "2024-05-01", 29, True) for kind in ("logo", "orders", "revenue", "usage")]


def test_a_run_with_nothing_new_changes_no_day(sample: Warehouse) -> None:
    days = "select * from intermediate.int_usage_daily order by customer_id, used_on"
    first = sample.rows(days)
    sample.build("int_usage_daily")
    assert sample.rows(days) == first
