"""A red line over two dimensions at once, from the exports to the message."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from dagster_project.clock import FixedClock
from dagster_project.config import Settings
from dagster_project.locations import EXPECTATIONS
from dagster_project.red_lines import RedLineStatus, evaluate, load_rules, record
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths
from tests.integration.building import load_and_build

CLOCK = FixedClock(datetime(2026, 4, 1, 3, tzinfo=UTC))
RULE = {
    "name": "churn_of_plan_and_country", "description": "One kind of customer leaves.",
    "metric": "churn_rate", "when": "above", "line": 0.1, "min_sample": 4,
}  # fmt: skip


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> tuple[WarehousePaths, Settings]:
    """Two plans in two countries: of five Germans with the plan pro three leave in March; somebody changes plan."""
    root: Path = tmp_path_factory.mktemp("crossed")
    billing = root / "billing"
    billing.mkdir()
    kinds = [*[("pro", "DE")] * 5, *[("pro", "A + B")] * 5, *[("team", "DE")] * 3]
    people = [(f"c{n:02}", plan, country) for n, (plan, country) in enumerate(kinds)]
    (billing / "customers.csv").write_text(
        "customer_id,created_at,country\n"
        + "".join(f"{who},2026-01-01,{country}\n" for who, _, country in people)
    )
    (billing / "subscription_periods.csv").write_text(
        "subscription_id,customer_id,plan_id,mrr,currency,valid_from_on,valid_to_on\n"
        + "".join(
            f"s{who},{who},{plan},10,USD,2026-01-01,{'2026-03-10' if who < 'c03' else ''}\n"
            for who, plan, _ in people
            if who != "c09"
        )
        + "s1,c09,pro,10,USD,2026-01-01,2026-03-05\ns1,c09,team,10,USD,2026-03-05,\n"
    )
    settings = Settings.model_validate(
        {
            "sources": {"billing": {"path": str(billing)}},
            "warehouse": str(root / "warehouse"),
            "calendar": {"until": "2026-03-31"},
            "red_lines": [{**RULE, "by": ["country", "plan"]}],
        }
    )
    paths = WarehousePaths(settings.warehouse)
    load_and_build(
        paths,
        settings,
        CLOCK,
        [
            "mart_churn_periods",
            "mart_revenue_periods",
            "dim_segments",
            "fct_customer_months",
            "dim_customers",
        ],
    )
    return paths, settings


@pytest.fixture(scope="module")
def latest(build: tuple[WarehousePaths, Settings]) -> dict[str, RedLineStatus]:
    paths, settings = build
    rules = [rule for rule in load_rules(settings) if rule.name == RULE["name"]]
    with open_warehouse(paths) as con:
        statuses = evaluate(con, rules, clock=CLOCK, until=date(2026, 3, 31))
        record(con, statuses, CLOCK, rules=rules)
    return {str(status.segment): status for status in statuses if status.is_latest}


def test_each_member_of_both_is_judged_by_itself(latest: dict[str, RedLineStatus]) -> None:
    assert {segment: (status.value, status.word) for segment, status in latest.items()} == {
        "plan+country=pro + DE": (0.6, "crossed"),
        "plan+country=pro + A ++ B": (0.0, "clear"),
        "plan+country=team + DE": (0.0, "unknown"),  # three customers are too few
        "plan+country=team + A ++ B": (None, "unknown"),
        "plan+country=(none) + DE": (None, "unknown"),
        "plan+country=(none) + A ++ B": (None, "unknown"),
    }


def test_the_message_names_the_customers_of_both(
    build: tuple[WarehousePaths, Settings], latest: dict[str, RedLineStatus]
) -> None:
    with open_warehouse(build[0], read_only=True) as con:
        ((alert,),) = con.execute("select alert from ops.outbox").fetchall()
    assert latest and '"segment":"plan+country=pro + DE"' in alert.replace('": "', '":"')
    assert [f'"c{n:02}"' in alert for n in range(4)] == [True, True, True, False]


def test_what_is_crossed_sums_to_the_whole(build: tuple[WarehousePaths, Settings]) -> None:
    with open_warehouse(build[0], read_only=True) as con:
        sums: list[Any] = con.execute(
            "select distinct sum(mrr_closing), sum(customers_lost), sum(mrr_churn) from marts.mart_churn_periods "
            "where grain = 'month' and period_start = '2026-03-01' group by dimension"
        ).fetchall()
    assert len(sums) == 1


@pytest.mark.parametrize(
    ("table", "check"),
    [
        ("dim_segments", "members_add_up_to_all_customers"),
        ("mart_churn_periods", "customers_open_and_close"),
        ("mart_revenue_periods", "customers_open_and_close"),
        ("mart_churn_periods", "segments_add_up_to_the_whole"),
        ("mart_revenue_periods", "segments_add_up_to_the_whole"),
    ],
)
def test_what_suites_ask_of_dimensions_holds_of_crossed_ones(
    build: tuple[WarehousePaths, Settings], table: str, check: str
) -> None:
    suite = yaml.safe_load((EXPECTATIONS / "marts" / f"{table}.yml").read_text(encoding="utf-8"))
    query = suite["checks"][check]["sql"].replace("{batch}", f"marts.{table}")
    with open_warehouse(build[0], read_only=True) as con:
        assert con.execute(query).fetchall() == []
