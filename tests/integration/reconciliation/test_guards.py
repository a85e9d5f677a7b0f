"""Each guard names what is broken for it, and says nothing where nothing is."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.integration.dbt_purchases.hand_loaded import Warehouse
from tests.integration.reconciliation.books import Books, broken, not_understood, sound
from tests.shared import SharedFolder

UNTIL = "2026-04-30"


@dataclass(frozen=True)
class Reconciliation:
    """The two marts of one company."""

    guards: dict[str, dict[str, Any]]
    differences: dict[str, tuple[str, Decimal, Decimal | None]]


def _built(shared: SharedFolder, name: str, books: Books) -> Reconciliation:
    def build(folder: Path) -> None:
        warehouse = Warehouse(
            folder / "warehouse.duckdb",
            folder / "target",
            {"recurring_from": "invoice_lines", "until": UNTIL},
        )
        for table, rows in books.items():
            warehouse.load(table, rows)
        warehouse.build("mart_reconciliation", "mart_invoice_differences")

    warehouse = Warehouse.of(shared.made(f"reconciliation-{name}", build) / "warehouse.duckdb")
    columns = [name for (name, *_) in warehouse.rows("describe marts.mart_reconciliation")]
    found = warehouse.rows("from marts.mart_reconciliation")
    guards = [dict(zip(columns, row, strict=True)) for row in found]
    differing = warehouse.rows(
        "select invoice_id, difference_class, amount, mrr_effect from marts.mart_invoice_differences"
    )
    return Reconciliation(
        {row["guard"]: row for row in guards}, {row[0]: row[1:] for row in differing}
    )


@pytest.fixture(scope="module")
def of_sound_books(shared: SharedFolder) -> Reconciliation:
    return _built(shared, "sound", sound())


@pytest.fixture(scope="module")
def of_broken_books(shared: SharedFolder) -> Reconciliation:
    return _built(shared, "broken", broken())


@pytest.fixture(scope="module")
def of_lines_not_understood(shared: SharedFolder) -> Reconciliation:
    return _built(shared, "not-understood", not_understood())


def test_books_that_add_up_are_clean_for_every_guard(of_sound_books: Reconciliation) -> None:
    assert {guard: row["status"] for guard, row in of_sound_books.guards.items()} == {
        **dict.fromkeys(of_sound_books.guards, "clean"),
        "credits": "nothing to check",
        "money_back": "nothing to check",
    }


def test_books_that_add_up_have_no_invoice_that_differs(of_sound_books: Reconciliation) -> None:
    assert of_sound_books.differences == {}


@pytest.mark.parametrize(
    ("invoice", "named", "amount", "mrr_effect"),
    [
        ("c1/2026-04", "discount not in the lines", "20.00", "20.00"),
        ("c2/2026-04", "tax in the lines", "8.00", "8.00"),
        ("c3/2026-04", "discount not in the lines, tax in the lines", "28.00", "28.00"),
        ("c4/2026-01", "lines missing", "-80.00", None),
        ("c4/2026-03", "rounding", "0.01", "0.01"),
        ("c4/2026-04", "lines missing", "-10.00", "-10.00"),
        ("c5/2026-03", "other", "13.00", "13.00"),
        ("c5/2026-04", "credit note elsewhere", "30.00", "30.00"),
    ],
)
def test_an_invoice_that_does_not_add_up_is_named_with_its_class_its_amount_and_its_mrr(
    of_broken_books: Reconciliation,
    invoice: str,
    named: str,
    amount: str,
    mrr_effect: str | None,
) -> None:
    effect = None if mrr_effect is None else Decimal(mrr_effect)
    assert of_broken_books.differences[invoice] == (named, Decimal(amount), effect)


def test_no_other_invoice_is_named(of_broken_books: Reconciliation) -> None:
    assert len(of_broken_books.differences) == 8


@pytest.mark.parametrize(
    ("guard", "column", "value"),
    [
        ("invoices", "status", "refused"),
        ("invoices", "rows_checked", 20),
        ("invoices", "rows_differing", 7),
        ("invoices", "amount_differing", Decimal("189.00")),
        ("invoices", "mrr_effect", Decimal("76.00")),
        ("invoices", "mrr_effect_month", date(2026, 4, 1)),
        ("credits", "status", "warned"),
        ("credits", "rows_differing", 2),
        ("credits", "amount_differing", Decimal("60.00")),
        ("prices", "status", "warned"),
        ("prices", "rows_differing", 1),
        ("prices", "examples", "p1"),
        ("customers", "status", "tolerated"),
        ("customers", "rows_differing", 1),
        ("customers", "examples", "c5"),
        ("money_back", "status", "tolerated"),
        ("money_back", "rows_checked", 2),
        ("money_back", "rows_differing", 1),
        ("money_back", "amount_differing", Decimal("4.55")),
        ("money_back", "mrr_effect", Decimal("4.55")),
        ("money_back", "mrr_effect_month", date(2026, 2, 1)),
        ("money_back", "detail", "of credit notes without lines: 4.55; of lines: 0.00"),
        ("money_back", "examples", "note of c2/2026-02"),
        ("payments", "status", "warned"),
        ("payments", "rows_differing", 3),
        ("payments", "amount_differing", Decimal("186.00")),
        ("payments", "detail", "paid without a payment: 176.00; payments beyond: 10.00"),
        ("refunds", "status", "warned"),
        ("refunds", "amount_differing", Decimal("19.00")),
        ("refunds", "detail", "of no payment that is exported: 7.00; more than was paid: 12.00"),
        ("orders", "status", "warned"),
        ("orders", "rows_checked", 2),
        ("orders", "rows_differing", 2),
        ("orders", "amount_differing", Decimal("50.00")),
        ("orders", "detail", "lines too low: 30.00; lines too high: 20.00"),
        ("tickets", "status", "warned"),
        ("tickets", "rows_differing", 4),
        ("tickets", "examples", "t-c2, t-c3, t-c4, t-c5"),
        ("ratings", "status", "warned"),
        ("contacts", "status", "warned"),
        ("offers", "status", "warned"),
        ("offers", "examples", "f1"),
        ("events", "status", "warned"),
        ("events", "rows_differing", 2),
        ("events", "examples", "JIRA-3, user u9"),
        ("sessions", "status", "warned"),
        ("recurring_revenue", "status", "clean"),
        ("one_class", "status", "clean"),
    ],
)
def test_a_guard_says_what_is_broken(
    of_broken_books: Reconciliation, guard: str, column: str, value: object
) -> None:
    assert of_broken_books.guards[guard][column] == value


@pytest.mark.parametrize(
    ("guard", "column", "value"),
    [
        ("recurring_revenue", "status", "refused"),
        ("recurring_revenue", "rows_differing", 5),
        ("recurring_revenue", "detail", "MRR would be 0.00 throughout"),
        ("one_class", "status", "warned"),
        ("one_class", "rows_differing", 20),
        ("one_class", "examples", "invoice_lines-4.csv (all one_off)"),
        ("invoices", "status", "cannot be reconciled"),
    ],
)
def test_lines_that_were_not_understood_are_named(
    of_lines_not_understood: Reconciliation, guard: str, column: str, value: object
) -> None:
    assert of_lines_not_understood.guards[guard][column] == value
