"""A folder can be checked before anything is loaded."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from dagster_project.clock import FixedClock
from dagster_project.config import Settings
from dagster_project.errors import SettingsError
from dagster_project.exports import check, list_formats
from dagster_project.exports.formats import FolderCheck

CUSTOMERS = "customer_id,created_at\nc1,2025-01-01\n"


def _check(folder: Path, format_name: str = "canonical", **more: object) -> FolderCheck:
    return check(
        folder,
        format_name,
        settings=Settings.model_validate({"sources": {"billing": {"path": str(folder)}}}),
        clock=FixedClock(datetime(2026, 1, 1, tzinfo=UTC)),
        **more,  # type: ignore[arg-type]
    )


def test_a_check_says_which_file_feeds_which_table_and_what_is_missing(landing: Path) -> None:
    (landing / "customers.csv").write_text(CUSTOMERS)
    (landing / "notes.xlsx").write_text("x")

    found = _check(landing, source="billing")

    assert {(file.file_name, file.table, file.verdict) for file in found.files} == {
        ("customers.csv", "customers", "feeds"),
        ("notes.xlsx", "", "unrecognised"),
    }
    assert found.missing == (
        "one of subscription_periods, subscription_items, invoice_lines, orders",
    )
    assert "payments" in found.empty_tables
    assert not found.is_good


def test_a_check_says_what_would_be_refused(landing: Path) -> None:
    (landing / "customers.csv").write_text("customer_id\nc1\n")

    found = _check(landing, source="billing")

    assert [(file.verdict, "created_at" in file.message) for file in found.files] == [
        ("refused", True)
    ]


def test_a_check_asks_for_the_source_where_the_format_does_not_tell(landing: Path) -> None:
    with pytest.raises(SettingsError, match="billing, support, usage"):
        _check(landing)


def test_the_list_of_formats_begins_with_the_canonical_one() -> None:
    formats = list_formats()

    assert [one.name for one in formats[:3]] == ["canonical"] * 3
    assert ("invoice_lines", "invoice_line_items*") in next(
        one.feeds for one in formats if one.name == "stripe"
    )
