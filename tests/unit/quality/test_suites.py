"""The suites as files: what lists them, what they may hold, and that the wiring beside them is theirs."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dagster_project.exports.contract import TABLES
from dagster_project.quality.suites import EXPECTATIONS, SuiteError, list_checks, read_suites
from dagster_project.quality.wiring import wire

PERSONAL = ("email", "account_owner", "cancellation_comment", "comment", "row_text")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the committed context that a test may change."""
    copy = tmp_path / "expectations"
    shutil.copytree(EXPECTATIONS, copy, ignore=shutil.ignore_patterns("uncommitted"))
    return copy


def _rewrite(folder: Path, suite: str, **changes: object) -> None:
    file = folder / "expectations" / f"{suite}.json"
    document = json.loads(file.read_text(encoding="utf-8"))
    document["expectations"][0] |= changes
    file.write_text(json.dumps(document), encoding="utf-8")


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


def test_every_query_names_its_batch() -> None:
    # GX prints a complaint on the screen of the run about each that does not.
    queries = [
        (suite.name, expectation.spec.name)
        for suite in read_suites()
        for expectation in suite.expectations
        if "{batch}" not in expectation.kwargs.get("unexpected_rows_query", "{batch}")
    ]
    assert queries == []


def test_no_expectation_touches_a_personal_column() -> None:
    words = re.compile(rf"\b({'|'.join(PERSONAL)})\b")
    touching = [
        (suite.name, expectation.spec.name)
        for suite in read_suites()
        for expectation in suite.expectations
        if words.search(
            expectation.kwargs.get("unexpected_rows_query", expectation.kwargs.get("column", ""))
        )
        # Names and types of columns may be checked; their values may not be read.
        and expectation.spec.name != "types_are_those_of_the_contract"
    ]
    assert touching == []


def test_no_expectation_asks_for_what_is_slow_or_refused_on_duckdb() -> None:
    slow = re.compile("unique|regex")
    kinds = {e.expectation_type for suite in read_suites() for e in suite.expectations}
    assert [kind for kind in kinds if slow.search(kind)] == []


def test_committed_files_hold_no_absolute_path() -> None:
    absolute = re.compile(r"(?<![\w:/$}.])/(?:[a-z]+/)|file://|[A-Z]:\\")
    found = [
        file.name
        for file in EXPECTATIONS.rglob("*")
        if file.is_file() and absolute.search(file.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_the_committed_wiring_is_that_of_the_suites(folder: Path) -> None:
    wire(folder)
    committed = {
        str(file.relative_to(EXPECTATIONS)): file.read_text(encoding="utf-8")
        for file in EXPECTATIONS.rglob("*")
        if file.is_file() and "uncommitted" not in file.parts
    }
    derived = {
        str(file.relative_to(folder)): file.read_text(encoding="utf-8")
        for file in folder.rglob("*")
        if file.is_file()
    }
    assert derived == committed


def test_a_checkpoint_can_be_narrowed(folder: Path) -> None:
    wire(folder, only={"raw__plans"})
    checkpoint = json.loads((folder / "checkpoints" / "raw.json").read_text(encoding="utf-8"))
    assert [d["name"] for d in checkpoint["validation_definitions"]] == ["raw__plans"]


def test_a_folder_without_a_context_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SuiteError, match="no Great Expectations context"):
        read_suites(tmp_path)


def test_all_malformed_suites_are_named_at_once(folder: Path) -> None:
    _rewrite(folder, "raw__plans", severity="fatal")
    _rewrite(folder, "raw__orders", description="")
    with pytest.raises(SuiteError) as refused:
        read_suites(folder)
    assert [fault.split(":")[0] for fault in refused.value.evidence] == [
        "raw__orders.json",
        "raw__plans.json",
    ]


def test_a_suite_is_named_like_its_file(folder: Path) -> None:
    suites = folder / "expectations"
    (suites / "raw__plans.json").rename(suites / "raw__hats.json")
    with pytest.raises(SuiteError, match="cannot be read"):
        read_suites(folder)


def test_two_expectations_of_one_name_are_refused(folder: Path) -> None:
    file = folder / "expectations" / "raw__plans.json"
    document = json.loads(file.read_text(encoding="utf-8"))
    document["expectations"].append(document["expectations"][0])
    file.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(SuiteError, match="cannot be read"):
        read_suites(folder)
