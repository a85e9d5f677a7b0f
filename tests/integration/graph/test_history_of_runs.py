"""What the Dagster UI knows of runs of the command line, and that its history stays small and cheap."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from dagster_project.defs import run_history
from dagster_project.defs.event_log import HeldOpenEventLog, dagster_yaml
from dagster_project.locations import DBT_PROJECT

BEGAN, ENDED = datetime(2026, 11, 3, 3, tzinfo=UTC), datetime(2026, 11, 3, 3, 2, tzinfo=UTC)
MART, HOLDS, MAY_FAIL = dg.AssetKey(["marts", "m"]), "holds", "may_fail"


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    """The UI's history, as ``ebbline ui`` sets it up."""
    template = (DBT_PROJECT.parent / "dagster_project" / "dagster.yaml").read_text()
    (tmp_path / "dagster.yaml").write_text(dagster_yaml(template, tmp_path))
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        yield instance


def run(*, well: bool = True, fails: bool = False) -> dg.ExecuteInProcessResult:
    """Execute a job of one mart with two checks, as the command line does: without an instance."""

    @dg.multi_asset(
        specs=[dg.AssetSpec(MART)],
        check_specs=[dg.AssetCheckSpec(name, asset=MART) for name in (HOLDS, MAY_FAIL)],
    )
    def mart() -> Iterator[dg.MaterializeResult[None]]:
        if fails:
            raise ValueError("no disk")
        yield dg.MaterializeResult(
            asset_key=MART,
            metadata={"dagster/row_count": 3},
            check_results=[
                dg.AssetCheckResult(check_name=HOLDS, passed=True),
                dg.AssetCheckResult(check_name=MAY_FAIL, passed=well),
            ],
        )

    job = dg.Definitions(assets=[mart], jobs=[dg.define_asset_job("retention_pipeline")])
    return job.resolve_job_def("retention_pipeline").execute_in_process(raise_on_error=False)


def noted(instance: dg.DagsterInstance, result: dg.ExecuteInProcessResult) -> dg.DagsterRun:
    run_history.record(instance, result, began=BEGAN, ended=ENDED)
    found = instance.get_run_by_id(result.run_id)
    assert found is not None
    return found


def states(instance: dg.DagsterInstance) -> dict[str, str]:
    keys = [dg.AssetCheckKey(MART, name) for name in (HOLDS, MAY_FAIL)]
    known = instance.event_log_storage.get_latest_asset_check_execution_by_key(keys)
    return {key.name: one.status.value for key, one in known.items()}


def test_a_run_of_the_command_line_is_in_the_list_with_its_job_and_times(
    instance: dg.DagsterInstance,
) -> None:
    found = noted(instance, run())
    (record,) = instance.get_run_records()
    assert (found.job_name, found.status, found.tags["ebbline/started_by"]) == (
        "retention_pipeline",
        dg.DagsterRunStatus.SUCCESS,
        "command line",
    )
    assert (record.start_time, record.end_time) == (BEGAN.timestamp(), ENDED.timestamp())


def test_an_asset_is_shown_as_materialised_with_what_was_said_of_it(
    instance: dg.DagsterInstance,
) -> None:
    result = run()
    noted(instance, result)
    event = instance.get_latest_materialization_event(MART)
    assert event is not None and event.asset_materialization is not None
    rows = event.asset_materialization.metadata["dagster/row_count"].value
    assert (event.run_id, rows) == (result.run_id, 3)


def test_a_run_that_failed_is_a_failure_and_says_why(instance: dg.DagsterInstance) -> None:
    found = noted(instance, run(fails=True))
    said = [
        entry.dagster_event.step_failure_data.error
        for entry in instance.all_logs(found.run_id)
        if entry.dagster_event is not None and entry.dagster_event.is_step_failure
    ]
    assert found.status is dg.DagsterRunStatus.FAILURE
    assert "no disk" in str(said[0])


def test_only_checks_that_failed_or_are_well_again_are_written(
    instance: dg.DagsterInstance,
) -> None:
    after = []
    for well in (True, False, True):
        noted(instance, run(well=well))
        after.append(states(instance))
    assert after == [{}, {MAY_FAIL: "FAILED"}, {MAY_FAIL: "SUCCEEDED"}]


def test_old_runs_are_forgotten_and_the_newest_stay(instance: dg.DagsterInstance) -> None:
    runs = [noted(instance, run()).run_id for _ in range(4)]
    assert run_history.forget_old_runs(instance, keep=3) == 1
    assert [one.run_id for one in instance.get_runs()] == list(reversed(runs[1:]))
    assert run_history.forget_old_runs(instance, keep=3) == 0


def test_no_event_waits_for_the_disk(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    storage = instance.event_log_storage
    assert isinstance(storage, HeldOpenEventLog)
    with storage.index_connection() as con:
        assert con.exec_driver_sql("pragma synchronous").scalar() == 1
    # What closes last flushes: while one connection stays open, the log of what is to be written stays too.
    assert (tmp_path / "history" / "runs" / "index.db-wal").stat().st_size > 0


def test_only_the_files_of_the_newest_runs_are_held_open(instance: dg.DagsterInstance) -> None:
    storage = instance.event_log_storage
    assert isinstance(storage, HeldOpenEventLog)
    for name in ("index", *(f"run-{n}" for n in range(7)), "index"):
        with storage.run_connection(name):
            pass
    assert sorted(storage._held) == ["index", "run-3", "run-4", "run-5", "run-6"]


@pytest.mark.parametrize(("made", "known"), [(False, False), (True, True)])
def test_the_history_is_that_of_the_folder_in_which_the_ui_was_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made: bool, known: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    if made:
        (tmp_path / ".dagster").mkdir()
        (tmp_path / ".dagster" / "dagster.yaml").write_text("{}")
    assert (run_history.home() == tmp_path / ".dagster") is known
