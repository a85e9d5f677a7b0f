"""Support and use stop being exported on 3 November, billing goes on to 20 December; then they catch up.

What rests on a source closes no period that the source does not cover; what rests on billing alone goes on.
"""

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from shutil import copytree
from typing import Any

import duckdb
import pytest

from dagster_project.clock import FixedClock
from dagster_project.config import Settings
from dagster_project.quality.suites import read_suites
from dagster_project.warehouse.paths import WarehousePaths
from tests.integration.building import load_and_build

STALLED, NOW = datetime(2026, 11, 3, 2, tzinfo=UTC), datetime(2026, 12, 20, 2, tzinfo=UTC)
MARTS = (
    "metrics",
    "mart_support_experience",
    "mart_support_topics",
    "mart_support_periods",
    "mart_health_periods",
    "mart_onboarding",
    "mart_customer_health",
    "mart_risk_list",
    "mart_risk_backtest",
    "mart_support_churn",
    "mart_cohorts",
)
CUSTOMERS = [f"c{n}" for n in range(4)]


def days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += timedelta(days=1)


def export(folder: Path, name: str, head: str, rows: list[str], written_at: datetime) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("\n".join([head, *rows]) + "\n")
    os.utime(folder / name, (written_at.timestamp(), written_at.timestamp()))


def billing(folder: Path, written_at: datetime) -> None:
    export(
        folder,
        "customers.csv",
        "customer_id,created_at",
        [*(f"{c},2026-07-01T00:00:00Z" for c in CUSTOMERS), "late,2026-12-01T00:00:00Z"],
        written_at,
    )
    export(
        folder,
        "subscription_periods.csv",
        "subscription_id,customer_id,mrr,valid_from_on,valid_to_on",
        [f"s{c},{c},100,2026-07-01,{'2026-12-10' if c == 'c3' else ''}" for c in CUSTOMERS],
        written_at,
    )


def support(folder: Path, last: date, written_at: datetime) -> None:
    """Write a ticket a month of each customer, answered in two hours; c1's of October waits to this day."""
    rows = []
    for day in days(date(2026, 7, 2), last):
        for customer in CUSTOMERS if day.day == 2 else ():
            waits = customer == "c1" and day.month == 10
            rows.append(
                f"t{customer}{day},{customer},{day}T08:00:00Z,{'' if waits else f'{day}T10:00:00Z'}"
            )
    export(
        folder,
        "tickets.csv",
        "ticket_id,customer_id,created_at,first_response_at",
        rows,
        written_at,
    )


def usage(folder: Path, last: date, written_at: datetime) -> None:
    """Write use on every day, by everybody."""
    rows = [
        f"e{customer}{day},{customer},open,{day}T09:00:00Z,reports"
        for day in days(date(2026, 7, 2), last)
        for customer in CUSTOMERS
    ]
    head = "event_id,customer_id,event_name,occurred_at,feature"
    export(folder, "events.csv", head, rows, written_at)


class Company:
    """A warehouse and the marts that are built of its exports."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.paths = WarehousePaths(folder / "warehouse")
        sources = {
            name: {"path": str(folder / name), "max_age": None}
            for name in ("billing", "support", "usage")
        }
        self.settings = Settings.model_validate(
            {"sources": sources, "warehouse": str(self.paths.root)}
        )

    def build(self, now: datetime) -> "Company":
        load_and_build(self.paths, self.settings, FixedClock(now), MARTS)
        return self

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.paths.warehouse_db), read_only=True) as con:
            return con.execute(query).fetchall()

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        return {mart: sorted(self.rows(f"select * from marts.{mart}"), key=repr) for mart in MARTS}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stalls")


@pytest.fixture(scope="module")
def stalled(folder: Path) -> Company:
    """20 December: support and use were last exported on 3 November."""
    billing(folder / "billing", NOW)
    support(folder / "support", date(2026, 11, 2), STALLED)
    usage(folder / "usage", date(2026, 11, 2), STALLED)
    return Company(folder).build(NOW)


def test_figures_of_billing_alone_close_the_month(stalled: Company) -> None:
    assert stalled.rows(
        "select max(period_start) from marts.metrics where is_complete and grain = 'month' and metric = 'churn_rate'"
    ) == [(date(2026, 11, 1),)]


@pytest.mark.parametrize("mart", ["mart_support_periods", "mart_health_periods"])
def test_the_newest_closed_month_is_the_last_that_the_source_covers(
    stalled: Company, mart: str
) -> None:
    assert stalled.rows(
        f"select max(period_start) from marts.{mart} where is_complete and grain = 'month'"
    ) == [(date(2026, 10, 1),)]


@pytest.mark.parametrize("mart", ["metrics", "mart_support_periods", "mart_health_periods"])
def test_a_source_that_is_behind_is_no_reason_to_publish_nothing(
    stalled: Company, mart: str
) -> None:
    suite = next(one for one in read_suites() if one.table == mart)
    check = next(
        one for one in suite.expectations if one.spec.name == "periods_are_those_of_the_calendar"
    )
    query = check.question.kwargs["unexpected_rows_query"].format(batch=f"marts.{mart}")
    assert stalled.rows(query) == []


@pytest.mark.parametrize("mart", ["mart_support_experience", "mart_support_topics"])
def test_no_month_of_support_is_closed_that_its_export_does_not_cover(
    stalled: Company, mart: str
) -> None:
    assert stalled.rows(
        f"select distinct month, is_complete, covered_until from marts.{mart} "
        "where month >= date '2026-10-01' order by 1"
    ) == [
        (date(2026, 10, 1), True, date(2026, 10, 31)),
        (date(2026, 11, 1), False, date(2026, 11, 2)),
    ]


def test_nobody_fell_silent_because_use_is_not_exported(stalled: Company) -> None:
    assert stalled.rows("select distinct days_since_use, reasons from marts.mart_risk_list") == [
        (1, "no sign")
    ]


def test_requests_of_which_nothing_is_known_any_more_are_not_counted(stalled: Company) -> None:
    assert stalled.rows(
        "select distinct unanswered_requests, days_unanswered from marts.mart_risk_list"
    ) == [(None, None)]


def test_no_week_is_happy_or_unhappy_that_use_does_not_cover(stalled: Company) -> None:
    assert stalled.rows("select max(week_start) from marts.mart_customer_health") == [
        (date(2026, 10, 26),)
    ]


def test_no_cohort_stopped_using_in_months_that_are_not_covered(stalled: Company) -> None:
    assert stalled.rows(
        "select kind, max(age_months), min(active_share) from marts.mart_cohorts"
        " where cohort_month = date '2026-07-01' and kind in ('usage', 'logo') group by kind order by kind"
    ) == [("logo", 4, 1.0), ("usage", 3, 1.0)]


def test_who_signed_up_later_than_use_is_covered_is_in_no_onboarding(stalled: Company) -> None:
    assert stalled.rows(
        "select cohort_month, sum(customers), bool_and(is_complete) from marts.mart_onboarding group by all"
    ) == [(date(2026, 7, 1), 4, True)]


def test_no_score_is_judged_that_knew_nothing_of_use(stalled: Company) -> None:
    assert stalled.rows("select max(score_on) from marts.mart_risk_backtest") == [
        (date(2026, 11, 1),)
    ]


def test_a_source_a_few_days_behind_is_asked_up_to_where_it_goes(
    tmp_path: Path,
) -> None:
    behind = Company(tmp_path)
    billing(tmp_path / "billing", NOW)
    support(tmp_path / "support", date(2026, 12, 16), NOW - timedelta(days=2))
    usage(tmp_path / "usage", date(2026, 12, 17), NOW - timedelta(days=2))
    behind.build(NOW)
    assert behind.rows(
        "select customer_id, days_since_use, unanswered_requests, days_unanswered, reasons"
        " from marts.mart_risk_list where customer_id in ('c0', 'c1') order by 1"
    ) == [
        ("c0", 1, 0, None, "no sign"),
        ("c1", 1, 1, 77, "a request waits for an answer"),
    ]


def test_a_source_that_catches_up_leaves_what_a_rebuild_would(
    folder: Path, stalled: Company, tmp_path: Path
) -> None:
    same = tmp_path / "same"
    copytree(folder, same)
    support(same / "support", date(2026, 12, 19), NOW)
    usage(same / "usage", date(2026, 12, 19), NOW)
    later = NOW + timedelta(hours=1)
    caught_up = Company(same).build(later).everything()
    anew = Company(same)
    anew.paths = WarehousePaths(tmp_path / "anew")
    assert caught_up == anew.build(later).everything()
    assert (date(2026, 11, 1), True) in {
        row[:1] + row[-1:] for row in caught_up["mart_support_topics"]
    }
