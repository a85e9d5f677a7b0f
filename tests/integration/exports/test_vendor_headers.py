"""Headers as vendors and connectors write them (case 06): each is taken, or refused for the right reason in words."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from dagster_project.clock import FixedClock
from dagster_project.config import Settings
from dagster_project.exports import check
from dagster_project.exports.checks import FolderCheck

CASE = Path(__file__).parents[2] / "cases/field/06-vendor-headers"


@cache
def _check(folder: str, **said: str) -> FolderCheck:
    form = folder.split("-", maxsplit=1)[0]
    source = "support" if form in ("zendesk", "intercom") else "billing"
    path = {"path": str(CASE / folder)}
    settings = Settings.model_validate({"sources": {"billing": path, source: {**path, **said}}})
    return check(
        CASE / folder,
        form,
        settings=settings,
        clock=FixedClock(datetime(2026, 11, 24, tzinfo=UTC)),
    )


@pytest.mark.parametrize(
    ("folder", "fed"),
    [
        (
            "chargebee-api",
            {"customers": 1, "invoices": 1, "invoice_lines": 1, "subscriptions": 1},
        ),
        (
            "recurly-exports",
            {"invoice_lines": 1, "invoices": 1, "subscriptions": 2, "payments": 2},
        ),
        ("shopify-admin", {"customers": 1, "orders": 3, "order_totals": 3}),
        ("shopify-cod", {"orders": 30, "order_totals": 30}),
        ("stripe-airbyte", {"customers": 1, "invoice_lines": 1, "invoices": 1}),
        (
            "stripe-api",
            {"customers": 1, "invoices": 1, "invoice_lines": 1, "subscriptions": 1},
        ),
        (
            "stripe-dashboard",
            {"customers": 1, "invoices": 1, "subscription_items": 1, "subscriptions": 1},
        ),
        ("stripe-payments-2023", {"payments": 8}),
        ("stripe-payments-2024", {"payments": 58}),
        ("stripe-payments-statuses", {"payments": 54}),
        ("intercom-fivetran", {"tickets": 2, "ratings": 1}),
    ],
)
def test_every_row_of_a_known_header_is_taken(folder: str, fed: dict[str, int]) -> None:
    found = _check(folder)

    assert {file.table: file.rows_read for file in found.files} == fed
    assert not any(file.rows_quarantined for file in found.files)


@pytest.mark.parametrize("file_name", ["ticket.csv", "tickets.csv"])
def test_a_table_of_a_connector_is_known_by_its_own_name(file_name: str) -> None:
    tickets = [one for one in _check("zendesk-fivetran").files if one.file_name == file_name]

    assert [(one.table, one.verdict) for one in tickets] == [("tickets", "feeds")]


def test_a_decimal_comma_is_refused_with_the_option_to_write_and_read_where_it_is_written() -> None:
    refused = _check("stripe-payments-eu")
    read = _check("stripe-payments-eu", decimal=",")

    assert [(one.verdict, "sources.billing.decimal" in one.message) for one in refused.files] == [
        ("refused", True)
    ]
    assert [(one.verdict, one.rows_read) for one in read.files] == [("feeds", 58)]


@pytest.mark.parametrize(
    ("folder", "words"),
    [
        ("stripe-payments-2024", "2 rows without id, Status requires_payment_method"),
        ("stripe-payments-statuses", "1 Status Uncaptured"),
    ],
)
def test_what_is_no_attempt_to_pay_is_counted_and_named(folder: str, words: str) -> None:
    assert words in _check(folder).files[0].message


def test_what_is_not_in_a_file_is_said_with_what_that_changes() -> None:
    warned = _check("recurly-exports").files[0].warnings

    assert warned[0] == (
        "without invoice_type: a refunded line is read as a piece of the subscription that was taken back"
    )


def test_subscriptions_that_say_what_they_are_worth_need_no_lines() -> None:
    assert _check("stripe-dashboard").missing == ()
