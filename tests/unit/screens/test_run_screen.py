"""What the screen says after a run: of its inputs and of its checks."""

from pathlib import Path

from dagster_project.errors import ExitCode
from dagster_project.runs import FailedCheck, RunOutcome
from dagster_project.screens.run import outcome_lines
from dagster_project.warehouse.paths import WarehousePaths


def _said(outcome: RunOutcome, folder: Path) -> list[tuple[str, str | None]]:
    return list(outcome_lines(outcome, WarehousePaths(folder)))


def test_every_refused_file_is_said_to_be_refused(tmp_path: Path) -> None:
    outcome = RunOutcome(ExitCode.INPUT_REFUSED, refused_files=("a.csv: one", "b.csv: two"))
    said = [text for text, style in _said(outcome, tmp_path) if style == "red"]
    assert said == ["refused: a.csv: one", "refused: b.csv: two"]


def test_every_empty_folder_is_named(tmp_path: Path) -> None:
    outcome = RunOutcome(ExitCode.PUBLISHED, empty_folders=("/in/support", "/in/usage"))
    said = [text for text, style in _said(outcome, tmp_path) if style == "yellow"]
    assert said == ["no files in /in/support", "no files in /in/usage"]


def test_a_failed_check_shows_its_first_rows_and_leads_to_its_page(tmp_path: Path) -> None:
    page = tmp_path / "data_docs" / "validations" / "raw__plans.html"
    check = FailedCheck(
        asset="raw/plans",
        check="prices_are_not_negative",
        critical=True,
        suite="raw__plans",
        message="6 of 9 rows break it.",
        observed="6 of 9 rows break it",
        failing_rows=tuple({"plan_id": f"p{n}"} for n in range(6)),
        docs_page=str(page),
    )
    said = [
        text
        for text, _ in _said(RunOutcome(ExitCode.NOT_PUBLISHED, failed_checks=(check,)), tmp_path)
    ]
    assert said[0].startswith("critical: suite raw__plans, expectation prices_are_not_negative")
    assert said[2:7] == [f"  row: plan_id=p{n}" for n in range(5)]
    assert said[7].startswith("  ... and more")
    assert said[8] == f"  page: {page}"
