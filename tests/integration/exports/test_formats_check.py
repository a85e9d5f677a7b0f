"""A folder can be checked before anything is loaded."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from dagster_project.clock import FixedClock
from dagster_project.config import Settings
from dagster_project.errors import SettingsError
from dagster_project.exports import check, list_formats
from dagster_project.exports.checks import FolderCheck
from dagster_project.screens.formats import check_lines

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
    assert "payments" in found.unfed_tables
    assert not found.is_good


def test_a_check_says_what_would_be_refused(landing: Path) -> None:
    (landing / "customers.csv").write_text("customer_id\nc1\n")

    found = _check(landing, source="billing")

    assert [(file.verdict, "created_at" in file.message) for file in found.files] == [
        ("refused", True)
    ]


def test_a_check_asks_for_the_source_where_the_format_does_not_tell(landing: Path) -> None:
    with pytest.raises(SettingsError, match="--source billing or support or usage"):
        _check(landing)


def test_the_list_of_formats_begins_with_the_canonical_one() -> None:
    formats = list_formats()

    assert [one.name for one in formats[:3]] == ["canonical"] * 3
    assert ("invoice_lines", "invoice_line_items*") in next(
        one.feeds for one in formats if one.name == "stripe"
    )


LINES = (
    "line_id,invoice_id,invoice_status,customer_id,kind,amount,currency,issued_at\n"
    "l1,i1,paid,c1,recurring,10,USD,2025-01-02\n"
)


def _said(check: FolderCheck) -> str:
    return "\n".join(text for text, _ in check_lines(check))


def test_what_a_run_does_without_is_named_and_no_mart_is_said_to_be_empty(landing: Path) -> None:
    (landing / "customers.csv").write_text(CUSTOMERS)
    (landing / "invoice_lines.csv").write_text(LINES)

    found = _check(landing, source="billing")

    # Orders, and the shapes of recurring revenue that this company has not, are told by the invoice lines.
    assert found.unfed_tables == (
        "customer_aliases",
        "plans",
        "subscriptions",
        "payments",
        "refunds",
        "offers",
    )
    assert "nothing here for customer_aliases, plans, subscriptions, payments" in _said(found)
    assert "will be empty" not in _said(found)


def test_a_table_whose_file_would_be_refused_is_not_said_to_have_no_file(landing: Path) -> None:
    (landing / "plans.csv").write_text("name\nGold\n")
    assert "plans" not in _check(landing, source="billing").unfed_tables


def test_a_table_that_is_missing_is_said_once(landing: Path) -> None:
    (landing / "plans.csv").write_text("plan_id\np1\n")
    found = _check(landing, source="billing")
    assert "customers" in found.missing
    assert "customers" not in found.unfed_tables


def test_sessions_are_told_by_events(landing: Path) -> None:
    (landing / "events.csv").write_text(
        "event_id,customer_id,event_name,occurred_at\ne1,c1,x,2025-01-01\n"
    )
    assert _check(landing, source="usage").unfed_tables == ()


def test_an_empty_folder_is_said_to_be_empty(landing: Path) -> None:
    found = _check(landing, source="support")
    said = _said(found)
    assert "no files in the folder" in said
    assert "next: put the exports here and ask again" in said
    assert found.unfed_tables == ("tickets", "ratings", "contacts")


def test_what_only_recurs_is_not_missed_by_a_shop(landing: Path) -> None:
    (landing / "orders.csv").write_text(
        "order_id,customer_id,ordered_at,amount,currency\no1,c1,2025-01-01,10,USD\n"
    )
    assert [name for name, _ in _check(landing, source="billing").without] == ["refunds"]


def test_a_check_needs_no_settings(landing: Path) -> None:
    (landing / "customers.csv").write_text(CUSTOMERS)
    found = check(landing, "stripe", clock=FixedClock(datetime(2026, 1, 1, tzinfo=UTC)))
    assert [(file.verdict, file.shape) for file in found.files] == [
        ("feeds", "canonical customers")
    ]


def test_a_check_says_what_a_file_is_taken_for_and_what_of_it_nobody_reads(landing: Path) -> None:
    (landing / "prices.csv").write_text(
        "id,product_id,nickname,unit_amount,currency,recurring_interval,recurring_interval_count,tax_owed\n"
        "p,x,Gold,100,usd,month,1,3\n"
    )
    said = _said(_check(landing, "stripe"))
    assert "taken for stripe plans (Sigma or Fivetran table of prices)" in said
    assert "nothing reads tax_owed" in said


@pytest.mark.parametrize(
    ("table", "effect"),
    [
        ("plans", "counts as recurring"),
        ("line_discounts", "stay in MRR"),
        ("credit_notes", "stays in MRR"),
        ("payments", "paid invoices"),
    ],
)
def test_a_check_says_what_a_missing_fact_does_to_the_numbers(
    landing: Path, table: str, effect: str
) -> None:
    (landing / "customers.csv").write_text(CUSTOMERS)
    (landing / "invoice_lines.csv").write_text(LINES)
    assert effect in dict(_check(landing, source="billing").without)[table]


def test_a_check_and_a_run_read_alike_what_the_settings_say(landing: Path) -> None:
    (landing / "customers.csv").write_text("customer_id,created_at\nc1,03/04/2026\n")
    settings = Settings.model_validate(
        {"sources": {"billing": {"path": str(landing), "dates": "day_first"}}}
    )
    found = check(
        landing,
        "canonical",
        settings=settings,
        clock=FixedClock(datetime(2026, 1, 1, tzinfo=UTC)),
        source="billing",
    )
    assert [(file.verdict, file.rows_quarantined) for file in found.files] == [("feeds", 0)]


def test_a_currency_without_a_rate_is_named(landing: Path) -> None:
    (landing / "invoice_lines.csv").write_text(LINES.replace("USD", "BRL"))
    assert "BRL (1 row) has no rate" in _said(_check(landing, source="billing"))
