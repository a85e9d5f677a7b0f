"""Each table that a validation can see has a suite, and each suite asks for what its table has."""

import json
from pathlib import Path

import pytest

from dagster_project.exports.raw_tables import ensure_raw_tables
from dagster_project.quality.contracts import mart_contracts
from dagster_project.quality.suites import Suite, read_suites
from dagster_project.transform.project import current_manifest
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths

# The ledger of ingest itself: docs/validation.md says why no suite guards it.
BOOKKEEPING = {"loads", "quarantine", "extra_columns", "sightings"}

OF_RAW_TABLES = {
    "columns_are_those_of_the_contract",
    "types_are_those_of_the_contract",
    "required_values_are_given",
    "versions_of_a_key_are_ordered",
    "rows_read_are_accounted_for",
    "rows_loaded_are_here",
    "growth_since_the_last_publication_is_plausible",
}
OF_MARTS = {
    "columns_are_those_of_the_contract",
    "types_are_those_of_the_contract",
    "one_row_per_key",
    "row_count_is_near_the_last_publication",
}
REFERENCES = {
    "customer_id": "customers_are_known",
    "most_valuable_customer_id": "customers_are_known",
    "grain": "grain_is_known",
    "dimension": "segments_are_known",
}
# A dimension is no reference to itself; a mart held to be equal to another refers to nothing else.
WITHOUT_REFERENCE = {
    ("dim_customers", "customer_id"),
    ("dim_segments", "dimension"),
    ("mart_churn_periods", "dimension"),
}

SUITES = {suite.name: suite for suite in read_suites()}
MART_SUITES = [
    pytest.param(suite, id=suite.name) for suite in SUITES.values() if suite.stage == "marts"
]
RAW_SUITES = [
    pytest.param(suite, id=suite.name) for suite in SUITES.values() if suite.stage == "raw"
]


def _tables(stage: str) -> list[str]:
    return sorted(suite.table for suite in SUITES.values() if suite.stage == stage)


def _claims(suite: Suite) -> set[str]:
    return {expectation.spec.name for expectation in suite.expectations}


def _columns(suite: Suite) -> list[str]:
    return list(mart_contracts()[suite.table].columns)


def test_every_mart_that_dbt_builds_has_a_suite() -> None:
    manifest = json.loads(current_manifest().read_text(encoding="utf-8"))
    marts = [
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] in {"model", "seed", "snapshot"} and node["schema"] == "marts"
    ]
    assert _tables("marts") == sorted(marts)


def test_what_an_expectation_needs_is_a_table_that_is_made(tmp_path: Path) -> None:
    # Without it the expectation would pass for want of something to compare with.
    manifest = json.loads(current_manifest().read_text(encoding="utf-8"))
    with open_warehouse(WarehousePaths(tmp_path)) as con:
        ensure_raw_tables(con)
        made = con.execute(
            "select schema_name || '.' || table_name from duckdb_tables()"
        ).fetchall()
    tables = {name for (name,) in made} | {"ops.publications"}
    tables |= {f"{node['schema']}.{node['name']}" for node in manifest["nodes"].values()}
    needs = {
        table
        for suite in SUITES.values()
        for expectation in suite.expectations
        for table in expectation.question.needs
    }
    assert sorted(needs - tables) == []


def test_every_raw_table_has_a_suite_but_those_that_keep_the_books(tmp_path: Path) -> None:
    with open_warehouse(WarehousePaths(tmp_path)) as con:
        ensure_raw_tables(con)
        made = con.execute(
            "select table_name from duckdb_tables() where schema_name = 'raw'"
        ).fetchall()
    assert _tables("raw") == sorted({name for (name,) in made} - BOOKKEEPING)


@pytest.mark.parametrize("suite", RAW_SUITES)
def test_a_raw_table_is_asked_for_all_that_every_raw_table_has(suite: Suite) -> None:
    assert OF_RAW_TABLES - _claims(suite) == set()


@pytest.mark.parametrize("suite", MART_SUITES)
def test_a_mart_is_asked_for_all_that_every_mart_has(suite: Suite) -> None:
    assert OF_MARTS - _claims(suite) == set()


@pytest.mark.parametrize("suite", MART_SUITES)
def test_what_a_mart_names_of_another_table_is_looked_up_there(suite: Suite) -> None:
    wanted = {
        REFERENCES[column]
        for column in _columns(suite)
        if column in REFERENCES and (suite.table, column) not in WITHOUT_REFERENCE
    }
    assert wanted - _claims(suite) == set()
