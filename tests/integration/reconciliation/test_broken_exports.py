"""A sound export of Stripe's that is broken for some customers: their invoices are named, and no others."""

import csv
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths
from tests.integration.building import load_and_build
from tests.integration.recurring.generated import CLOCK, UNTIL, written_settings
from tests.reference.vendor_billing import stripe
from tests.reference.vendor_billing.company import Company, Invoice
from tests.reference.vendor_billing.lives import company
from tests.reference.vendor_billing.worth import worth_on

Row = dict[str, str]
Named = tuple[str, Decimal]
CREDITED = 100


@dataclass(frozen=True)
class Broken:
    """What was found of the broken export."""

    company: Company
    named: dict[str, Named]
    effects: dict[str, Decimal]
    mrr: dict[str, int]


def kind_of(customer_id: str) -> str:
    """What is broken of a customer: every fifth is sound."""
    return ("discount", "tax", "lines", "credit", "nothing")[int(customer_id[-4:]) % 5]


def _customer(invoice_id: str) -> str:
    return invoice_id.rsplit("-s", maxsplit=1)[0]


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Broken:
    """An export of 60 customers, broken and built."""
    root = tmp_path_factory.mktemp("broken")
    sold = company(7, 60, stripe.MANNER, UNTIL)
    stripe.write(sold, root / "billing", discounts_apart=True)
    _break(root / "billing")
    settings = written_settings(root, "stripe")
    paths = WarehousePaths(settings.warehouse)
    load_and_build(
        paths,
        settings,
        CLOCK,
        ("fct_mrr_movements", "mart_invoice_differences", "mart_reconciliation"),
    )
    with open_warehouse(paths, read_only=True) as con:
        differences = con.execute(
            """
            select invoice_id, customer_id, difference_class, amount,
                case when mrr_effect_from <= $1 and (mrr_effect_to is null or mrr_effect_to > $1)
                    then mrr_effect else 0 end
            from intermediate.int_invoice_differences
        """,
            [UNTIL],
        ).fetchall()
        mrr = con.execute("""
            select customer_id, (sum(amount) * 100)::bigint from marts.fct_mrr_movements group by all
        """).fetchall()
    effects: dict[str, Decimal] = defaultdict(Decimal)
    for _, customer, _, _, effect in differences:
        effects[customer] += effect or 0
    return Broken(sold, {row[0]: (row[2], row[3]) for row in differences}, effects, dict(mrr))


def _break(folder: Path) -> None:
    taxes: dict[tuple[str, str], int] = {
        (row["invoice_id"], row["invoice_line_item_id"]): int(row["amount"])
        for row in _read(folder, "invoice_line_item_tax_amounts")
    }
    last = {
        _customer(row["id"]): row["id"]
        for row in _read(folder, "invoices")
        if row["status"] == "paid"
    }

    def lines(row: Row) -> Row | None:
        kind = kind_of(_customer(row["invoice_id"]))
        if kind == "lines" and row["invoice_id"] == last.get(_customer(row["invoice_id"])):
            return None
        if kind == "tax":
            tax = taxes.get((row["invoice_id"], row["id"]), 0)
            return {**row, "amount": str(int(row["amount"]) + tax)}
        return row

    def invoices(row: Row) -> Row | None:
        if kind_of(row["customer_id"]) != "credit" or row["status"] != "paid":
            return row
        less = str(int(row["total"]) - CREDITED)
        return {
            **row,
            "total": less,
            "pre_payment_credit_notes_amount": str(CREDITED),
            "post_payment_credit_notes_amount": "0",
        }

    def without(kind: str) -> Callable[[Row], Row | None]:
        return lambda row: None if kind_of(_customer(row["invoice_id"])) == kind else row

    _rewrite(folder, "invoice_line_items", lines)
    _rewrite(folder, "invoices", invoices)
    _rewrite(folder, "invoice_line_item_discount_amounts", without("discount"))
    _rewrite(folder, "invoice_line_item_tax_amounts", without("tax"))


def _read(folder: Path, table: str) -> list[Row]:
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _rewrite(folder: Path, table: str, changed: Callable[[Row], Row | None]) -> None:
    rows = _read(folder, table)
    with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(kept for row in rows if (kept := changed(row)) is not None)


def _expected(
    sold: Company, kind: str, named: Callable[[Invoice], int], words: str
) -> dict[str, Named]:
    return {
        invoice.invoice_id: (words, Decimal(cents) / 100)
        for one, invoice in sold.bills
        if kind_of(one.customer_id) == kind
        and invoice.status != "void"
        and (cents := named(invoice))
    }


def _found(broken: Broken, kind: str) -> dict[str, Named]:
    return {
        invoice: found
        for invoice, found in broken.named.items()
        if kind_of(_customer(invoice)) == kind
    }


def test_a_discount_that_no_line_has_is_named_with_its_amount(broken: Broken) -> None:
    right = _expected(
        broken.company,
        "discount",
        lambda invoice: sum(line.discount for line in invoice.lines),
        "discount not in the lines",
    )
    assert _found(broken, "discount") == right


def test_tax_in_the_lines_is_named_with_its_amount(broken: Broken) -> None:
    right = _expected(
        broken.company,
        "tax",
        lambda invoice: invoice.total() - invoice.used - sum(line.net for line in invoice.lines),
        "tax in the lines",
    )
    assert _found(broken, "tax") == right


def test_an_invoice_without_its_lines_is_named_with_its_amount(broken: Broken) -> None:
    last = {
        one.customer_id: invoice.invoice_id
        for one, invoice in broken.company.bills
        if invoice.status == "paid"
    }
    right = _expected(
        broken.company,
        "lines",
        lambda invoice: (
            -invoice.used - sum(line.net for line in invoice.lines)
            if invoice.invoice_id == last[_customer(invoice.invoice_id)]
            else 0
        ),
        "lines missing",
    )
    assert _found(broken, "lines") == right


def test_a_credit_that_is_in_no_line_is_named_with_its_amount(broken: Broken) -> None:
    right = _expected(
        broken.company,
        "credit",
        lambda invoice: CREDITED if invoice.status == "paid" else 0,
        "credit note elsewhere",
    )
    assert _found(broken, "credit") == right


def test_no_invoice_of_a_sound_customer_is_named(broken: Broken) -> None:
    assert _found(broken, "nothing") == {}


@pytest.mark.parametrize("kind", ["discount", "tax"])
def test_what_a_difference_does_to_mrr_is_how_far_mrr_is_off(broken: Broken, kind: str) -> None:
    truth = {
        name: worth_on(
            [
                piece
                for one in broken.company.subscriptions
                if one.customer_id == name
                for piece in one.pieces()
            ],
            UNTIL,
        )
        for name in broken.company.customers
    }
    wrong = {
        name: Decimal(broken.mrr.get(name, 0) - truth[name]) / 100
        for name in broken.company.customers
        if kind_of(name) == kind
    }
    unexplained = {
        name: (off, broken.effects[name])
        for name, off in wrong.items()
        if abs(off - broken.effects[name]) > Decimal("0.02")
    }
    assert (any(wrong.values()), unexplained) == (True, {})
