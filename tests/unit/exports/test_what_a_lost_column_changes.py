"""A column that a vendor writes and a file has not: refused, or said with what is different without it."""

from dataclasses import dataclass
from typing import cast

import pytest

from dagster_project.exports.contract import WITHOUT
from dagster_project.exports.formats import Opened
from dagster_project.exports.header import normal
from dagster_project.exports.mapping import Delivery, Mapping, available_formats
from dagster_project.exports.matching import Candidate, absent_facts, missing_columns
from dagster_project.exports.rules import alternatives

# What is shown beside a number and changes none, and what lines have from their invoice.
SHOWN = {
    "campaign",
    "cancel_at_period_end",
    "cancellation_comment",
    "category",
    "channel",
    "comment",
    "counts_thousandths",
    "credit_notes.currency",
    "credit_notes.customer_id",
    "credit_notes.issued_at",
    "customers",
    "discount_included",
    "discounts.duration",
    "email",
    "events.feature",
    "events.session_id",
    "failure_code",
    "identities",
    "in_minor_units",
    "intent_id",
    "invoice_lines.currency",
    "invoice_lines.customer_id",
    "invoice_lines.issued_at",
    "invoice_lines.item_id",
    "invoice_payments",
    "invoices.discount",
    "invoices.due_at",
    "invoices.paid_at",
    "invoices.subtotal",
    "name",
    "order_totals.buyer_currency",
    "order_totals.buyer_total",
    "order_totals.currency",
    "orders.line_id",
    "payment_id",
    "plan_name",
    "pricing",
    "priority",
    "product_category",
    "product_name",
    "ratings.customer_id",
    "ratings.organization_id",
    "ratings.user_id",
    "refunded_at",
    "reopens",
    "scale_max",
    "tax_behavior",
    "tax_id",
    "ticket_replies.is_public",
    "tickets.customer_id",
    "tickets.status",
    "tier",
    "trial_start_at",
    "updated_at",
}
FORMATS = {mapping.format: mapping for mapping in available_formats()}


@dataclass(frozen=True)
class Header:
    """The names in a table's first line, all of them read."""

    names: tuple[str, ...]
    open_ended: bool = False
    file_name: str = "lost.csv"


def _tables(mapping: Mapping) -> list[Delivery]:
    return [one for one in mapping.deliveries if one.enabled and not one.unnest]


def _told(mapping: Mapping, delivery: Delivery, *lost: str) -> tuple[str, ...]:
    gone = {normal(name) for name in lost}
    names = tuple(
        name
        for name in delivery.read_fields()
        if normal(name) not in gone and not name.startswith("/")
    )
    opened = cast(Opened, Header(names))
    candidate = Candidate(mapping, delivery)
    return (*missing_columns(opened, candidate), *absent_facts(opened, candidate))


@pytest.mark.parametrize("name", FORMATS)
def test_a_column_that_changes_a_number_is_never_lost_in_silence(name: str) -> None:
    silent = [
        (delivery.table, delivery.shape, column, lost)
        for delivery in _tables(FORMATS[name])
        for column, rule in delivery.columns.items()
        if (delivery.table, column) in WITHOUT
        for lost in ((*rule.fields, *rule.first_of), *map(alternatives, rule.deciding()))
        if lost and not _told(FORMATS[name], delivery, *lost)
    ]
    assert silent == []


def test_every_column_that_vendors_write_is_said_to_change_something_or_nothing() -> None:
    optional = {
        f"{delivery.table}.{column}"
        for mapping in FORMATS.values()
        for delivery in _tables(mapping)
        for column in delivery.columns
        if not delivery.canonical_table.column(column).required
    }
    unsaid = {
        one
        for one in optional
        if tuple(one.split(".")) not in WITHOUT and not SHOWN & {one, *one.split(".")}
    }
    assert unsaid == set()
