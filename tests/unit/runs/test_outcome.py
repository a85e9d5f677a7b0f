"""How a run ended, from what its stages handed over."""

import stat
from pathlib import Path

import pytest

from dagster_project.errors import EbblineError, ExitCode, InputRefusedError
from dagster_project.runs import FailedCheck, RunReports, StageReport, outcome_of
from dagster_project.warehouse.paths import WarehousePaths


def failed(*, critical: bool) -> FailedCheck:
    return FailedCheck("marts/m", "c", critical, "marts__m", "wrong", "1", ({"id": "1"},))


@pytest.fixture
def reports(tmp_path: Path) -> RunReports:
    paths = WarehousePaths(tmp_path)
    paths.create()
    return RunReports(paths, "run-1")


def test_what_a_stage_hands_over_is_read_again(reports: RunReports) -> None:
    with reports.stage("ingest_billing") as report:
        report.rows_loaded["plans"] = 3
        report.failed_checks.append(failed(critical=False))
    with reports.stage("publish") as report:
        report.publication_id = 7
    one, other = reports.read()
    assert (one.rows_loaded, one.failed_checks) == ({"plans": 3}, [failed(critical=False)])
    assert (other.stage, other.publication_id) == ("publish", 7)


def test_an_error_of_a_stage_is_handed_over_with_its_fix_and_code(reports: RunReports) -> None:
    with pytest.raises(InputRefusedError), reports.stage("transform"):
        raise InputRefusedError("nothing came", where="x", evidence=["a"], fix="send it")
    outcome = outcome_of(reports.read(), success=False)
    assert outcome.errors == ("x: nothing came\n  - a\n  hint: send it",)
    assert outcome.exit_code is ExitCode.INPUT_REFUSED


def test_an_error_that_nobody_foresaw_leads_to_the_log(reports: RunReports) -> None:
    with pytest.raises(ZeroDivisionError), reports.stage("transform"):
        raise ZeroDivisionError("by nothing")
    (said,) = outcome_of(reports.read(), success=False).errors
    assert said.startswith("ZeroDivisionError: by nothing\n  hint: logs/run.log")


def test_what_was_done_before_an_error_is_handed_over_too(reports: RunReports) -> None:
    with pytest.raises(EbblineError), reports.stage("ingest_billing") as report:
        report.rows_loaded["plans"] = 3
        raise EbblineError("stopped")
    assert outcome_of(reports.read(), success=False).rows_loaded == {"plans": 3}


def test_reports_are_for_their_owner_only(reports: RunReports, tmp_path: Path) -> None:
    with reports.stage("publish"):
        pass
    (file,) = (tmp_path / "logs" / "runs").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_only_the_last_twenty_runs_are_kept(tmp_path: Path) -> None:
    paths = WarehousePaths(tmp_path)
    paths.create()
    for number in range(25):
        with RunReports(paths, f"run-{number:02}").stage("publish"):
            pass
    kept = sorted(file.stem for file in (tmp_path / "logs" / "runs").iterdir())
    assert (len(kept), kept[-1]) == (20, "run-24")


@pytest.mark.parametrize(
    ("report", "success", "code"),
    [
        (StageReport("publish", publication_id=1), True, ExitCode.PUBLISHED),
        (StageReport("x", failed_checks=[failed(critical=False)]), True, ExitCode.PUBLISHED),
        (StageReport("x", failed_checks=[failed(critical=True)]), False, ExitCode.NOT_PUBLISHED),
        (StageReport("x", refused_files=["a.csv: no"]), False, ExitCode.INPUT_REFUSED),
        (StageReport("x"), False, ExitCode.ERROR),
    ],
)
def test_a_run_ends_by_the_gravest_that_happened(
    report: StageReport, success: bool, code: ExitCode
) -> None:
    assert outcome_of([report], success=success).exit_code is code


def test_a_failure_that_no_stage_reported_is_told_in_its_own_words() -> None:
    outcome = outcome_of([], success=False, unforeseen=["ValueError: of Dagster"])
    assert (outcome.exit_code, outcome.errors[0].splitlines()[0]) == (
        ExitCode.ERROR,
        "ValueError: of Dagster",
    )


def test_a_failed_check_is_not_told_a_second_time_as_a_failure() -> None:
    report = StageReport("validate_raw", failed_checks=[failed(critical=True)])
    outcome = outcome_of([report], success=False, unforeseen=["AssetCheckFailed"])
    assert (outcome.exit_code, outcome.errors) == (ExitCode.NOT_PUBLISHED, ())
