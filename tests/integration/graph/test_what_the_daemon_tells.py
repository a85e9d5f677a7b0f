"""The sensors of the daemon that speak for runs: of one that nobody watched, and of one that never came."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.events import DagsterEvent

from dagster_project.clock import FixedClock
from dagster_project.defs.automation import after_a_failed_run, after_a_good_run, pipeline_watch
from dagster_project.defs.check_evaluations import changed
from dagster_project.defs.incident_checks import evaluations
from dagster_project.defs.run_history import COMMAND_LINE, STARTED_BY
from dagster_project.errors import EbblineError
from dagster_project.exports import ensure_raw_tables
from dagster_project.period import Period
from dagster_project.red_lines import Rule, acknowledge, record, resolve
from dagster_project.red_lines.evaluation import RedLineStatus, Segment
from dagster_project.runs import RunReports
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths
from tests.webhook import Webhook, receiving

NOW = datetime(2026, 12, 1, 4, tzinfo=UTC)
JOB = "retention_pipeline"
Ended = Callable[..., None]


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    with receiving() as hook:
        yield hook


@pytest.fixture
def paths(tmp_path: Path, webhook: Webhook, monkeypatch: pytest.MonkeyPatch) -> WarehousePaths:
    """A warehouse whose last run ended a day and a half ago, and whose settings tell the webhook."""
    (tmp_path / "ebbline.yml").write_text(
        f"sources: {{billing: {{path: billing}}}}\nwarehouse: warehouse\nrun_due_after: 30h\n"
        f"notify: [{{url: '{webhook.url}'}}]\n"
    )
    monkeypatch.setenv("EBBLINE_CONFIG", str(tmp_path / "ebbline.yml"))
    monkeypatch.setenv("EBBLINE_NOW", NOW.isoformat())
    found = WarehousePaths(tmp_path / "warehouse")
    found.create()
    ended = NOW - timedelta(hours=36)
    with open_warehouse(found) as con:
        ensure_raw_tables(con)
        con.execute("insert into ops.runs values (?, ?, 'published', 1)", [ended, ended])
    return found


@pytest.fixture
def ended(paths: WarehousePaths) -> Ended:
    """Let a run of the daemon end, and its sensor tell of it."""

    def tell(run_id: str, *, stops_for: str = "", started_by: str = "") -> None:
        try:
            with RunReports(paths, run_id).stage("run"):
                if stops_for:
                    raise EbblineError(stops_for)
        except EbblineError:
            pass
        sensor, kind = (
            (after_a_failed_run, "PIPELINE_FAILURE")
            if stops_for
            else (after_a_good_run, "PIPELINE_SUCCESS")
        )
        status = dg.DagsterRunStatus.FAILURE if stops_for else dg.DagsterRunStatus.SUCCESS
        tags = {STARTED_BY: started_by} if started_by else {}
        with dg.DagsterInstance.ephemeral() as instance:
            run = instance.add_run(
                dg.DagsterRun(job_name=JOB, run_id=run_id, status=status, tags=tags)
            )
            event = DagsterEvent(event_type_value=kind, job_name=JOB)
            sensor(dg.build_run_status_sensor_context(sensor.name, event, instance, run))

    return tell


def told(webhook: Webhook) -> list[str]:
    return [message["title"] for message in webhook.received]


def test_a_run_of_the_daemon_that_failed_is_told_though_nobody_watched(
    ended: Ended, webhook: Webhook
) -> None:
    ended("a", stops_for="no disk")
    assert told(webhook) == ["[PAGE] a run ended with an error"]
    assert "no disk" in webhook.received[0]["message"]


def test_the_next_good_run_of_the_daemon_ends_the_incident(ended: Ended, webhook: Webhook) -> None:
    ended("a", stops_for="no disk")
    ended("b")
    assert told(webhook)[1:] == ["[RESOLVED] error is over"]


def test_what_the_command_line_told_itself_is_not_told_again(
    ended: Ended, webhook: Webhook, paths: WarehousePaths
) -> None:
    ended("a", stops_for="no disk", started_by=COMMAND_LINE)
    with open_warehouse(paths, read_only=True) as con:
        runs = con.execute("select count(*) from ops.runs").fetchall()
    assert (told(webhook), runs) == ([], [(1,)])


def looked(instance: dg.DagsterInstance) -> tuple[str | None, dict[str, bool]]:
    """Return what the daemon says when it looks, and the checks of freshness that it turns red or green."""
    with dg.build_sensor_context(instance=instance) as context:
        result = pipeline_watch(context)
    assert isinstance(result, dg.SensorResult)
    assert result.skip_reason is not None
    turned = {}
    for one in result.asset_events or ():
        assert isinstance(one, dg.AssetCheckEvaluation)
        instance.report_runless_asset_event(one)
        turned["/".join(one.asset_key.path)] = one.passed
    return result.skip_reason.skip_message, turned


def test_a_run_that_did_not_come_is_told_by_the_daemon_once(
    paths: WarehousePaths, webhook: Webhook
) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        said = [looked(instance)[0] for _ in range(2)]
    assert told(webhook) == ["[PAGE] no run for 36 hours"]
    assert said == ["missed_run/run/2026-12-01 (open)"] * 2


def test_a_source_that_goes_stale_where_no_run_comes_is_red_in_the_ui_and_green_when_it_is_back(
    paths: WarehousePaths,
) -> None:
    def deliver(days_ago: int) -> None:
        with open_warehouse(paths) as con:
            con.execute(
                "insert into raw.loads by name select 1 as load_id, 'billing' as source,"
                " 'customers.csv' as file_name, 'customers' as table_name, 'canonical' as format,"
                " 1 as size_bytes, 'a' as content_hash, 1 as rows_read, 1 as rows_loaded,"
                " 0 as rows_unchanged, 0 as rows_quarantined, 0.1 as duration_seconds,"
                " 'loaded' as outcome, ?::timestamptz as started_at",
                [NOW - timedelta(days=days_ago)],
            )

    deliver(30)
    with dg.DagsterInstance.ephemeral() as instance:
        stale, again = looked(instance)[1], looked(instance)[1]
        deliver(0)
        back = looked(instance)[1]
    assert (stale["raw/customers"], again, back) == (False, {}, {"raw/customers": True})


def test_a_red_line_is_red_in_the_ui_until_its_incident_is_resolved(paths: WarehousePaths) -> None:
    clock = FixedClock(NOW)
    rule = Rule(
        name="churn", description="x", metric="churn_rate", when="above", line=0.1, severity="page"
    )
    crossed = RedLineStatus(
        rule=rule,
        period=Period("month", date(2026, 11, 1)),
        segment=Segment(),
        value=0.2,
        line=0.1,
        crossed=True,
        breached=True,
        running=1,
        detail="20 % against 10 %",
        is_latest=True,
    )
    shown = []
    with dg.DagsterInstance.ephemeral() as instance:
        for step in ("nothing", "crossed", "acknowledged", "resolved"):
            with open_warehouse(paths) as con:
                if step == "crossed":
                    record(con, [crossed], clock)
                elif step == "acknowledged":
                    acknowledge(con, "churn/all/2026-11", by="ann", clock=clock)
                elif step == "resolved":
                    resolve(con, "churn/all/2026-11", by="ann", clock=clock)
                found = {one.check_name: one for one in evaluations(con)}
            page = found["no_page_is_unresolved"]
            turned = [one.check_name for one in changed(instance, found.values())]
            for one in found.values():
                instance.report_runless_asset_event(one)
            shown.append((page.passed, turned))
            if step == "acknowledged":
                assert "`churn/all/2026-11` (acknowledged, since 2026-11-01)" in str(
                    page.metadata["unresolved"].value
                )
    both = ["no_page_is_unresolved", "no_warning_is_unresolved"]
    assert shown == [(True, both), (False, both[:1]), (False, []), (True, both[:1])]
