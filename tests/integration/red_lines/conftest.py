"""A warehouse with one crossed line, and a webhook on loopback that can be told to fail."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from dagster_project.clock import FixedClock
from dagster_project.config import Settings
from dagster_project.red_lines import Delivery, deliver, evaluate, load_rules, record
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths
from tests.integration.red_lines.made import note_publication
from tests.webhook import Webhook, receiving

NOW = FixedClock(datetime(2026, 4, 1, 3, tzinfo=UTC))


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    with receiving() as hook:
        yield hook


@pytest.fixture
def settings() -> Callable[..., Settings]:
    def make(**values: Any) -> Settings:
        return Settings.model_validate({"sources": {"billing": {"path": "x"}}, **values})

    return make


@pytest.fixture
def send() -> Callable[..., tuple[Delivery, ...]]:
    """Deliver as the night run of 1 April would, without waiting between attempts."""

    def deliver_now(
        paths: WarehousePaths, settings: Settings, publication_id: str | None = "7"
    ) -> tuple[Delivery, ...]:
        note_publication(paths, publication_id or "7")
        return deliver(paths, settings, publication_id, NOW, pauses=(0.0, 0.0))

    return deliver_now


@pytest.fixture
def judge() -> Callable[..., None]:
    """Build the mart of March with a churn rate, evaluate and record."""
    return _judge


@pytest.fixture
def paths(tmp_path: Path, settings: Callable[..., Settings]) -> WarehousePaths:
    """A warehouse in which churn crossed 10 % in March 2026, recorded and not yet told."""
    paths = WarehousePaths(tmp_path / "warehouse")
    _judge(paths, settings(), churn_rate=0.2)
    return paths


def _judge(paths: WarehousePaths, settings: Settings, *, churn_rate: float) -> None:
    """Build a mart of one month with that churn rate, and evaluate and record the red lines."""
    with open_warehouse(paths) as con:
        con.execute("create schema if not exists marts")
        con.execute(
            """
            create or replace table marts.mart_churn_periods as
            select 'month' as grain, date '2026-03-01' as period_start,
                date '2026-04-01' as period_end, true as is_complete,
                'all' as dimension, 'all' as member,
                100 as customers_opening, (100 * ?)::int as customers_lost, 30 as customers_new,
                ?::double as churn_rate, 5 as upgrades, 1 as downgrades,
                900.00::decimal(18, 2) as ltv, 2150.00::decimal(18, 2) as mrr_churn,
                99.00::decimal(18, 2) as mrr_contraction, 8000.00::decimal(18, 2) as mrr_closing
            """,
            [churn_rate, churn_rate],
        )
        con.execute(
            """
            create or replace table marts.fct_customer_months as
            select 'C' || lpad(i::varchar, 2, '0') as customer_id, date '2026-03-01' as month,
                (i * 10)::decimal(18, 2) as mrr_opening, 0::decimal(18, 2) as mrr_closing,
                'lost' as status
            from range(1, 21) as lost (i)
            """
        )
        con.execute(
            "create or replace table marts.dim_customers as "
            "select customer_id, 'DE' as country from marts.fct_customer_months"
        )
        rules = load_rules(settings)
        statuses = evaluate(con, rules, clock=NOW, until=date(2026, 3, 31))
        record(con, statuses, NOW, rules=rules)
