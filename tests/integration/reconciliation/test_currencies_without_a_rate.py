"""A currency that is billed and has no rate stops a run before anything is built, and is named with what to add."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from dagster_project.clock import FixedClock
from dagster_project.config import CurrencySettings, Settings, load_settings
from dagster_project.errors import ExitCode, ValidationRefusedError
from dagster_project.exports import load_source
from dagster_project.quality.currencies import (
    UnknownCurrency,
    refuse_unknown_currencies,
    unknown_currencies,
)
from dagster_project.warehouse.connection import open_warehouse
from dagster_project.warehouse.paths import WarehousePaths
from tests.integration.dbt_purchases.hand_loaded import Cell, Warehouse

CASE = Path(__file__).parents[2] / "cases" / "field" / "25-unknown-currency"
JANUARY = "2026-01-01 00:00:00+00"
LINE: dict[str, Cell] = {
    "line_id": "l1",
    "invoice_id": "i1",
    "invoice_status": "paid",
    "customer_id": "c1",
    "kind": "recurring",
    "amount": "100",
    "currency": "BRL",
    "issued_at": JANUARY,
}
PAYMENT: dict[str, Cell] = {
    "payment_id": "p1",
    "customer_id": "c1",
    "status": "succeeded",
    "amount": "40",
    "currency": "brl",
    "attempted_at": JANUARY,
}


def _settings(folder: Path, rates: dict[str, Decimal] | None = None) -> Settings:
    file = folder / "ebbline.yml"
    file.write_text("sources: {billing: {path: billing}}\n", encoding="utf-8")
    settings = load_settings(file)
    return settings.model_copy(update={"currency": CurrencySettings(rates=rates or {})})


def _found(
    folder: Path, *, rates: dict[str, Decimal] | None = None, **tables: list[dict[str, Cell]]
) -> list[UnknownCurrency]:
    warehouse = Warehouse(folder / "warehouse.duckdb", folder / "target", {})
    for table, rows in tables.items():
        warehouse.load(table, rows)
    with open_warehouse(WarehousePaths(folder), read_only=True) as con:
        return unknown_currencies(con, _settings(folder, rates), "invoice_lines")


def test_the_refusal_names_currency_rows_amount_and_the_line_to_add(tmp_path: Path) -> None:
    settings = load_settings(CASE / "ebbline.yml", warehouse=tmp_path)
    source = settings.sources.billing
    with open_warehouse(WarehousePaths(tmp_path)) as con:
        load_source(
            con,
            source="billing",
            format=source.format,
            path=source.path,
            settings=settings,
            clock=FixedClock(datetime(2026, 7, 1, tzinfo=UTC)),
        )
        with pytest.raises(ValidationRefusedError) as refusal:
            refuse_unknown_currencies(con, settings, "invoice_lines")
    assert refusal.value.exit_code is ExitCode.NOT_PUBLISHED
    assert str(refusal.value) == (
        "currency.rates: no exchange rate is set for BRL; nothing is published\n"
        "  - BRL: 1 row of invoice_lines, 100.00 BRL (first: in_u2)\n"
        "  hint: add what one unit is worth in USD to the settings: currency: {rates: {BRL: ...}}"
    )


def _of_chargebee() -> dict[str, str]:
    return {
        "customers.csv": "id,created_at,email\nua1,2025-12-20,u@x.example\n",
        "invoices.csv": "id,customer_id,status,currency_code,date,paid_at,sub_total,tax,total,amount_paid,"
        "amount_adjusted\nu1,ua1,paid,UAH,2026-01-01,2026-01-01,40000,0,40000,40000,0\n",
        "invoice_line_items.csv": "id,invoice_id,subscription_id,customer_id,amount,discount_amount,date_from,"
        "date_to,entity_id,entity_type,quantity\n"
        "ul,u1,us,ua1,40000,0,2026-01-01,2026-02-01,p,plan_item_price,1\n",
    }


def _of_shopify() -> dict[str, str]:
    return {
        "orders.csv": "Name,Email,Financial Status,Currency,Subtotal,Total,Discount Code,Discount Amount,Created at,"
        "Lineitem quantity,Lineitem name,Lineitem price,Lineitem discount,Cancelled at,Refunded Amount,Id\n"
        "#1,a@x.example,paid,KES,1500.50,1500.50,,0,2026-01-02 10:00:00 +0300,1,Tea,1500.50,0,,0,1001\n"
    }


@pytest.mark.parametrize(
    ("vendor", "files", "named"),
    [
        ("chargebee", _of_chargebee(), "UAH: 1 row of invoice_lines, 400.00 UAH (first: u1)"),
        ("shopify", _of_shopify(), "KES: 1 row of orders, 1,500.50 KES (first: #1)"),
    ],
    ids=["Chargebee tables, by the invoice of a line", "Shopify's admin, of an order"],
)
def test_a_vendors_currency_without_a_rate_is_named_with_what_was_billed_in_it(
    tmp_path: Path, vendor: str, files: dict[str, str], named: str
) -> None:
    settings = _settings(tmp_path)
    landing = tmp_path / "billing"
    landing.mkdir()
    for name, text in files.items():
        (landing / name).write_text(text, encoding="utf-8")
    with open_warehouse(WarehousePaths(tmp_path)) as con:
        load_source(
            con,
            source="billing",
            format=vendor,
            path=landing,
            settings=settings,
            clock=FixedClock(datetime(2026, 7, 1, tzinfo=UTC)),
        )
        with pytest.raises(ValidationRefusedError) as refusal:
            refuse_unknown_currencies(con, settings, "invoice_lines")
    assert named in str(refusal.value)


def test_each_table_that_holds_the_currency_is_named(tmp_path: Path) -> None:
    assert _found(tmp_path, invoice_lines=[LINE], payments=[PAYMENT]) == [
        UnknownCurrency("BRL", "invoice_lines", 1, Decimal("100.00"), "i1"),
        UnknownCurrency("BRL", "payments", 1, Decimal("40.00"), "p1"),
    ]


def test_a_line_takes_the_currency_of_its_invoice(tmp_path: Path) -> None:
    invoice: dict[str, Cell] = {"invoice_id": "i1", "status": "open", "currency": "BRL"}
    assert _found(tmp_path, invoices=[invoice], invoice_lines=[{**LINE, "currency": None}]) == [
        UnknownCurrency("BRL", "invoice_lines", 1, Decimal("100.00"), "i1")
    ]


@pytest.mark.parametrize(
    ("currency", "amount"),
    [("UAH", "400.00"), ("XOF", "40000.00"), ("TND", "40.00")],
)
def test_minor_units_are_named_as_what_they_are_worth(
    tmp_path: Path, currency: str, amount: str
) -> None:
    invoice: dict[str, Cell] = {"invoice_id": "i1", "status": "paid", "currency": currency}
    line = {**LINE, "currency": None, "amount": "40000", "in_minor_units": True}
    assert [case.amount for case in _found(tmp_path, invoices=[invoice], invoice_lines=[line])] == [
        Decimal(amount)
    ]


def test_a_currency_with_a_rate_is_not_named_however_it_is_spelt(tmp_path: Path) -> None:
    rates = {"BRL": Decimal("0.2")}
    assert _found(tmp_path, rates=rates, invoice_lines=[LINE], payments=[PAYMENT]) == []


@pytest.mark.parametrize(
    "row",
    [
        {**LINE, "invoice_status": "void"},
        {**LINE, "invoice_status": "draft"},
        {**LINE, "amount": "0"},
        {**LINE, "_deleted": True},
    ],
    ids=["void", "draft", "free", "deleted"],
)
def test_a_line_without_money_needs_no_rate(tmp_path: Path, row: dict[str, Cell]) -> None:
    assert _found(tmp_path, invoice_lines=[row]) == []


def test_only_the_newest_version_of_a_row_counts(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "warehouse.duckdb", tmp_path / "target", {})
    warehouse.load("invoice_lines", [LINE])
    warehouse.load("invoice_lines", [{**LINE, "currency": "USD"}])
    with open_warehouse(WarehousePaths(tmp_path), read_only=True) as con:
        assert unknown_currencies(con, _settings(tmp_path), "invoice_lines") == []
