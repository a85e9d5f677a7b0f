"""A year of one red line, night after night, as a time script: what the webhook hears, and when."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from dagster_project.clock import FixedClock
from dagster_project.config import Settings
from dagster_project.red_lines import deliver, evaluate, load_rules, record
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths
from tests.integration.red_lines.made import note_publication

# Night of the run, churn rate of each month so far (- = no row), webhook's answer, titles expected.
SCRIPT: list[tuple[str, list[str], int, list[str]]] = [
    ("2026-02-01", ["0.05"], 200, []),
    ("2026-03-01", ["0.05", "0.12"], 200, ["[PAGE] churn rate above 10 %: 12 % in 2026-02"]),
    ("2026-03-02", ["0.05", "0.12"], 200, []),  # the next night: nothing new
    ("2026-03-09", ["0.05", "0.13"], 200, []),  # corrected, still crossed: the same incident
    ("2026-04-01", ["0.05", "0.13", "-"], 200, []),  # no row: unknown, not resolved
    ("2026-04-02", ["0.05", "0.13", "0.11"], 200, []),
    ("2026-05-01", ["0.05", "0.13", "0.11", "0.12"], 200, []),
    (
        "2026-06-01",
        ["0.05", "0.13", "0.11", "0.12", "0.14"],
        200,
        ["[PAGE, STILL CROSSED] churn rate above 10 %: 14 % in 2026-05"],
    ),
    ("2026-07-01", ["0.05", "0.13", "0.11", "0.12", "0.14", "0.1"], 500, []),  # receiver is down
    (
        "2026-07-02",
        ["0.05", "0.13", "0.11", "0.12", "0.14", "0.1"],
        200,
        ["[RESOLVED] churn rate above 10 %: 10 % in 2026-06"],
    ),
    ("2026-07-03", ["0.05", "0.13", "0.11", "0.12", "0.14", "0.1"], 200, []),
]


def test_each_night_tells_what_is_new_and_nothing_else(
    tmp_path: Any, settings: Callable[..., Settings], webhook: Any
) -> None:
    paths = WarehousePaths(tmp_path / "warehouse")
    rules = load_rules(settings(red_lines=[{"rule": "ltv_falling", "enabled": False}]))
    churn = tuple(rule for rule in rules if rule.name == "churn_above")
    told = settings(notify=[{"url": webhook.url}])
    timeline = []
    for number, (night, rates, answer, _) in enumerate(SCRIPT, start=1):
        webhook.answers, already = [answer], len(webhook.received)
        clock = FixedClock(datetime.fromisoformat(night).replace(hour=3, tzinfo=UTC))
        with open_warehouse(paths) as con:
            con.execute("create schema if not exists marts")
            con.execute(
                """
                create or replace table marts.mart_churn_periods as
                select 'month' as grain, make_date(2026, n::int, 1) as period_start,
                    (make_date(2026, n::int, 1) + interval 1 month)::date as period_end,
                    true as is_complete, 'all' as dimension, 'all' as member,
                    100 as customers_opening, 10 as customers_lost, rate::double as churn_rate,
                    10.00::decimal(18, 2) as mrr_churn, 0.00::decimal(18, 2) as mrr_contraction,
                    100.00::decimal(18, 2) as mrr_closing
                from (select unnest(?::varchar[]) as rate, generate_subscripts(?, 1) as n)
                where rate <> '-'
                """,
                [rates, rates],
            )
            until = date.fromisoformat(night) - timedelta(days=1)
            record(con, evaluate(con, churn, clock=clock, until=until), clock, rules=churn)
        note_publication(paths, str(number))
        deliver(paths, told, str(number), clock, pauses=())
        taken = webhook.received[already:] if answer == 200 else []
        timeline.append((night, [message["title"] for message in taken]))
    assert timeline == [(night, expected) for night, _, _, expected in SCRIPT]
