"""What `ebbline status` says of incidents: as they stand now, or as published while somebody writes."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import duckdb
import pytest

from dagster_project.clock import FixedClock
from dagster_project.config import Settings
from dagster_project.errors import ExitCode
from dagster_project.red_lines import acknowledge, open_alerts
from dagster_project.runs import RunOutcome
from dagster_project.screens.status import acknowledgement_lines, incident_lines
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.lock import warehouse_lock
from dagster_project.warehouse.paths import WarehousePaths
from tests.command_line import command_line
from tests.integration.red_lines.conftest import NOW

INCIDENT = "churn_above/all/2026-03"
FIRST = FixedClock(datetime(2026, 4, 1, 8, tzinfo=UTC))
SECOND = FixedClock(datetime(2026, 4, 1, 9, tzinfo=UTC))
MakeSettings = Callable[..., Settings]


@pytest.fixture
def published(paths: WarehousePaths) -> WarehousePaths:
    """The warehouse, with its incident published while it was open."""
    with duckdb.connect(":memory:") as con:
        con.execute(f"attach '{paths.warehouse_db}' as w (read_only)")
        con.execute(f"attach '{paths.marts_db}' as m")
        con.execute("create schema m.marts")
        con.execute("create table m.marts.alert_incidents as from w.marts.alert_incidents")
    return paths


def said(paths: WarehousePaths, settings: MakeSettings) -> list[str]:
    return [text for text, _ in incident_lines(open_alerts(paths, settings(), NOW))]


def acknowledge_as(paths: WarehousePaths, who: str, clock: FixedClock) -> list[str]:
    with open_warehouse(paths) as con:
        done = acknowledge(con, INCIDENT, by=who, clock=clock)
    return [text for text, _ in acknowledgement_lines(done)]


def test_an_acknowledgement_shows_at_once(
    published: WarehousePaths, settings: MakeSettings
) -> None:
    acknowledge_as(published, "ana", FIRST)
    (line,) = said(published, settings)
    assert line.startswith(f"incident {INCIDENT} (acknowledged by ana, 2026-04-01 08:00 UTC): ")


def test_the_second_is_told_who_was_first_and_the_first_stands(
    published: WarehousePaths, settings: MakeSettings
) -> None:
    first = acknowledge_as(published, "ana", FIRST)
    second = acknowledge_as(published, "ben", SECOND)
    assert (first, second) == (
        [f"incident {INCIDENT} is acknowledged"],
        [
            f"incident {INCIDENT} was acknowledged by ana before, 2026-04-01 08:00 UTC; that stands",
        ],
    )
    assert "acknowledged by ana" in said(published, settings)[0]


def test_while_a_run_writes_the_publication_answers_and_says_so(
    published: WarehousePaths, settings: MakeSettings
) -> None:
    acknowledge_as(published, "ana", FIRST)
    with warehouse_lock(published, SECOND, "ebbline run"):
        incident, note = said(published, settings)
    assert incident.startswith(f"incident {INCIDENT} (open): ")
    assert note.endswith("a run is writing")


def test_another_users_working_database_is_not_asked(
    published: WarehousePaths, settings: MakeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)
    assert said(published, settings)[-1].endswith("the working database is another user's")


def test_asking_changes_nothing(published: WarehousePaths, settings: MakeSettings) -> None:
    before = published.warehouse_db.read_bytes()
    open_alerts(published, settings(), NOW)
    assert published.warehouse_db.read_bytes() == before


def test_without_any_file_there_is_nothing_to_say(tmp_path: Any, settings: MakeSettings) -> None:
    assert open_alerts(WarehousePaths(tmp_path), settings(), NOW).incidents == ()


@pytest.mark.parametrize("command", ["run", "status"])
def test_the_command_line_names_what_did_not_arrive(
    paths: WarehousePaths,
    settings: MakeSettings,
    webhook: Any,
    *,
    send: Callable[..., Any],
    command: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    webhook.answers = [503]
    send(paths, settings(notify=[{"url": webhook.url}]))
    config = paths.root.parent / "ebbline.yml"
    config.write_text(
        f"sources: {{billing: {{path: x}}}}\nnotify: [{{url: '{webhook.url}'}}]\n", encoding="utf-8"
    )
    published = RunOutcome(ExitCode.PUBLISHED)
    monkeypatch.setattr("dagster_project.pipeline.run_pipeline", lambda _: published)
    ended = command_line(monkeypatch)(command, "--config", config, "--warehouse", paths.root)
    assert (
        ended.code,
        "not delivered to notify[0] (" in ended.screen,
    ) == (
        0,
        True,
    )
    assert "T0KEN" not in ended.screen
