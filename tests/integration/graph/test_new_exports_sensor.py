"""The sensor for new files in the landing folders, case by case of its cursor; and the nightly schedule."""

import os
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from dagster_project.defs.automation import SETTLED_AFTER_SECONDS, new_exports, nightly

SETTLED = 1_700_000_000
NOW = "2026-11-01T00:00:00+00:00"


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "billing").mkdir()
    (tmp_path / "ebbline.yml").write_text(
        "sources:\n  billing: {path: billing}\n  usage: {path: usage}\n", encoding="utf-8"
    )
    monkeypatch.setenv("EBBLINE_CONFIG", str(tmp_path / "ebbline.yml"))
    monkeypatch.setenv("EBBLINE_NOW", NOW)


def drop(file: Path, text: str = "customer_id\n", modified: float = SETTLED) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")
    os.utime(file, (modified, modified))


def tick(cursor: str | None = None) -> dg.SensorResult | dg.SkipReason:
    with dg.build_sensor_context(cursor=cursor) as context:
        result = new_exports(context)
    assert isinstance(result, dg.SensorResult | dg.SkipReason)
    return result


def cursor_after(result: dg.SensorResult | dg.SkipReason) -> str:
    assert isinstance(result, dg.SensorResult)
    assert result.run_requests is not None
    assert len(result.run_requests) == 1
    assert result.cursor is not None
    return result.cursor


def test_an_empty_landing_folder_starts_nothing() -> None:
    assert isinstance(tick(), dg.SkipReason)


def test_the_first_file_starts_a_run(tmp_path: Path) -> None:
    drop(tmp_path / "billing" / "customers.csv")
    cursor_after(tick())


def test_the_same_files_start_nothing_again(tmp_path: Path) -> None:
    drop(tmp_path / "billing" / "customers.csv")
    assert isinstance(tick(cursor_after(tick())), dg.SkipReason)


def test_a_new_file_of_another_source_starts_a_run(tmp_path: Path) -> None:
    drop(tmp_path / "billing" / "customers.csv")
    before = cursor_after(tick())
    drop(tmp_path / "usage" / "events.jsonl")
    assert cursor_after(tick(before)) != before


def test_a_replaced_file_starts_a_run(tmp_path: Path) -> None:
    drop(tmp_path / "billing" / "customers.csv")
    before = cursor_after(tick())
    drop(tmp_path / "billing" / "customers.csv", modified=SETTLED + 60)
    assert cursor_after(tick(before)) != before


def test_a_file_that_is_still_being_written_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EBBLINE_NOW", "2023-11-14T22:13:25+00:00")  # five seconds after SETTLED
    drop(tmp_path / "billing" / "customers.csv")
    assert isinstance(tick(), dg.SkipReason)
    assert SETTLED_AFTER_SECONDS > 5


def test_a_time_of_change_in_the_far_future_stops_nothing(tmp_path: Path) -> None:
    drop(tmp_path / "billing" / "customers.csv", modified=4_000_000_000)
    before = cursor_after(tick())
    assert isinstance(tick(before), dg.SkipReason)
    drop(tmp_path / "billing" / "orders.csv")
    assert cursor_after(tick(before)) != before


def test_hidden_and_underscored_files_start_nothing(tmp_path: Path) -> None:
    drop(tmp_path / "billing" / ".customers.csv.swp")
    drop(tmp_path / "billing" / "_SUCCESS")
    assert isinstance(tick(), dg.SkipReason)


def test_the_night_begins_at_a_quarter_past_three() -> None:
    """When yesterday's exports have arrived: docs/operations.md says so."""
    assert (nightly.cron_schedule, nightly.execution_timezone) == ("15 3 * * *", "UTC")


def test_a_night_is_run_once_however_often_it_is_asked_for() -> None:
    asked = dg.build_schedule_context(
        scheduled_execution_time=datetime(2026, 4, 2, 3, 15, tzinfo=UTC)
    )
    (first,) = nightly.evaluate_tick(asked).run_requests or ()
    (again,) = nightly.evaluate_tick(asked).run_requests or ()
    assert first.run_key == again.run_key == "2026-04-02"
