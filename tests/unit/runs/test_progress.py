"""How far a run is: stage, share and time left, by what earlier runs took."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from dagster_project.runs import RunReports, StageReport
from dagster_project.runs.progress import STAGES, FollowedRun, progress, usual_seconds
from dagster_project.warehouse.paths import WarehousePaths

# Ten stages of ten seconds each: every share is a tenth.
TEN_SECONDS = dict.fromkeys(STAGES, 10.0)
NOTHING: Mapping[str, float] = {}


def after(stages: int) -> list[StageReport]:
    """Return the reports of a run of which so many stages have ended."""
    return [StageReport(stage) for stage in list(STAGES)[:stages]]


@pytest.mark.parametrize(
    ("ended", "running", "said"),
    [
        (0, 0, "reading billing (1 of 10), 0% done, about 1 min 40 s left"),
        (4, 0, "building the marts (5 of 10), 40% done, about 1 min 00 s left"),
        (4, 5, "building the marts (5 of 10), 45% done, about 55 s left"),
        (4, 60, "building the marts (5 of 10), 50% done, about 50 s left"),
        (9, 60, "writing the report (10 of 10), 100% done, longer than usual"),
    ],
)
def test_the_screen_names_stage_share_and_time_left(ended: int, running: float, said: str) -> None:
    assert str(progress(after(ended), TEN_SECONDS, running)) == said


def test_a_first_run_knows_its_share_and_promises_no_time() -> None:
    assert str(progress(after(4), NOTHING, 5)) == "building the marts (5 of 10), 34% done"


def test_after_the_last_stage_there_is_nothing_left_to_say() -> None:
    assert progress(after(10), TEN_SECONDS, 0) is None


def run(paths: WarehousePaths, name: str, seconds: float, *, published: bool) -> None:
    """Leave the reports of a run, each of whose stages took so long; later ones are newer."""
    reports = RunReports(paths, name)
    for stage in STAGES:
        with reports.stage(stage) as report:
            report.publication_id = 1 if published and stage == "publish" else None
    file = paths.logs / "runs" / f"{name}.jsonl"
    given = "".join(
        line.split('"seconds":')[0] + f'"seconds":{seconds}}}\n'
        for line in file.read_text().splitlines()
    )
    file.write_text(given)
    os.utime(file, (seconds, seconds))


def test_what_is_usual_is_the_middle_of_the_newest_five_that_published(tmp_path: Path) -> None:
    paths = WarehousePaths(tmp_path)
    for seconds in (1, 2, 30, 40, 50, 60, 70):
        run(paths, f"run-{seconds}", seconds, published=True)
    run(paths, "refused", 99, published=False)
    assert usual_seconds(paths) == dict.fromkeys(STAGES, 50)


def test_runs_of_which_no_times_are_known_promise_none(tmp_path: Path) -> None:
    paths = WarehousePaths(tmp_path)
    run(paths, "of-an-earlier-version", 0, published=True)
    assert usual_seconds(paths) == {}


def test_a_stage_tells_how_long_it_took(tmp_path: Path) -> None:
    reports = RunReports(WarehousePaths(tmp_path), "a")
    with reports.stage("ingest_billing"):
        pass
    (report,) = reports.read()
    assert 0 < report.seconds < 60


def test_the_run_that_begins_next_is_followed_and_no_earlier_one(tmp_path: Path) -> None:
    paths = WarehousePaths(tmp_path)
    run(paths, "yesterday", 10, published=True)
    followed = FollowedRun(paths)
    assert followed.ended() == ()
    with RunReports(paths, "tonight").stage("ingest_billing"):
        pass
    assert str(followed.progress(followed.ended(), 0)) == (
        "reading support (2 of 10), 10% done, about 1 min 30 s left"
    )
