"""Support and use of a company worked by hand: silence, requests, first sessions, happiness, satisfaction."""

import pytest

from tests.integration.dbt_purchases.cases import built_case
from tests.integration.dbt_purchases.hand_loaded import Rows, Warehouse


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Return the audited company with its marts of support and use."""
    return built_case(
        "audit/05",
        tmp_path_factory.mktemp("audit"),
        "mart_risk_list",
        "mart_customer_health",
        "mart_onboarding",
        "mart_support_experience",
    )


def silence(company: Warehouse, column: str) -> Rows:
    """Return a column of the risk list by customer."""
    return company.rows(f"select customer_id, {column} from marts.mart_risk_list order by 1")


def test_requests_wait_for_an_answer_however_old_they_are(company: Warehouse) -> None:
    assert silence(company, "unanswered_requests, days_unanswered")[3:] == [
        ("c4", 1, 109),
        ("c5", 1, 78),
    ]


def test_a_contact_is_ours_and_counts_however_long_ago_it_was(company: Warehouse) -> None:
    assert silence(company, "days_since_contact") == [
        ("c1", 101),
        ("c2", 426),
        ("c3", 31),
        ("c4", None),
        ("c5", None),
    ]


def test_a_first_session_runs_over_midnight(company: Warehouse) -> None:
    assert company.rows(
        "select customer_id, min_by(first_session_seconds, used_on) from intermediate.int_usage_days"
        " where customer_id in ('n1', 'n2') group by 1 order by 1"
    ) == [("n1", 300), ("n2", 1260)]


def test_use_before_the_sign_up_takes_no_time_to_value(company: Warehouse) -> None:
    assert company.rows(
        "select first_session, customers, median_days_to_first_use, median_days_to_value"
        " from marts.mart_onboarding where cohort_month = date '2026-06-01'"
    ) == [("at least 2 minutes", 2, 0.0, 0.0)]


def test_who_uses_everything_every_day_is_happy(company: Warehouse) -> None:
    assert company.rows(
        "select distinct happiness_index from marts.mart_customer_health"
        " where week_start >= date '2026-06-01'"
    ) == [(100.0,)]


def test_two_marks_of_five_are_satisfied(company: Warehouse) -> None:
    assert company.rows(
        "select csat_ratings, csat from marts.mart_support_experience where customer_id = 'c1'"
    ) == [(4, 0.25)]
