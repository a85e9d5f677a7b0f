"""The page of the canonical tables: it is what the contract says, and its examples are taken."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dagster_project.clock import FixedClock
from dagster_project.exports.checks import check
from dagster_project.exports.contract import SOURCES, tables_of
from dagster_project.locations import PROJECT_ROOT
from dagster_project.screens.canonical import canonical_page

PAGE = PROJECT_ROOT / "docs" / "canonical.md"
NOW = FixedClock(datetime(2026, 11, 4, tzinfo=UTC))


def test_the_page_is_what_the_contract_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == "\n".join(canonical_page()) + "\n", (
        "make metrics-page writes it anew"
    )


@pytest.mark.parametrize("source", SOURCES)
def test_every_table_has_its_section(source: str) -> None:
    headings = re.findall(r"^## `(\w+)`$", PAGE.read_text(encoding="utf-8"), re.M)
    assert {table.name for table in tables_of(source)} <= set(headings)


@pytest.mark.parametrize("source", SOURCES)
def test_the_examples_are_taken_as_they_stand(source: str, tmp_path: Path) -> None:
    examples = dict(
        re.findall(
            r"^## `(\w+)`$(?:(?!^## ).)*?^```csv\n(.*?)^```$",
            PAGE.read_text(encoding="utf-8"),
            re.M | re.S,
        )
    )
    (tmp_path / source).mkdir()
    written = [table.name for table in tables_of(source) if table.companion_of is None]
    for name in written:
        (tmp_path / source / f"{name}.csv").write_text(examples[name], encoding="utf-8")
    checked = check(str(tmp_path / source), "canonical", settings=None, clock=NOW)
    assert len(written) >= 2
    assert checked.is_good, checked
