"""A night that loads a few usage rows ends with the same days as computing all of history again."""

from pathlib import Path

import pytest

from tests.integration.dbt_purchases.conftest import MakeWarehouse
from tests.integration.dbt_purchases.hand_loaded import Cell, Rows, Warehouse

DAYS = "select * exclude (_load_id) from intermediate.int_usage_daily order by customer_id, used_on"


def event(key: str, customer: str | None, at: str, **more: Cell) -> dict[str, Cell]:
    """Return one raw usage event."""
    return {
        "event_id": key,
        "customer_id": customer,
        "event_name": "open",
        "occurred_at": f"2025-03-{at}+00",
        **more,
    }


@pytest.fixture(scope="module")
def built_once(make_warehouse: MakeWarehouse) -> Warehouse:
    """Return three customers' usage, built from nothing."""
    made = make_warehouse(until="2025-03-31")
    made.load(
        "customers",
        [{"customer_id": c, "created_at": "2025-03-01 00:00:00+00"} for c in ("a", "b", "c")],
    )
    made.load("identities", [{"user_id": "u1", "customer_id": "b"}])
    made.load(
        "events",
        [
            event("e1", "a", "01 10:00:00", feature="report"),
            event("e2", "a", "01 10:29:59", feature="export"),
            event("e3", "a", "01 11:00:00", feature="report"),
            event("e4", "a", "01 23:50:00"),
            event("e5", "a", "02 00:05:00"),
            event("e6", "a", "05 08:00:00", session_id="s1"),
            event("e7", "a", "05 12:00:00", session_id="s1"),
            event("e8", None, "06 09:00:00", user_id="u1"),
            event("e9", None, "07 09:00:00", user_id="u2"),
            event("e10", "c", "08 09:00:00"),
            event("e11", "late", "10 23:59:00", user_id="u9"),
            event("e12", "late", "11 00:10:00", user_id="u9"),
            event("e13", "late", "11 00:30:00", user_id="u9"),
            event("e14", "late", "11 01:30:00", user_id="u9"),
            event("e15", "named", "10 23:59:00", session_id="s2"),
            event("e16", "named", "11 00:50:00", session_id="s2"),
            event("e17", "named", "11 00:51:00", session_id="s3"),
        ],
    )
    made.build("int_usage_days")
    return made


@pytest.fixture
def warehouse(built_once: Warehouse, tmp_path: Path) -> Warehouse:
    """Return a copy of the built usage for one test to change."""
    return built_once.copied_to(tmp_path / "warehouse.duckdb")


def both_ways(warehouse: Warehouse) -> tuple[Rows, Rows]:
    """Return the days after an increment, and after computing everything again."""
    warehouse.build("int_usage_days")
    increment = warehouse.rows(DAYS)
    warehouse.build("int_usage_days", full_refresh=True)
    return increment, warehouse.rows(DAYS)


def first_sessions(warehouse: Warehouse, customer: str) -> Rows:
    """Return the days of a customer with the length of their first session."""
    return warehouse.rows(
        "select cast(used_on as varchar), first_session_seconds from intermediate.int_usage_daily"
        f" where customer_id = '{customer}' order by used_on"
    )


def test_a_pause_of_more_than_half_an_hour_ends_a_session(warehouse: Warehouse) -> None:
    assert first_sessions(warehouse, "a") == [
        ("2025-03-01", 1799),
        ("2025-03-02", 0),
        ("2025-03-05", 14400),
    ]


@pytest.mark.parametrize(("customer", "seconds"), [("late", 1860), ("named", 3060)])
def test_midnight_ends_no_session(warehouse: Warehouse, customer: str, seconds: int) -> None:
    assert first_sessions(warehouse, customer)[0] == ("2025-03-10", seconds)


def test_what_comes_late_of_the_day_after_goes_on_with_the_session(warehouse: Warehouse) -> None:
    warehouse.load("events", [event("e18", "late", "11 00:50:00", user_id="u9")])
    increment, full = both_ways(warehouse)
    assert increment == full
    assert first_sessions(warehouse, "late")[0] == ("2025-03-10", 3060)


def test_other_key_events_compute_every_day_again(warehouse: Warehouse) -> None:
    key_events = "select sum(key_events) from intermediate.int_usage_daily"
    before = warehouse.rows(key_events)
    warehouse.build("int_usage_days", key_events=["open"])
    assert (before, warehouse.rows(key_events)) == ([(3,)], [(16,)])


def test_a_user_known_by_identity_is_its_customers_usage(warehouse: Warehouse) -> None:
    assert warehouse.rows(
        "select customer_id, events from intermediate.int_usage_daily"
        " where customer_id in ('b', 'c') order by 1"
    ) == [("b", 1), ("c", 1)]


def test_new_late_corrected_deleted_and_reassigned_rows_end_like_a_full_refresh(
    warehouse: Warehouse,
) -> None:
    warehouse.load(
        "events",
        [
            event("e20", "a", "20 10:00:00", feature="report"),
            event("e21", "a", "01 10:45:00"),
            event("e5", "a", "03 00:05:00"),
            event("e10", "c", "08 09:00:00", _deleted=True),
        ],
    )
    warehouse.load(
        "identities",
        [{"user_id": "u1", "customer_id": "c"}, {"user_id": "u2", "customer_id": "b"}],
    )
    increment, full = both_ways(warehouse)
    assert increment == full
    assert [(row[0], str(row[1])) for row in full if len(row[0]) == 1] == [
        ("a", "2025-03-01"),
        ("a", "2025-03-03"),
        ("a", "2025-03-05"),
        ("a", "2025-03-20"),
        ("b", "2025-03-07"),
        ("c", "2025-03-06"),
    ]


def test_more_features_than_one_word_holds_are_told_apart(warehouse: Warehouse) -> None:
    warehouse.load(
        "events",
        [
            event(f"f{n}", "a", f"20 {n // 60:02}:{n % 60:02}:00", feature=f"f{n}")
            for n in range(150)
        ],
    )
    warehouse.load("events", [event("g", "a", "20 12:00:00", feature="f149")])
    warehouse.load("events", [event("h", "a", "01 12:00:00", feature="f1")])
    increment, full = both_ways(warehouse)
    assert increment == full
    assert [(str(row[1]), row[5]) for row in full if row[0] == "a"] == [
        ("2025-03-01", 3),
        ("2025-03-02", 0),
        ("2025-03-05", 0),
        ("2025-03-20", 150),
    ]
    assert warehouse.rows("select max(feature_word) from staging.stg_usage__features") == [(2,)]


def test_an_alias_moves_all_days_to_the_surviving_customer(warehouse: Warehouse) -> None:
    warehouse.load("customer_aliases", [{"customer_id": "c", "same_as_customer_id": "a"}])
    warehouse.load("events", [event("e30", "c", "01 12:00:00")])
    increment, full = both_ways(warehouse)
    assert increment == full
    assert {row[0] for row in full} == {"a", "b", "late", "named"}


def test_an_alias_and_more_features_than_a_word_may_come_in_one_night(warehouse: Warehouse) -> None:
    warehouse.load("customer_aliases", [{"customer_id": "c", "same_as_customer_id": "a"}])
    warehouse.load(
        "events", [event(f"f{n}", "c", f"20 10:{n % 60:02}:00", feature=f"f{n}") for n in range(70)]
    )
    increment, full = both_ways(warehouse)
    assert increment == full
    assert {row[0] for row in full} == {"a", "b", "late", "named"}


def test_a_night_computes_only_the_days_its_rows_touch(warehouse: Warehouse) -> None:
    warehouse.load("events", [event("e40", "a", "05 13:00:00")])
    before = warehouse.rows("select max(_load_id) from intermediate.int_usage_daily")[0][0]
    warehouse.build("int_usage_days")
    newer = warehouse.rows(
        "select customer_id, cast(used_on as varchar) from intermediate.int_usage_daily"
        f" where _load_id > {before}"
    )
    assert newer == [("a", "2025-03-05")]


def test_a_past_state_is_built_from_what_was_loaded_by_then_and_left_again(
    warehouse: Warehouse,
) -> None:
    first = warehouse.rows(DAYS)
    warehouse.load("events", [event("e1", "a", "09 10:00:00", feature="other")])
    warehouse.build("int_usage_days")
    today = warehouse.rows(DAYS)
    warehouse.build("int_usage_days", as_of="2025-01-04 23:59:59+00:00")
    past = warehouse.rows(DAYS)
    warehouse.build("int_usage_days")
    assert (past, warehouse.rows(DAYS)) == (first, today)


def test_another_time_zone_computes_every_day_again(warehouse: Warehouse) -> None:
    warehouse.build("int_usage_days", timezone="America/New_York")
    increment = warehouse.rows(DAYS)
    warehouse.build("int_usage_days", full_refresh=True, timezone="America/New_York")
    assert increment == warehouse.rows(DAYS)
    assert ("a", "2025-03-04") not in {(row[0], str(row[1])) for row in increment}
