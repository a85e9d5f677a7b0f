"""What Great Expectations says of a valid warehouse, and of one that is broken in every table at once."""

import shutil

import pytest

from dagster_project.quality import ValidationReport, validate
from dagster_project.quality.suites import STAGES, Suite, read_suites
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths
from tests.integration.quality.breakages import breakage

SUITES = [pytest.param(suite, id=suite.name) for suite in read_suites()]
COLUMNS = "columns_are_those_of_the_contract"
KEYS = {"raw": "required_values_are_given", "marts": "one_row_per_key"}

Reports = dict[str, ValidationReport]


def _validated(paths: WarehousePaths) -> Reports:
    return {stage: validate(paths, stage) for stage in STAGES}


def _broken(
    valid: WarehousePaths, tmp_path_factory: pytest.TempPathFactory, claims: dict[str, str]
) -> Reports:
    """Validate a copy of the warehouse in which one claim of every suite is broken."""
    reports: Reports = {}
    for stage in STAGES:
        paths = WarehousePaths(tmp_path_factory.mktemp(f"broken_{stage}"))
        shutil.copyfile(valid.warehouse_db, paths.warehouse_db)
        with open_warehouse(paths) as con:
            for suite in read_suites():
                if suite.stage == stage:
                    con.execute(breakage(suite, claims[stage]))
        reports[stage] = validate(paths, stage)
    return reports


@pytest.fixture(scope="module")
def valid(valid_warehouse: WarehousePaths) -> Reports:
    return _validated(valid_warehouse)


@pytest.fixture(scope="module")
def with_missing_columns(
    valid_warehouse: WarehousePaths, tmp_path_factory: pytest.TempPathFactory
) -> Reports:
    return _broken(valid_warehouse, tmp_path_factory, dict.fromkeys(STAGES, COLUMNS))


@pytest.fixture(scope="module")
def with_broken_keys(
    valid_warehouse: WarehousePaths, tmp_path_factory: pytest.TempPathFactory
) -> Reports:
    return _broken(valid_warehouse, tmp_path_factory, KEYS)


@pytest.mark.parametrize("suite", SUITES)
def test_valid_data_pass_every_expectation(valid: Reports, suite: Suite) -> None:
    results = [r for r in valid[suite.stage].results if r.spec.suite == suite.name]
    failed = [(r.spec.name, r.observed) for r in results if not r.passed]
    assert (len(results), failed) == (len(suite.expectations), [])


@pytest.mark.parametrize("suite", SUITES)
def test_a_missing_column_is_critical_and_named(
    with_missing_columns: Reports, suite: Suite
) -> None:
    failures = {
        r.spec.name: r.observed
        for r in with_missing_columns[suite.stage].critical_failures
        if r.spec.suite == suite.name
    }
    assert failures[COLUMNS].startswith("missing columns: ")


@pytest.mark.parametrize("suite", SUITES)
def test_a_broken_key_is_critical_and_its_rows_are_shown(
    with_broken_keys: Reports, suite: Suite
) -> None:
    failures = {
        r.spec.name: r.failing_rows
        for r in with_broken_keys[suite.stage].critical_failures
        if r.spec.suite == suite.name
    }
    assert set(suite.key) <= set(failures[KEYS[suite.stage]][0])
