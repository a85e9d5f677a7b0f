"""What Great Expectations says of a valid warehouse, and of one that is broken in every table at once."""

import shutil

import pytest

from dagster_project.quality import ValidationReport, validate
from dagster_project.quality.suites import STAGES, Suite, read_suites
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths
from tests.integration.quality.breakages import breakage

SUITES = read_suites()
# Each claim of every suite is broken in tests/deep.
WITHOUT_A_COLUMN, WITH_A_BROKEN_KEY = SUITES[::2], SUITES[1::2]
COLUMNS = "columns_are_those_of_the_contract"
KEYS = {"raw": "required_values_are_given", "marts": "one_row_per_key"}

Reports = dict[str, ValidationReport]


def _validated(paths: WarehousePaths) -> Reports:
    return {stage: validate(paths, stage) for stage in STAGES}


@pytest.fixture(scope="module")
def valid(valid_warehouse: WarehousePaths) -> Reports:
    return _validated(valid_warehouse)


@pytest.fixture(scope="module")
def broken(valid_warehouse: WarehousePaths, tmp_path_factory: pytest.TempPathFactory) -> Reports:
    """Validate a copy of the warehouse: each second suite misses a column, the others have a broken key."""
    paths = WarehousePaths(tmp_path_factory.mktemp("broken"))
    shutil.copyfile(valid_warehouse.warehouse_db, paths.warehouse_db)
    reports: Reports = {}
    for stage in STAGES:
        with open_warehouse(paths) as con:
            for suites, claim in ((WITHOUT_A_COLUMN, COLUMNS), (WITH_A_BROKEN_KEY, KEYS[stage])):
                for suite in suites:
                    if suite.stage == stage:
                        con.execute(breakage(suite, claim))
        reports[stage] = validate(paths, stage)
    return reports


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.name)
def test_valid_data_pass_every_expectation(valid: Reports, suite: Suite) -> None:
    results = [r for r in valid[suite.stage].results if r.spec.suite == suite.name]
    failed = [(r.spec.name, r.observed) for r in results if not r.passed]
    assert (len(results), failed) == (len(suite.expectations), [])


@pytest.mark.parametrize("suite", WITHOUT_A_COLUMN, ids=lambda suite: suite.name)
def test_a_missing_column_is_critical_and_named(broken: Reports, suite: Suite) -> None:
    failures = {
        r.spec.name: r.observed
        for r in broken[suite.stage].critical_failures
        if r.spec.suite == suite.name
    }
    assert failures[COLUMNS].startswith("missing columns: ")


@pytest.mark.parametrize("suite", WITH_A_BROKEN_KEY, ids=lambda suite: suite.name)
def test_a_broken_key_is_critical_and_its_rows_are_shown(broken: Reports, suite: Suite) -> None:
    failures = {
        r.spec.name: r.failing_rows
        for r in broken[suite.stage].critical_failures
        if r.spec.suite == suite.name
    }
    assert set(suite.key) <= set(failures[KEYS[suite.stage]][0])
