"""Places in the product where one wrong word must make a test of the first tier fail.

Each names a file, a text that stands in it exactly once, what is written in its place, and the tests that are nearest.
``python -m tests.deep.mutate`` makes them one at a time in a copy of the tree.
"""

from dataclasses import dataclass

INTEGRATION = "tests/integration"
WORKED = (
    f"{INTEGRATION}/dbt_core/test_worked_examples.py",
    f"{INTEGRATION}/metrics/test_worked_cases.py",
)
MODELS = (f"{INTEGRATION}/dbt_core/test_unit_tests_of_the_models.py",)
LARGE = (f"{INTEGRATION}/metrics/test_marts_equal_the_reference.py",)
NIGHTS = (f"{INTEGRATION}/nights",)
PUBLICATION = (
    f"{INTEGRATION}/warehouse/test_publication.py",
    f"{INTEGRATION}/warehouse/test_kill.py",
)
RED_LINES = ("tests/unit/red_lines",)
LOCK = ("tests/unit/warehouse/test_lock.py",)
PURCHASES = (f"{INTEGRATION}/dbt_purchases", *MODELS)
REVENUE = "dbt/models/intermediate/revenue"


@dataclass(frozen=True)
class Mutation:
    """One change: where, what stands there, what is put there, and the tests that should notice."""

    file: str
    text: str
    instead: str
    tests: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.file}: {self.text.strip()!r} -> {self.instead.strip()!r}"


MUTATIONS = (
    # movements
    Mutation(
        f"{REVENUE}/int_mrr_movements.sql",
        "when mrr_before = 0 and ever_active_before then 'reactivation'",
        "when mrr_before = 0 and ever_active_before then 'new'",
        WORKED,
    ),
    Mutation(
        f"{REVENUE}/int_mrr_movements.sql",
        "when mrr_before = 0 then 'new'",
        "when mrr_before = 0 then 'expansion'",
        WORKED,
    ),
    Mutation(
        f"{REVENUE}/int_mrr_movements.sql",
        "when mrr_after = 0 then 'churn'",
        "when mrr_after < 0 then 'churn'",
        WORKED,
    ),
    Mutation(
        f"{REVENUE}/int_mrr_movements.sql",
        "when mrr_after - fx > mrr_before then 'expansion'",
        "when mrr_after - fx < mrr_before then 'expansion'",
        WORKED,
    ),
    Mutation(f"{REVENUE}/int_mrr_movements.sql", "where fx <> 0", "where fx > 0", LARGE),
    Mutation(
        f"{REVENUE}/int_mrr_movements.sql",
        ") > 0 as ever_active_before",
        ") >= 0 as ever_active_before",
        WORKED,
    ),
    # customers in periods
    Mutation(
        f"{REVENUE}/int_customer_spans.sql",
        "when compared.mrr_opening > 0 then 'lost'",
        "when compared.mrr_opening > 0 then 'retained'",
        WORKED,
    ),
    Mutation(
        f"{REVENUE}/int_customer_spans.sql",
        "when first_days.first_active_on < compared.opening_on then 'reactivated'",
        "when first_days.first_active_on <= compared.closing_on then 'reactivated'",
        WORKED,
    ),
    Mutation(
        f"{REVENUE}/int_span_counts.sql",
        "when mrr_closing - fx > mrr_opening then 'expanded'",
        "when mrr_closing - fx >= mrr_opening then 'expanded'",
        WORKED,
    ),
    Mutation(
        f"{REVENUE}/int_span_figures.sql",
        "case when member_opening <> member_closing then mrr_closing else 0 end as transfer_out",
        "case when member_opening <> member_closing then mrr_opening else 0 end as transfer_out",
        LARGE,
    ),
    # aliases
    *(
        Mutation(
            f"dbt/models/staging/{place}.sql",
            "on source.customer_id = customer_ids.customer_id_as_given",
            "on source.customer_id = customer_ids.customer_id",
            ALIASES,
        )
        for place, ALIASES in (
            (
                "billing/stg_billing__payments",
                (f"{INTEGRATION}/dbt_core/test_aliases_everywhere.py",),
            ),
            (
                "support/stg_support__tickets",
                (f"{INTEGRATION}/dbt_core/test_aliases_everywhere.py",),
            ),
            (
                "support/stg_support__contacts",
                (f"{INTEGRATION}/dbt_core/test_aliases_everywhere.py",),
            ),
            (
                "billing/stg_billing__orders",
                (f"{INTEGRATION}/dbt_core/test_aliases_everywhere.py",),
            ),
        )
    ),
    # lifetime value
    Mutation("dbt/macros/lifetime.sql", "set months = [0, 1, 2]", "set months = [0, 1]", LARGE),
    Mutation(
        "dbt/macros/lifetime.sql",
        "lost_0 + lost_1 + lost_2 > 0",
        "lost_0 + lost_1 + lost_2 > 1",  # ">= 0" divides by 0, which DuckDB answers with NULL too
        LARGE,
    ),
    # cohorts and purchases
    Mutation(
        "dbt/models/intermediate/cohorts/int_cohorts.sql",
        "on numbers.n < {{ months_between",
        "on numbers.n <= {{ months_between",
        LARGE,
    ),
    Mutation(
        "dbt/models/intermediate/cohorts/int_cohorts.sql",
        "{{ add_months('begun.cohort_month', 'numbers.n') }} as month,",
        "{{ add_months('begun.cohort_month', 'numbers.n + 1') }} as month,",
        LARGE,
    ),
    Mutation(
        "dbt/models/marts/purchases/mart_repeat_cohorts.sql",
        "days_to_second <= windows.window_days then 1",
        "days_to_second < windows.window_days then 1",
        PURCHASES,
    ),
    Mutation(
        "dbt/models/marts/purchases/mart_repeat_cohorts.sql",
        "'windows.window_days - 1') }} <= {{ until_date() }}",
        "'windows.window_days - 31') }} <= {{ until_date() }}",
        PURCHASES,
    ),
    Mutation(
        "dbt/models/intermediate/purchases/int_buyers_to_date.sql",
        "inner join by_day on periods.closing_on > by_day.reached_on",
        "inner join by_day on periods.closing_on >= by_day.reached_on",
        LARGE,
    ),
    Mutation(
        "dbt/models/marts/purchases/mart_seasonal_buyers.sql",
        "case when this_year.customer_id is null then 0 else 1 end as bought_again",
        "case when this_year.customer_id is null then 1 else 0 end as bought_again",
        MODELS,
    ),
    Mutation(
        "dbt/models/marts/purchases/mart_repeat_campaigns.sql",
        "'buyers.first_purchased_on', 90) }} <= {{ until_date() }} then 1",
        "'buyers.first_purchased_on', 91) }} <= {{ until_date() }} then 1",
        MODELS,
    ),
    # support, use and risk
    Mutation(
        "dbt/macros/ratings.sql",
        "when kind = 'nps' and score >= 9 then 1",
        "when kind = 'nps' and score >= 8 then 1",
        MODELS,
    ),
    Mutation(
        "dbt/macros/ratings.sql",
        "when kind = 'nps' and score <= 6 then -1",
        "when kind = 'nps' and score <= 7 then -1",
        MODELS,
    ),
    Mutation(
        "dbt/models/marts/experience/mart_onboarding.sql",
        "first_session_seconds < 120 then",
        "first_session_seconds <= 120 then",
        MODELS,
    ),
    Mutation(
        "dbt/models/marts/experience/mart_support_churn.sql",
        "case when scores.bad_experiences_90 > 0 then 1",
        "case when scores.bad_experiences_90 > 1 then 1",
        MODELS,
    ),
    Mutation(
        "dbt/macros/risk.sql",
        "when {{ days_of_7 }} >= 4 then 'daily'",
        "when {{ days_of_7 }} > 4 then 'daily'",
        MODELS,
    ),
    Mutation(
        "dbt/models/marts/risk/mart_value_concentration.sql",
        "place * 5 < month_customers + 5",
        "place * 5 <= month_customers + 5",
        MODELS,
    ),
    Mutation(
        "dbt/models/marts/risk/mart_reactivation.sql",
        "'numbers.n + 1') }} then 1 else 0 end",
        "'numbers.n + 2') }} then 1 else 0 end",
        MODELS,
    ),
    Mutation(
        "dbt/models/marts/retention/mart_benchmarks.sql",
        "'months.month', -12) }} and customer_months.mrr_closing > 0",
        "'months.month', -11) }} and customer_months.mrr_closing > 0",
        MODELS,
    ),
    # nights
    Mutation(
        "dbt/macros/incremental/by_day.sql",
        "        {{ terms.days_before }} > {{ first_changed_day() }}",
        "        {{ terms.days_before }} > {{ first_changed_day() }} + interval 400 day",
        NIGHTS,
    ),
    Mutation(
        "dbt/macros/incremental/by_customer.sql",
        "where aliases.table_name = 'customer_aliases'",
        "where aliases.table_name = 'nothing'",
        NIGHTS,
    ),
    Mutation(
        "dbt/models/intermediate/risk/int_support_signals.sql",
        "tickets.created_on < {{ add_days('scored.known_to', -2) }}",
        "tickets.created_on < {{ add_days('scored.known_to', -1) }}",
        MODELS,
    ),
    # publication and lock
    Mutation(
        "dagster_project/warehouse/durable_file.py",
        "    _fsync_file(finished)\n    finished.chmod(mode)\n    finished.replace(place)",
        "    finished.chmod(mode)\n    finished.replace(place)\n    _fsync_file(place)",
        ("tests/unit/warehouse/test_durable_file.py",),
    ),
    Mutation(
        "dagster_project/warehouse/publication_ledger.py",
        "    _remove_unfinished(paths)\n    recorded",
        "    recorded",
        PUBLICATION,
    ),
    Mutation(
        "dagster_project/warehouse/publication.py",
        "    if settings.as_of != last.as_of:",
        "    if settings.as_of == last.as_of:",
        PUBLICATION,
    ),
    Mutation(
        "dagster_project/warehouse/lock.py",
        "    while not _try_flock(descriptor, fcntl.LOCK_EX):",
        "    while _try_flock(descriptor, fcntl.LOCK_EX):",
        LOCK,
    ),
    Mutation(
        "dagster_project/warehouse/lock.py",
        "        if dead is not None:\n            _await_orphan(paths, dead)\n",
        "",
        LOCK,
    ),
    Mutation(
        "dagster_project/warehouse/lock.py", "_POLL_SECONDS = 0.1", "_POLL_SECONDS = 100.0", LOCK
    ),
    Mutation(
        "dagster_project/numbers/rounding.py",
        "(2 * abs(amount.numerator) * 100 + amount.denominator) //",
        "(2 * abs(amount.numerator) * 100) //",
        ("tests/unit/numbers/test_rounding.py",),
    ),
    # a run
    Mutation(
        "dagster_project/defs/automation.py",
        'cron_schedule="15 3 * * *"',
        'cron_schedule="15 15 * * *"',
        (f"{INTEGRATION}/graph/test_new_exports_sensor.py",),
    ),
    Mutation(
        "dagster_project/exports/recording.py",
        "stage.quarantined <= run.max_quarantined_share * stage.rows_read",
        "stage.quarantined < run.max_quarantined_share * stage.rows_read",
        (f"{INTEGRATION}/exports/test_bad_files.py",),
    ),
    # red lines
    Mutation(
        "dagster_project/red_lines/evaluation.py",
        '"above": value > line',
        '"above": value >= line',
        RED_LINES,
    ),
    Mutation(
        "dagster_project/red_lines/evaluation.py",
        '"falling": value < line',
        '"falling": value <= line',
        RED_LINES,
    ),
    Mutation(
        "dagster_project/red_lines/evaluation.py",
        "(row.sample or 0) < rule.min_sample",
        "(row.sample or 0) <= rule.min_sample",
        RED_LINES,
    ),
    Mutation(
        "dagster_project/red_lines/evaluation.py",
        "    if False in asked:\n        return False\n",
        "",
        RED_LINES,
    ),
    Mutation(
        "dagster_project/red_lines/incidents.py",
        "    return status.period.start >= due.start",
        "    return status.period.start > due.start",
        RED_LINES,
    ),
    Mutation(
        "dagster_project/red_lines/incidents.py",
        "        if status.clear_running < status.rule.resolve_after:",
        "        if status.clear_running <= status.rule.resolve_after:",
        RED_LINES,
    ),
    Mutation(
        "dagster_project/red_lines/delivery.py",
        "where publication_id is null and state = 'pending'",
        "where publication_id is null",
        (f"{INTEGRATION}/red_lines/test_delivery.py",),
    ),
)
