"""Whatever an export holds, the alert about it arrives and holds up no other; what is refused for good is said once."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from dagster_project.clock import FixedClock
from dagster_project.config import Settings
from dagster_project.red_lines import Delivery, deliver, evaluate, load_rules, open_alerts, record
from dagster_project.red_lines.blocks import BODY_LIMIT, TITLE_LIMIT
from dagster_project.screens.status import dead_letter_lines, delivery_lines
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths
from tests.integration.red_lines.made import note_publication

NOW = datetime(2026, 4, 1, 3, tzinfo=UTC)
HUGE = "\x1b[31m\u202e" + "x" * 50_000
RULES = [
    {"rule": "churn_above", "segments": "country"},
    *({"rule": name, "enabled": False} for name in ("lost_above_new", "downgrades_above_upgrades")),
]


@pytest.fixture
def two_countries(
    tmp_path: Any, settings: Callable[..., Settings], webhook: Any
) -> tuple[WarehousePaths, Settings]:
    """Two countries crossed the line; the name of one is 50 KB long and wants to command a terminal."""
    paths = WarehousePaths(tmp_path / "warehouse")
    told = settings(red_lines=RULES, notify=[{"url": webhook.url}])
    with open_warehouse(paths) as con:
        con.execute(
            """
            create schema marts;
            create table marts.mart_churn_periods as
            select 'month' as grain, date '2026-03-01' as period_start, date '2026-04-01' as period_end,
                true as is_complete, 'country' as dimension, unnest([$huge, 'DE']) as member,
                100 as customers_opening, 20 as customers_lost, 30 as customers_new, 0.2::double as churn_rate,
                5 as upgrades, 1 as downgrades, 900::decimal(18, 2) as ltv, 9::decimal(18, 2) as mrr_churn,
                9::decimal(18, 2) as mrr_contraction, 90::decimal(18, 2) as mrr_closing
            """,
            {"huge": HUGE},
        )
        clock = FixedClock(NOW)
        rules = load_rules(told)
        record(con, evaluate(con, rules, clock=clock, until=date(2026, 3, 31)), clock, rules=rules)
    note_publication(paths, "7")
    return paths, told


def night(paths: WarehousePaths, settings: Settings, number: int = 0) -> tuple[Delivery, ...]:
    clock = FixedClock(NOW + timedelta(days=number))
    return deliver(paths, settings, "7", clock, pauses=())


def test_a_segment_of_fifty_kilobytes_is_told_in_bounds(
    two_countries: tuple[WarehousePaths, Settings], webhook: Any
) -> None:
    assert [one.sent for one in night(*two_countries)] == [True, True]
    for message in webhook.received:
        assert len(message["title"]) <= TITLE_LIMIT
        assert len(message["message"]) <= BODY_LIMIT
    said = str(webhook.received)
    assert ("\x1b" in said, "\u202e" in said, "country=DE" in said) == (False, False, True)
    assert {len(key) for key in webhook.keys} == {32}


def test_a_message_that_is_refused_arrives_in_the_fewest_words_and_holds_up_no_other(
    two_countries: tuple[WarehousePaths, Settings], webhook: Any
) -> None:
    webhook.refuses = "xxxx"
    assert [one.sent for one in night(*two_countries)] == [True, True]
    taken = [message for message in webhook.received if "xxxx" not in str(message)]
    assert sorted(message["title"] for message in taken) == [
        "[PAGE] churn rate above 10 % in country=DE: 20 % in 2026-03",
        "[PAGE] ebbline: churn_above (opened)",
    ]


def test_what_is_refused_in_every_form_is_a_dead_letter_after_five_runs_said_once(
    two_countries: tuple[WarehousePaths, Settings], webhook: Any
) -> None:
    paths, told = two_countries
    webhook.refuses = "churn_above"
    said = []
    for number in range(7):
        night(paths, told, number)
        clock = FixedClock(NOW + timedelta(days=number))
        now = open_alerts(paths, told, clock)
        said.append(
            (len(list(delivery_lines(now))), len(list(dead_letter_lines(now, since=clock.now()))))
        )
    # A line for the target and one for what to do, until both messages are given up, in one run.
    assert said == [*[(2, 0)] * 4, (0, 2), (0, 0), (0, 0)]
    assert len(webhook.received) == 5 * 2 * 2


def test_a_target_that_is_down_is_no_refusal(
    two_countries: tuple[WarehousePaths, Settings], webhook: Any
) -> None:
    paths, told = two_countries
    webhook.answers = [503]
    for number in range(7):
        night(paths, told, number)
    webhook.answers = [200]
    assert [one.sent for one in night(paths, told, 7)] == [True, True]


def test_two_targets_of_which_one_refuses_are_told_apart(
    two_countries: tuple[WarehousePaths, Settings], webhook: Any
) -> None:
    paths, told = two_countries
    dead = replace_target(told, "json://127.0.0.1:9/dead", webhook.url)
    webhook.refuses = "churn_above"
    for number in range(5):
        night(paths, dead, number)
    now = open_alerts(paths, dead, FixedClock(NOW))
    assert {one.target for one in now.undelivered or ()} == {"notify[0] (json://127.0.0.1:9)"}
    assert len(now.dead_letters) == 2


def replace_target(settings: Settings, *urls: str) -> Settings:
    """Return the settings with these targets."""
    return Settings.model_validate(
        {**settings.model_dump(by_alias=True), "notify": [{"url": url} for url in urls]}
    )
