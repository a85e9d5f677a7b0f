"""Great Expectations itself, asked for every expectation after what it claims was broken.

In each round every suite keeps one expectation, the first, then the second and so on, and one warehouse is
broken in all these ways at once: some twenty validations instead of five hundred. That each expectation
holds before and fails by its own breakage alone is shown in test_no_expectation_is_one_that_cannot_fail.py.
"""

import json
import shutil
from pathlib import Path

import pytest

from dagster_project.quality import validate
from dagster_project.quality.suites import EXPECTATIONS, STAGES, Stage, Suite, read_suites
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths
from tests.integration.quality.breakages import breakage

SUITES = read_suites()
ROUNDS = [
    pytest.param(stage, place, id=f"{stage}-{place}")
    for stage in STAGES
    for place in range(max(len(s.expectations) for s in SUITES if s.stage == stage))
]


def _context_of_one_each(folder: Path, suites: list[Suite], place: int) -> Path:
    """Copy the committed context; each of the suites keeps only its expectation at this place."""
    copy = folder / "expectations"
    shutil.copytree(EXPECTATIONS, copy, ignore=shutil.ignore_patterns("uncommitted"))
    for suite in suites:
        kept = suite.document["expectations"][place : place + 1]
        file = copy / "expectations" / f"{suite.name}.json"
        file.write_text(json.dumps({**suite.document, "expectations": kept}), encoding="utf-8")
    return copy


@pytest.mark.parametrize(("stage", "place"), ROUNDS)
def test_it_is_refused_with_its_severity(
    warehouse: WarehousePaths, tmp_path: Path, stage: Stage, place: int
) -> None:
    suites = [s for s in SUITES if s.stage == stage and len(s.expectations) > place]
    with open_warehouse(warehouse) as con:
        for suite in suites:
            con.execute(breakage(suite, suite.expectations[place].spec.name))
    report = validate(
        warehouse,
        stage,
        tables=[suite.table for suite in suites],
        folder=_context_of_one_each(tmp_path, suites, place),
    )
    refused = {
        (result.spec.suite, result.spec.name, result.spec.severity)
        for result in (*report.critical_failures, *report.warnings)
        if "could not be evaluated" not in result.observed
    }
    broken = {
        (s.name, s.expectations[place].spec.name, s.expectations[place].spec.severity)
        for s in suites
    }
    assert broken - refused == set()
