"""The suites as files: what lists them, what they may hold, and what Great Expectations is given of them."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dagster_project.exports.contract import TABLES
from dagster_project.locations import EXPECTATIONS
from dagster_project.quality.context import write_context
from dagster_project.quality.suites import SuiteError, list_checks, read_suites

PERSONAL = ("email", "account_owner", "cancellation_comment", "comment", "row_text")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the committed suites that a test may change."""
    copy = tmp_path / "expectations"
    shutil.copytree(EXPECTATIONS, copy)
    return copy


def _written(folder: Path, suite: str) -> list[str]:
    """Write a suite and return what is said against it."""
    (folder / "raw" / "plans.yml").write_text(suite, encoding="utf-8")
    with pytest.raises(SuiteError, match="cannot be read") as refused:
        read_suites(folder)
    return list(refused.value.evidence)


def test_listing_checks_does_not_import_great_expectations() -> None:
    code = (
        "import sys; from dagster_project.quality import list_checks; list_checks(); "
        "sys.exit('great_expectations' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_raw_table_has_a_suite() -> None:
    assert {check.table for check in list_checks() if check.stage == "raw"} >= set(TABLES)


def test_a_check_is_named_once_per_table() -> None:
    names = [(check.stage, check.table, check.name) for check in list_checks()]
    assert len(names) == len(set(names))


def test_every_suite_has_a_critical_expectation() -> None:
    critical = {check.suite for check in list_checks() if check.severity == "critical"}
    assert critical == {suite.name for suite in read_suites()}


def test_no_expectation_touches_a_personal_column() -> None:
    words = re.compile(rf"\b({'|'.join(PERSONAL)})\b")
    touching = [
        (suite.name, expectation.spec.name)
        for suite in read_suites()
        for expectation in suite.expectations
        if words.search(
            expectation.question.kwargs.get(
                "unexpected_rows_query", expectation.question.kwargs.get("column", "")
            )
        )
        # Names and types of columns may be checked; their values may not be read.
        and expectation.spec.name != "types_are_those_of_the_contract"
    ]
    assert touching == []


def test_no_expectation_asks_for_what_is_slow_or_refused_on_duckdb() -> None:
    slow = re.compile("unique|regex")
    kinds = {e.question.expectation_type for suite in read_suites() for e in suite.expectations}
    assert [kind for kind in kinds if slow.search(kind)] == []


def test_committed_files_hold_no_absolute_path() -> None:
    absolute = re.compile(r"(?<![\w:/$}.])/(?:[a-z]+/)|file://|[A-Z]:\\")
    found = [
        file.name
        for file in EXPECTATIONS.rglob("*")
        if file.is_file() and absolute.search(file.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_a_table_of_the_contracts_needs_no_file(folder: Path) -> None:
    (folder / "raw" / "plans.yml").unlink()
    plans = next(suite for suite in read_suites(folder) if suite.name == "raw__plans")
    assert "required_values_are_given" in {e.spec.name for e in plans.expectations}


def test_a_check_takes_the_place_of_the_standard_one_of_its_name(folder: Path) -> None:
    (folder / "raw" / "plans.yml").write_text(
        """
        checks:
          rows_loaded_are_here:
            description: No plan is lost.
            severity: warning
            sql: select plan_id from {batch} where false
        """,
        encoding="utf-8",
    )
    plans = next(suite for suite in read_suites(folder) if suite.name == "raw__plans")
    found = [
        e.spec.description for e in plans.expectations if e.spec.name == "rows_loaded_are_here"
    ]
    assert found == ["No plan is lost."]


def test_a_standard_check_is_left_out_with_its_reason(folder: Path) -> None:
    (folder / "raw" / "plans.yml").write_text(
        "without: {rows_loaded_are_here: nobody loads plans}", encoding="utf-8"
    )
    plans = next(suite for suite in read_suites(folder) if suite.name == "raw__plans")
    assert "rows_loaded_are_here" not in {e.spec.name for e in plans.expectations}


def test_a_suite_without_its_table_runs_in_no_checkpoint(tmp_path: Path) -> None:
    write_context(tmp_path, read_suites(), existing={"raw.plans", "raw.loads"})
    checkpoint = json.loads((tmp_path / "checkpoints" / "raw.json").read_text(encoding="utf-8"))
    assert [d["name"] for d in checkpoint["validation_definitions"]] == ["raw__plans"]


def test_a_check_without_what_it_needs_is_not_asked(tmp_path: Path) -> None:
    write_context(tmp_path, read_suites(), existing={"raw.plans"})
    suite = json.loads((tmp_path / "expectations" / "raw__plans.json").read_text(encoding="utf-8"))
    asked = {entry["meta"]["name"] for entry in suite["expectations"]}
    assert "required_values_are_given" in asked and "rows_loaded_are_here" not in asked


def test_the_same_suites_make_the_same_files(tmp_path: Path) -> None:
    for copy in ("one", "two"):
        write_context(tmp_path / copy, read_suites())
    one, two = (
        {file.name: file.read_bytes() for file in (tmp_path / copy).rglob("*") if file.is_file()}
        for copy in ("one", "two")
    )
    assert one == two


def test_a_folder_without_suites_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="no suites are here"):
        read_suites(tmp_path)


def test_all_malformed_suites_are_named_at_once(folder: Path) -> None:
    for table in ("plans", "orders"):
        (folder / "raw" / f"{table}.yml").write_text("nonsense: true", encoding="utf-8")
    with pytest.raises(SuiteError) as refused:
        read_suites(folder)
    assert [fault.split(":")[0] for fault in refused.value.evidence] == [
        "raw/orders.yml",
        "raw/plans.yml",
    ]


@pytest.mark.parametrize(
    ("suite", "said"),
    [
        (
            "checks: {a: {description: A., severity: fatal, sql: 'select 1 from {batch}'}}",
            "raw/plans.yml:1: checks.a.severity: Input should be 'critical' or 'warning'",
        ),
        (
            "checks: {a: {description: '', severity: warning, sql: 'select 1 from {batch}'}}",
            "raw/plans.yml:1: checks.a.description: String should have at least 1 character",
        ),
        (
            "checks: {a: {description: A., severity: warning, sql: select 1 from raw.plans}}",
            "raw/plans.yml:1: checks.a: the SQL does not name {batch}, the table that is checked",
        ),
        (
            "checks: {a: {description: A., severity: warning}}",
            "raw/plans.yml:1: checks.a: say one of: sql, accepted_values, between, references, agrees_with",
        ),
        (
            "checks: {a: {description: A., severity: warning, between: {column: tier}}}",
            "raw/plans.yml:1: checks.a.between: say min, max or both",
        ),
        (
            "without: {hats_are_known: there are none}",
            "raw/plans.yml:1: without: no standard check of this table is called hats_are_known",
        ),
        (
            "key: [plan_id]",
            "raw/plans.yml:1: key: it is that of the contract; leave it out",
        ),
        (
            "personal: [name]\npersonal: [email]",
            "raw/plans.yml:2: 'personal' is given twice",
        ),
    ],
)
def test_what_is_wrong_with_a_suite_is_said(folder: Path, suite: str, said: str) -> None:
    assert _written(folder, suite) == [said]


def test_a_file_of_no_contract_must_say_its_key(folder: Path) -> None:
    (folder / "raw" / "hats.yml").write_text("personal: [name]", encoding="utf-8")
    with pytest.raises(SuiteError) as refused:
        read_suites(folder)
    assert list(refused.value.evidence) == [
        "raw/hats.yml:1: key: name the columns that identify a row"
    ]
